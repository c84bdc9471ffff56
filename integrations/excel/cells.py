"""Cells as plain data, the way they leave the process that reads a workbook."""

import unicodedata
from dataclasses import dataclass, field
from typing import Literal

CellKind = Literal["text", "number", "date", "bool", "error", "formula"]


@dataclass(frozen=True, slots=True)
class Cell:
    """One filled cell. `text` is exact: digits of a number, ISO text of a date, yes or no, the name of an error.

    `formula` is a formula without a stored result. `places` is the number of decimals its format shows.
    """

    kind: CellKind
    text: str
    places: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A row by its number in the sheet (from 1); `cells` by column number (from 1), filled ones only."""

    number: int
    cells: dict[int, Cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet and its filled rows in order."""

    name: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Reply:
    """What the reading process answers: sheets, or an error as class, source, where, value, expected, next step."""

    sheets: list[Sheet] = field(default_factory=list)
    error: tuple[str, str, str, str, str, str] | None = None


def column_letter(number: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet might run this text: = + - @ TAB CR first, after NFKC (full-width ＝ is =) and blanks."""
    if text[:1] in {"\t", "\r"}:
        return True
    return unicodedata.normalize("NFKC", text).lstrip(" \u200b\ufeff\n").startswith(("=", "+", "-", "@", "\t", "\r"))
