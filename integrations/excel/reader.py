"""A filled order workbook to order events and to errors that name sheet, row, column, value and expectation."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from integrations.errors import DoorError, LimitExceeded, Unavailable
from integrations.excel.cells import Sheet
from integrations.excel.columns import CODES, GUIDE, SUMMARY, TITLES, key, sheet_keys, title
from integrations.excel.limits import DEFAULT, Limits
from integrations.excel.orders import event_of, gather
from integrations.excel.rows import CellError, Place, TypedRow, typed_rows
from integrations.excel.sheets import read_sheets
from integrations.excel.values import Unmet
from risk.nouns.order import OrderEvent

_PASSED_OVER = {key(name) for names in (GUIDE, CODES, SUMMARY) for name in (*names, title(names))}
_STEP = "Download the template and fill it."


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkbookReading:
    """What a workbook gave. Orders with an error are in `withheld` and not among the `events`.

    `rows` counts the filled rows below headers; `sheets` are the cells as they stood, for the corrected workbook.
    """

    source: str
    events: list[OrderEvent]
    errors: list[CellError]
    withheld: list[str]
    rows: int
    sheets: list[Sheet] = field(repr=False)


def read_workbook(file: Path | bytes, source: str, now: datetime, limits: Limits = DEFAULT) -> WorkbookReading:
    """Read an order workbook. Raises DoorError when it is none; wrong cells are in the reading's `errors`.

    Times without an offset are China time. `now` (aware) becomes the time of the events.
    """
    sheets = read_sheets(_bytes_of(file, source, limits), source, limits)
    named = _named(sheets, source)
    typed: dict[str, list[TypedRow]] = {name: list(typed_rows(sheet, name, source)) for name, sheet in named.items()}
    orders, errors = gather(typed)
    errors += _strangers(sheets, source)
    events: list[OrderEvent] = []
    withheld: list[str] = []
    for order_id, gathered in orders.items():
        if event := event_of(gathered, source, now):
            events.append(event)
        else:
            withheld.append(order_id)
            errors += gathered.errors
    places = {sheet.name: number for number, sheet in enumerate(sheets)}
    return WorkbookReading(
        source=source,
        events=events,
        errors=sorted(errors, key=lambda error: (places[error.sheet], error.row, len(error.column), error.column)),
        withheld=withheld,
        rows=sum(len(rows) for rows in typed.values()),
        sheets=sheets,
    )


def _bytes_of(file: Path | bytes, source: str, limits: Limits) -> bytes:
    if isinstance(file, bytes):
        return file
    try:
        size = file.stat().st_size
        if size > limits.file_bytes:
            expected = f"at most {limits.file_bytes} bytes"
            raise LimitExceeded(source, "whole file", f"{size} bytes", expected, "Split the workbook.")
        return file.read_bytes()
    except OSError as error:
        raise Unavailable(
            source, "whole file", str(error), "a file that can be read", "Check path and rights."
        ) from error


def _named(sheets: list[Sheet], source: str) -> dict[str, Sheet]:
    named: dict[str, Sheet] = {}
    for sheet in sheets:
        name = sheet_keys().get(key(sheet.name), "")
        if name and name in named:
            raise DoorError(source, sheet.name, "a second one", f"one sheet {title(TITLES[name])}", "Join the sheets.")
        if name:
            named[name] = sheet
    if "orders" not in named:
        shown = ", ".join(sheet.name for sheet in sheets)
        raise DoorError(source, "sheets", shown, f"a sheet {title(TITLES['orders'])}", _STEP)
    return named


def _strangers(sheets: list[Sheet], source: str) -> list[CellError]:
    """Sheets nobody knows but somebody filled: their rows go nowhere, so they are reported."""
    known = ", ".join(title(names) for names in TITLES.values())
    unmet = Unmet(f"a sheet of the template: {known}", "Rename the sheet, or delete it when it is not needed.")
    return [
        CellError(source, Place(sheet.name, sheet.rows[0].number), f"{len(sheet.rows)} filled rows", unmet)
        for sheet in sheets
        if sheet.rows and key(sheet.name) not in sheet_keys() and key(sheet.name) not in _PASSED_OVER
    ]
