"""Sheets to typed rows by their headers; every cell that does not fit is noted by sheet, row, column and header."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from integrations.errors import DoorError, printable
from integrations.excel.cells import Row, Sheet, column_letter
from integrations.excel.columns import Column, header_keys, key
from integrations.excel.values import Unmet, value_of


class CellError(DoorError):
    """One wrong cell: `sheet`, `row` (from 1), `column` (letter, empty when the whole row is meant) and its `header`.

    `where` is written as in 商品 Lines!C7 (商品编号).
    """

    def __init__(self, source: str, place: "Place", value: object, unmet: Unmet) -> None:
        super().__init__(source, place.written(), value, unmet.expected, unmet.next_step)
        self.sheet = place.sheet
        self.row = place.row
        self.column = place.column
        self.header = printable(place.header)


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of a workbook, or a row when there is no column."""

    sheet: str
    row: int
    column: str = ""
    header: str = ""

    def written(self) -> str:
        header = f" ({self.header})" if self.header else ""
        return f"{self.sheet}!{self.column}{self.row}{header}"


@dataclass(slots=True)
class TypedRow:
    """The values of one row by field. `errors` are its own; a row with any of them is not used."""

    source: str
    sheet: str
    number: int
    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, tuple[str, str]] = field(default_factory=dict)
    errors: list[CellError] = field(default_factory=list)

    @property
    def order_id(self) -> str:
        return self.text("order_id")

    def text(self, name: str) -> str:
        """A value as text, "" when the cell was empty or wrong."""
        return str(self.values.get(name, ""))

    def refuse(self, name: str, expected: str, next_step: str = "Correct the cell.") -> None:
        """Note that the value of a field cannot be used."""
        column, header = self.places.get(name, ("", name))
        self.note(column, header, self.text(name), Unmet(expected, next_step))

    def note(self, column: str, header: str, value: str, unmet: Unmet) -> None:
        """Note that a cell does not hold what its column asks for."""
        self.errors.append(CellError(self.source, Place(self.sheet, self.number, column, header), value, unmet))


@dataclass(frozen=True, slots=True)
class _Headers:
    """What each column means, and the headers nobody knows."""

    last_row: int
    known: dict[int, Column]
    unknown: dict[int, str]


def typed_rows(sheet: Sheet, name: str, source: str) -> Iterator[TypedRow]:
    """The rows below the headers. A filled cell under an unknown header, or under none, is an error of its row."""
    headers = _headers(sheet, name)
    for row in sheet.rows:
        if row.number > headers.last_row and any(cell.text.strip() for cell in row.cells.values()):
            yield _typed(TypedRow(source, sheet.name, row.number), row, headers)


def _headers(sheet: Sheet, name: str) -> _Headers:
    """The first row with a known header, and the one below it when it holds the other language."""
    names = header_keys(name)
    known: dict[int, Column] = {}
    unknown: dict[int, str] = {}
    last = 0
    for row in sheet.rows[:10]:
        found = {n: names[key(cell.text)] for n, cell in row.cells.items() if key(cell.text) in names}
        if last and (row.number != last + 1 or any(known.get(n) != column for n, column in found.items()) or not found):
            break
        if found:
            last = row.number
            known = found | known
            unknown = {n: cell.text for n, cell in row.cells.items() if n not in known} | unknown
    return _Headers(last, known, unknown)


def _typed(typed: TypedRow, row: Row, headers: _Headers) -> TypedRow:
    for number, cell in sorted(row.cells.items()):
        if not cell.text.strip():
            continue
        letter = column_letter(number)
        column = headers.known.get(number)
        if column is None:
            header = headers.unknown.get(number, "")
            typed.note(letter, header, cell.text, _unknown(header, headers))
            continue
        typed.places[column.field] = (letter, column.zh)
        try:
            typed.values[column.field] = value_of(cell, column)
        except Unmet as unmet:
            typed.note(letter, column.zh, cell.text, unmet)
    _demand(typed, headers)
    return typed


def _demand(typed: TypedRow, headers: _Headers) -> None:
    refused = {error.column for error in typed.errors}
    for number, column in headers.known.items():
        letter = column_letter(number)
        if column.need == "yes" and column.field not in typed.values and letter not in refused:
            typed.note(letter, column.zh, "", Unmet("a value in this column", "Fill the cell."))


def _unknown(header: str, headers: _Headers) -> Unmet:
    near = get_close_matches(header, [column.zh for column in headers.known.values()], n=1)
    hint = f", perhaps {near[0]}" if near else ""
    return Unmet(f"a column of the template{hint}", "Move the value to its column, or empty the cell.")
