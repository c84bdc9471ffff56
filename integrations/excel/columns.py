"""The sheets and columns of the order workbook, out of `columns.csv`: template, reader and guide share them.

Kinds: text, decimal, integer, choice, yes_no, date, time (China time), compact_date (yyyyMMdd text of the
declaration), iso_date (day, month or year), list. `length` is that of a code, so that a lost leading zero is noticed.
"""

import csv
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("columns.csv")

TITLES: Mapping[str, tuple[str, str]] = {
    "orders": ("订单", "Orders"),
    "lines": ("商品", "Lines"),
    "documents": ("单证", "Documents"),
    "items": ("单证明细", "Document lines"),
    "containers": ("集装箱", "Containers"),
    "parties": ("参与方", "Parties"),
}
GUIDE = ("说明", "Guide")
CODES = ("代码", "Codes")
SUMMARY = ("错误汇总", "Errors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. `need` is yes (the door refuses without), wanted (marked in the template) or empty."""

    sheet: str
    field: str
    zh: str
    en: str
    kind: str
    need: str
    length: int
    table: str
    choices: Mapping[str, str]
    example: str
    note: str


@cache
def columns(sheet: str) -> tuple[Column, ...]:
    """The columns of one sheet in order."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return tuple(_column(row) for row in csv.DictReader(file) if row["sheet"] == sheet)


def _column(row: Mapping[str, str]) -> Column:
    return Column(
        sheet=row["sheet"],
        field=row["field"],
        zh=row["zh"],
        en=row["en"],
        kind=row["kind"],
        need=row["required"],
        length=int(row["length"] or 0),
        table=row["table"],
        choices=dict(choice.split("=", 1) for choice in row["choices"].split("|") if choice),
        example=row["example"],
        note=row["note"],
    )


def title(names: tuple[str, str]) -> str:
    """The name of a sheet as it stands on its tab."""
    return " ".join(names)


def key(text: str) -> str:
    """A header or a sheet name without regard to width, case, spaces and marks."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


@cache
def sheet_keys() -> Mapping[str, str]:
    """Sheet by every way its name may be written."""
    return {key(name): sheet for sheet, names in TITLES.items() for name in (sheet, *names, title(names))}


@cache
def header_keys(sheet: str) -> Mapping[str, Column]:
    """Column by its Chinese, English and technical name."""
    return {key(name): column for column in columns(sheet) for name in (column.field, column.en, column.zh)}
