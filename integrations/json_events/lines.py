"""Files and bodies with many orders: JSON Lines as a stream, or one document holding an object or an array.

A row that cannot be read is handed on as its error, with its raw bytes; it never stops the rows after it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

import msgspec

from integrations.errors import DoorError, LimitExceeded
from integrations.json_events.decode import decode_order
from integrations.json_events.limits import DEFAULT, Limits
from risk.nouns.order import OrderEvent

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: `where` names it, `raw` is what stood there, `result` the event or the reason why not."""

    where: str
    raw: bytes
    result: OrderEvent | DoorError


def read_lines(stream: BinaryIO, source: str, now: datetime, limits: Limits = DEFAULT) -> Iterator[Row]:
    """Each non-blank line of a JSON Lines file. Accepts CRLF and a byte order mark; holds one line in memory."""
    number = 0
    while raw := stream.readline(limits.size + 1):
        number += 1
        if number == 1:
            raw = raw.removeprefix(_BOM)
        whole = raw.endswith(b"\n") or len(raw) <= limits.size
        if not whole:
            yield _too_long(raw, stream, source, number, limits)
        elif line := raw.strip():
            row = _row(line, source, f"line {number}", now, limits)
            if not raw.endswith(b"\n") and isinstance(row.result, DoorError):
                row.result.next_step += " The last line has no line end: the file may be cut off."
            yield row


def read_document(raw: bytes, source: str, now: datetime, limits: Limits = DEFAULT) -> Iterator[Row]:
    """A document with one order, or an array of orders. A body that is no JSON at all gives one row with the error."""
    text = raw.removeprefix(_BOM).strip()
    if not text.startswith(b"["):
        yield _row(text, source, "whole message", now, limits)
        return
    try:
        if len(text) > limits.size:
            step = "Send the orders as JSON Lines, which is read as a stream."
            expected = f"at most {limits.size} bytes"
            raise LimitExceeded(source, "whole message", f"{len(text)} bytes", expected, step)
        items = msgspec.json.decode(text, type=list[msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        step = "The array cannot be taken apart, so no order of it was taken. Send it again in full."
        yield Row("whole message", raw, DoorError(source, "whole message", text[-40:], f"valid JSON ({error})", step))
    except LimitExceeded as error:
        yield Row("whole message", raw[: limits.size], error)
    else:
        for index, item in enumerate(items):
            yield _row(bytes(item), source, f"$[{index}]", now, limits)


def _row(raw: bytes, source: str, where: str, now: datetime, limits: Limits) -> Row:
    try:
        return Row(where, raw, decode_order(raw, source, now, limits))
    except DoorError as error:
        return Row(where, raw, error.inside(where))


def _too_long(raw: bytes, stream: BinaryIO, source: str, number: int, limits: Limits) -> Row:
    where = f"line {number}"
    size = len(raw)
    while rest := stream.readline(limits.size):
        size += len(rest)
        if rest.endswith(b"\n"):
            break
    expected = f"at most {limits.size} bytes"
    return Row(where, raw[:1000], LimitExceeded(source, where, f"{size} bytes", expected, "Split the order."))
