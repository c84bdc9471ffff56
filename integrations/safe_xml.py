"""XML from strangers: parsed without entities, without document types, without the network, within a size."""

import re

from lxml import etree

from integrations.errors import DoorError, LimitExceeded

_DECLARATION = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_ENCODINGS = {"UTF-8", "UTF-16", "GB18030", "GBK", "GB2312", "US-ASCII", "ASCII"}
_STEP = "Export the file again without a DOCTYPE, or ask the sender for a clean one."


def parse(data: bytes, source: str, limit: int) -> etree._Element:
    """The root element of a document of at most `limit` bytes; comments and processing instructions are left out.

    Raises DoorError for anything that is no plain document, LimitExceeded when it is larger or deeper than allowed.
    """
    if len(data) > limit:
        expected = f"at most {limit} bytes"
        raise LimitExceeded(source, "whole document", f"{len(data)} bytes", expected, "Split the document.")
    _refuse_tricks(data, source)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        where = f"line {line}, column {column}"
        reason = str(error.msg).split(", line ")[0]
        if "depth" in reason.lower():
            raise LimitExceeded(
                source, where, reason, "fewer nested elements", "Send the message as documented."
            ) from error
        expected = f"well-formed XML ({reason})"
        raise DoorError(
            source, where, _line(data, line), expected, "Correct the document and send it again."
        ) from error
    except ValueError as error:
        raise DoorError(source, "whole document", data, f"an XML document ({error})", _STEP) from error
    document = root.getroottree().docinfo
    if document is None or document.internalDTD is not None:
        raise DoorError(source, "start of the document", "DOCTYPE", "no document type and no entities", _STEP)
    return root


def _refuse_tricks(data: bytes, source: str) -> None:
    if not data.strip():
        raise DoorError(source, "whole document", data, "an XML document", "Send the document.")
    for mark in (b"<!DOCTYPE", b"<!ENTITY"):
        if (at := data.find(mark)) >= 0:
            line = data.count(b"\n", 0, at) + 1
            raise DoorError(source, f"line {line}", data[at : at + 60], "no document type and no entities", _STEP)
    declared = _DECLARATION.match(data.lstrip(b"\xef\xbb\xbf \r\n\t"))
    if declared and (name := declared[1].decode().upper()) not in _ENCODINGS:
        raise DoorError(source, "encoding in line 1", name, "UTF-8 or GB18030", "Save the document as UTF-8.")


def _line(data: bytes, number: int) -> bytes:
    lines = data.split(b"\n", number)
    return lines[number - 1].strip() if 0 < number <= len(lines) else data[:60]
