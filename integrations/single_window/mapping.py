"""The mapping between single-window elements and our names, out of `elements.csv`; nothing is mapped in code.

A group is an element that becomes one object (DecHead) or one object each time it occurs (DecLists/DecList). On
export two elements carry each other's meaning; the column `field_on_export` says so, and only this room knows it.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_type_hints

from risk.nouns.declaration import Declaration

_FILE = Path(__file__).with_name("elements.csv")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One element with text: its name, the field it fills (on import and on export) and the field's type."""

    element: str
    field: str
    field_on_export: str
    kind: type[Any]
    is_blob: bool

    def name(self, export: bool) -> str:
        return self.field_on_export if export else self.field


@dataclass(frozen=True, slots=True)
class Group:
    """Elements that make up one object of `kind`, held by `attribute`; `path` leads to them from the outer object."""

    path: tuple[str, ...]
    attribute: str
    repeated: bool
    kind: type[Any]
    leaves: Mapping[str, Leaf]
    groups: tuple["Group", ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    path: tuple[str, ...]
    owners: tuple[str, ...]
    field: str
    field_on_export: str
    is_blob: bool


@cache
def groups() -> tuple[Group, ...]:
    """All groups of a message in the order of the mapping file."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = [_row(row) for row in csv.DictReader(file)]
    return _groups(rows, (), (), Declaration)


def _row(row: Mapping[str, str]) -> _Row:
    *owners, name = row["field"].split(".")
    on_export = row["field_on_export"].rpartition(".")[2] or name
    return _Row(tuple(row["xml_path"].split("/")), tuple(owners), name, on_export, row["type"] == "BLOB")


def _groups(rows: list[_Row], path: tuple[str, ...], owners: tuple[str, ...], outer: type[Any]) -> tuple[Group, ...]:
    """The groups directly below an object: rows whose owners are one longer than the object's own."""
    depth = len(owners)
    names = dict.fromkeys(row.owners[depth] for row in rows if row.owners[:depth] == owners and len(row.owners) > depth)
    return tuple(_group(rows, path, (*owners, name), outer) for name in names)


def _group(rows: list[_Row], path: tuple[str, ...], owners: tuple[str, ...], outer: type[Any]) -> Group:
    own = [row for row in rows if row.owners == owners]
    attribute = owners[-1].removesuffix("[]")
    kind = _held(get_type_hints(outer)[attribute])
    hints = get_type_hints(kind)
    full = own[0].path[:-1]
    leaves = {
        row.path[-1]: Leaf(row.path[-1], row.field, row.field_on_export, _scalar(hints[row.field]), row.is_blob)
        for row in own
    }
    below = _groups(rows, full, owners, kind)
    return Group(full[len(path) :], attribute, owners[-1].endswith("[]"), kind, leaves, below)


def _held(hint: Any) -> type[Any]:
    """The dataclass in `Header`, `FreeText | None` or `tuple[Line, ...]`."""
    inner = [part for part in get_args(hint) if part not in (type(None), ...)]
    kind: type[Any] = inner[0] if inner else hint
    return kind


def _scalar(hint: Any) -> type[Any]:
    return next((kind for kind in (Decimal, int) if kind in (hint, *get_args(hint))), str)
