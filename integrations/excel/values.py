"""One cell to one value of the order, or the expectation it did not meet."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from integrations.characters import EXPECTED, FORBIDDEN
from integrations.dates import EXPECTED_PERIOD, day, in_period, iso_date
from integrations.excel.cells import Cell
from integrations.excel.columns import Column, key
from integrations.numbers import EXPECTED_DECIMAL, EXPECTED_INTEGER, decimal_of, integer_of

LONGEST_TEXT = 10_000
CHINA = timezone(timedelta(hours=8))
_NOON = time(12)
_LONGEST_EXACT = 15
_SEPARATORS = re.compile(r"[,，;；、\s]+")
_YES = {"是", "yes", "y", "true", "1"}
_NO = {"否", "no", "n", "false", "0"}
_TIME = re.compile(r"(\S+)[ T]+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?")


class Unmet(ValueError):
    """The cell does not hold what its column asks for; the message says what would have been right."""

    def __init__(self, expected: str, next_step: str = "Correct the cell.") -> None:
        super().__init__(expected)
        self.expected = expected
        self.next_step = next_step


def value_of(cell: Cell, column: Column) -> Any:
    """The value for the column's field. Raises Unmet."""
    if cell.kind == "error":
        raise Unmet("a value, not an Excel error", "Mend the formula or type the value.")
    if cell.kind == "formula":
        raise Unmet("a formula with a stored result", "Open the workbook in Excel, save it, or type the value.")
    if FORBIDDEN.search(cell.text):
        raise Unmet(EXPECTED, "Retype the cell.")
    if len(cell.text) > LONGEST_TEXT:
        raise Unmet(f"at most {LONGEST_TEXT} characters, found {len(cell.text)}", "Shorten the text.")
    if column.kind == "text":
        return _text(cell, column)
    return _choice(cell, column) if column.kind == "choice" else _CONVERTERS[column.kind](cell)


def _text(cell: Cell, column: Column) -> str:
    text = cell.text.strip()
    if cell.kind == "date":
        raise Unmet("text; Excel has made a date of it", "Format the cell as text and type it again.")
    if cell.kind == "bool":
        raise Unmet("text", "Format the cell as text and type it again.")
    if cell.kind == "number":
        digits = text.lstrip("-").replace(".", "")
        if len(digits) > _LONGEST_EXACT or "e" in text.lower():
            raise Unmet("text; Excel keeps only 15 digits of a number", "Format the cell as text and type it again.")
        if column.length and len(text) != column.length:
            raise Unmet(f"text of {column.length} characters; a number loses its leading zeros", "Format it as text.")
    return text.split(maxsplit=1)[0] if column.table and text else text


def _decimal(cell: Cell) -> Decimal:
    try:
        if cell.kind == "number":
            # Binary noise is cut at Excel's 15 digits (done while reading); zeros the format shows are kept.
            number = Decimal(cell.text)
            padded = -cell.places < int(number.as_tuple().exponent)
            return decimal_of(format(number.quantize(Decimal(1).scaleb(-cell.places)) if padded else number, "f"))
        return decimal_of(cell.text)
    except (ValueError, ArithmeticError) as error:
        raise Unmet(EXPECTED_DECIMAL, "Type digits with a point, no unit and no thousands separator.") from error


def _integer(cell: Cell) -> int:
    try:
        return integer_of(cell.text.removesuffix(".0"))
    except ValueError as error:
        raise Unmet(EXPECTED_INTEGER) from error


def _choice(cell: Cell, column: Column) -> str:
    wanted = key(cell.text)
    for code, label in column.choices.items():
        if wanted in (key(code), key(label), key(f"{code} {label}"), key(f"{label} {code}")):
            return code
    raise Unmet("one of " + ", ".join(f"{label} ({code})" for code, label in column.choices.items()))


def _yes_no(cell: Cell) -> bool:
    text = cell.text.strip().casefold()
    if text not in _YES | _NO:
        raise Unmet("是 (yes) or 否 (no)")
    return text in _YES


def _date(cell: Cell) -> date:
    found = None if cell.kind == "number" else day(cell.text)
    if found is None:
        raise Unmet("a date such as 2026-03-08", "Type year-month-day, or format the cell as a date.")
    return _checked(found)


def _checked(found: date) -> date:
    if not in_period(found):
        raise Unmet(EXPECTED_PERIOD, "Correct the year.")
    return found


def _time(cell: Cell) -> datetime:
    """A time without an offset is China time; a day without a time is its noon."""
    text = cell.text.strip()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        parts = _TIME.fullmatch(text)
        only_day = day(parts[1] if parts else text)
        if only_day is None or cell.kind == "number":
            raise Unmet("a time such as 2026-03-08 12:00", "Type year-month-day hour:minute, China time.") from None
        try:
            clock = time(int(parts[2]), int(parts[3]), int(parts[4] or 0)) if parts else _NOON
        except ValueError as error:
            raise Unmet("a time of day between 00:00 and 23:59", "Correct hour and minute.") from error
        found = datetime.combine(only_day, clock)
    if len(text) <= 10 or (cell.kind == "date" and found.time() == time.min):  # Excel stores a day as its midnight
        found = datetime.combine(found.date(), _NOON)
    _checked(found.date())
    return found if found.tzinfo else found.replace(tzinfo=CHINA)


def _compact_date(cell: Cell) -> str:
    """The message's own form yyyyMMdd; a text that is no date is kept as it stands, because a check judges it."""
    text = cell.text.strip()
    found = day(text)
    return _checked(found).strftime("%Y%m%d") if found else text


def _iso_date(cell: Cell) -> str:
    found = iso_date(cell.text)
    if not found:
        raise Unmet("a date, month or year such as 1971-02-03 or 1971")
    return found


def _list(cell: Cell) -> tuple[str, ...]:
    return tuple(part for part in _SEPARATORS.split(cell.text.strip()) if part)


_CONVERTERS: Mapping[str, Callable[[Cell], Any]] = {
    "decimal": _decimal,
    "integer": _integer,
    "yes_no": _yes_no,
    "date": _date,
    "time": _time,
    "compact_date": _compact_date,
    "iso_date": _iso_date,
    "list": _list,
}
