"""Sheets to typed rows by their headers; every cell that does not fit is noted by sheet, row, column and header."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from integrations.errors import printable
from integrations.excel.cells import Row, Sheet, column_letter
from integrations.excel.columns import Column, header_keys, key
from integrations.excel.values import Unmet, value_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CellError:
    """One wrong cell. `column` is the letter, empty when the whole row is meant; `value` is printable."""

    sheet: str
    row: int
    column: str
    header: str
    value: str
    expected: str
    next_step: str

    @property
    def where(self) -> str:
        """Sheet, cell and header, as in 商品 Lines!C7 (商品编号)."""
        header = f" ({self.header})" if self.header else ""
        return f"{self.sheet}!{self.column}{self.row}{header}"

    def __str__(self) -> str:
        return f"{self.where}: found {self.value or '(nothing)'}; expected {self.expected}. {self.next_step}"


@dataclass(slots=True)
class TypedRow:
    """The values of one row by field. `errors` are its own; a row with any of them is not used."""

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
        value = printable(str(self.values.get(name, "")))
        self.errors.append(
            CellError(
                sheet=self.sheet,
                row=self.number,
                column=column,
                header=header,
                value=value,
                expected=expected,
                next_step=next_step,
            )
        )


@dataclass(frozen=True, slots=True)
class _Headers:
    """What each column means, and the headers nobody knows."""

    last_row: int
    known: dict[int, Column]
    unknown: dict[int, str]


def typed_rows(sheet: Sheet, name: str) -> Iterator[TypedRow]:
    """The rows below the headers. A filled cell under an unknown header, or under none, is an error of its row."""
    headers = _headers(sheet, name)
    for row in sheet.rows:
        if row.number > headers.last_row and any(cell.text.strip() for cell in row.cells.values()):
            yield _typed(sheet, row, headers)


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


def _typed(sheet: Sheet, row: Row, headers: _Headers) -> TypedRow:
    typed = TypedRow(sheet.name, row.number)
    for number, cell in sorted(row.cells.items()):
        if not cell.text.strip():
            continue
        letter = column_letter(number)
        column = headers.known.get(number)
        if column is None:
            header = headers.unknown.get(number, "")
            typed.errors.append(_unknown(typed, letter, header, cell.text, headers))
            continue
        typed.places[column.field] = (letter, column.zh)
        try:
            typed.values[column.field] = value_of(cell, column)
        except Unmet as unmet:
            typed.errors.append(_error(typed, letter, column.zh, cell.text, unmet))
    _demand(typed, headers)
    return typed


def _demand(typed: TypedRow, headers: _Headers) -> None:
    refused = {error.column for error in typed.errors}
    for number, column in headers.known.items():
        letter = column_letter(number)
        if column.need == "yes" and column.field not in typed.values and letter not in refused:
            unmet = Unmet("a value in this column", "Fill the cell.")
            typed.errors.append(_error(typed, letter, column.zh, "", unmet))


def _error(typed: TypedRow, letter: str, header: str, value: str, unmet: Unmet) -> CellError:
    return CellError(
        sheet=typed.sheet,
        row=typed.number,
        column=letter,
        header=header,
        value=printable(value),
        expected=unmet.expected,
        next_step=unmet.next_step,
    )


def _unknown(typed: TypedRow, letter: str, header: str, value: str, headers: _Headers) -> CellError:
    zh = [column.zh for column in headers.known.values()]
    near = get_close_matches(header, zh, n=1)
    hint = f", perhaps {near[0]}" if near else ""
    unmet = Unmet(f"a column of the template{hint}", "Move the value to its column, or empty the cell.")
    return _error(typed, letter, printable(header), value, unmet)
