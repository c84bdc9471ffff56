"""The process that opens a workbook: limited in memory and time, so that a hostile file can only hurt itself.

Started by `integrations.excel.sheets` as `python -m integrations.excel.child`; reads the file from standard input and
answers with one msgpack message on standard output.
"""

import io
import re
import resource
import sys
import warnings
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec

from integrations.errors import DoorError, LimitExceeded
from integrations.excel.cells import Cell, Reply, Row, Sheet
from integrations.excel.limits import Limits
from integrations.excel.package import check_package

if __name__ == "__main__":
    # openpyxl would load numpy where it is installed: hundreds of megabytes of the child's share for nothing
    sys.modules["numpy"] = None  # type: ignore[assignment]

from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

_DECIMALS = re.compile(r"0\.(0+)")
_STEP = "Save the workbook again from Excel as .xlsx."


def read(data: bytes, source: str, limits: Limits) -> list[Sheet]:
    """The filled cells of all sheets. Raises DoorError."""
    has_formulas = check_package(data, source, limits)
    values = _load(data, source, values=True)
    formulas = _load(data, source, values=False) if has_formulas else None
    counted = 0
    sheets: list[Sheet] = []
    for worksheet in values.worksheets:
        rows: list[Row] = []
        for row in _rows(worksheet, source):
            counted += len(row.cells)
            if counted > limits.cells:
                raise LimitExceeded(source, worksheet.title, f"more than {limits.cells} cells", "fewer cells", _STEP)
            rows.append(row)
        if formulas is not None:
            rows = _with_formulas(rows, formulas[worksheet.title], source)
        sheets.append(Sheet(worksheet.title, rows))
    return sheets


def _load(data: bytes, source: str, *, values: bool) -> Any:
    try:
        return load_workbook(io.BytesIO(data), read_only=True, data_only=values, keep_links=False)
    except MemoryError:
        raise
    except Exception as error:  # a broken workbook raises anything inside openpyxl: one error at the door
        raise DoorError(source, "whole file", repr(error), "an intact .xlsx workbook", _STEP) from error


def _rows(worksheet: Any, source: str) -> Iterator[Row]:
    worksheet.reset_dimensions()  # what the file claims its size to be is not to be trusted
    for cells in _as_long_as_readable(worksheet, source):
        filled = {cell.column: _cell(cell) for cell in cells if cell.value is not None}
        if filled:
            yield Row(next(cell.row for cell in cells if cell.value is not None), filled)


def _as_long_as_readable(worksheet: Any, source: str) -> Iterator[Any]:
    rows = worksheet.iter_rows()
    while True:
        try:
            cells = next(rows, None)
        except MemoryError:
            raise
        except Exception as error:  # as above: openpyxl reads lazily, so a broken sheet shows only here
            raise DoorError(source, worksheet.title, repr(error), "a readable sheet", _STEP) from error
        if cells is None:
            return
        yield cells


def _cell(cell: Any) -> Cell:
    value = cell.value
    if isinstance(value, bool):
        return Cell("bool", "yes" if value else "no")
    if isinstance(value, int | float):
        shown = _DECIMALS.search((cell.number_format or "").split(";")[0])
        text = str(value) if isinstance(value, int) else format(value, ".15g")
        return Cell("number", text, len(shown[1]) if shown else 0)
    if isinstance(value, datetime | date):
        return Cell("date", value.isoformat())
    if isinstance(value, time | timedelta):
        return Cell("text", str(value))
    return Cell("error" if cell.data_type == "e" else "text", unescape(str(value)))


def _with_formulas(rows: list[Row], worksheet: Any, source: str) -> list[Row]:
    """Add the formulas that have no stored result: without this they would look like empty cells."""
    merged = {row.number: row for row in rows}
    for row in _rows(worksheet, source):
        known = merged.setdefault(row.number, Row(row.number, {}))
        for column, cell in row.cells.items():
            if cell.kind == "text" and cell.text.startswith("=") and column not in known.cells:
                known.cells[column] = Cell("formula", cell.text[:200])
    return [merged[number] for number in sorted(merged) if merged[number].cells]


def _restrict(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Read standard input under the limits given as JSON in the first argument; the second names the source."""
    limits = msgspec.json.decode(sys.argv[1], type=Limits)
    source = sys.argv[2]
    _restrict(limits)
    warnings.simplefilter("ignore")
    try:
        reply = Reply(sheets=read(sys.stdin.buffer.read(), source, limits))
    except MemoryError:
        expected = f"a workbook that can be read in {limits.memory_bytes} bytes of memory"
        step = "Copy the filled rows into the empty template and send that."
        reply = Reply(error=("LimitExceeded", source, "whole file", "out of memory", expected, step))
    except DoorError as error:
        parts = (type(error).__name__, error.source, error.where, error.value, error.expected, error.next_step)
        reply = Reply(error=parts)
    sys.stdout.buffer.write(msgspec.msgpack.encode(reply))


if __name__ == "__main__":
    main()
