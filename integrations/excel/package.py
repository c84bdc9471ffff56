"""The look into the archive before anybody parses it: its real size, its entries, what does not belong in it."""

import io
import zipfile

from integrations.errors import DoorError, LimitExceeded
from integrations.excel.limits import Limits

_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_CHUNK = 1 << 16
_STEP = "Save the workbook again from Excel as .xlsx."


def check_package(data: bytes, source: str, limits: Limits) -> bool:
    """Unpack everything once, counting; True when a sheet holds formulas.

    Raises DoorError for what is no workbook, LimitExceeded for what is too large when unpacked.
    """
    if data.startswith(_OLD_OFFICE):
        step = "Save it as .xlsx without a password."
        raise DoorError(source, "whole file", "an old .xls or a protected workbook", "an .xlsx workbook", step)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _walk(archive, source, limits)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, RuntimeError) as error:
        raise DoorError(source, "whole file", data[:40], f"an intact .xlsx workbook ({error})", _STEP) from error


def _walk(archive: zipfile.ZipFile, source: str, limits: Limits) -> bool:
    entries = archive.infolist()
    if len(entries) > limits.entries:
        shown = f"{len(entries)} entries"
        raise LimitExceeded(source, "archive", shown, f"at most {limits.entries} entries", _STEP)
    if "xl/workbook.xml" not in archive.namelist():
        raise DoorError(source, "archive", ", ".join(archive.namelist()[:5]), "xl/workbook.xml inside", _STEP)
    total = 0
    formulas = False
    for entry in entries:
        if entry.flag_bits & 1:
            raise DoorError(source, entry.filename, "an encrypted entry", "no password", "Remove the password.")
        tail = b""
        with archive.open(entry) as stream:
            while chunk := stream.read(_CHUNK):
                total += len(chunk)
                if total > limits.unpacked_bytes:
                    shown = f"more than {limits.unpacked_bytes} bytes unpacked out of {entry.compress_size} packed"
                    expected = f"at most {limits.unpacked_bytes} bytes unpacked"
                    step = "Copy the filled rows into the empty template and send that."
                    raise LimitExceeded(source, entry.filename, shown, expected, step)
                window = tail + chunk
                if b"<!DOCTYPE" in window or b"<!ENTITY" in window:
                    raise DoorError(source, entry.filename, "DOCTYPE", "no document type and no entities", _STEP)
                formulas = formulas or (entry.filename.startswith("xl/worksheets/") and b"<f" in window)
                tail = window[-10:]
    return formulas
