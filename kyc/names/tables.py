"""The word tables shipped with this room, read once. They are data: a new word is a new row, never a new branch.

`kyc/data/*.csv`, own writing; regions follow GB/T 2260 in structure (province, prefecture, county).
"""

import csv
from functools import cache
from importlib.resources import files


def rows(table: str) -> list[dict[str, str]]:
    """All rows of `kyc/data/<table>.csv`. Raises FileNotFoundError when the package was installed without its data."""
    text = (files("kyc") / "data" / f"{table}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def mapping(table: str, key: str, value: str) -> dict[str, str]:
    """One column by another, as the file has them."""
    return {row[key]: row[value] for row in rows(table)}


@cache
def words_of(sort: str) -> frozenset[str]:
    """The small words of one sort: stop, title, particle, vessel, name_label."""
    return frozenset(row["word"] for row in rows("small_words") if row["sort"] == sort)


@cache
def column(table: str, name: str) -> frozenset[str]:
    """The distinct values of one column."""
    return frozenset(row[name] for row in rows(table))
