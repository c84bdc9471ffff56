"""The eighty pairs of handbook 05: every verdict as expected, with and without what the codes add."""

import csv
from pathlib import Path

import pytest

from kyc.compare import Named, compare

with (Path(__file__).parent / "name_pairs.csv").open(encoding="utf-8") as file:
    PAIRS = list(csv.DictReader(file))


def side(row: dict[str, str], name: str) -> Named:
    code = row[f"{name}_uscc"]
    return Named((row[name],), {"uscc": (code,)} if code else {})


@pytest.mark.parametrize("row", PAIRS, ids=lambda row: row["id"])
def test_pair(row):
    comparison = compare(side(row, "left"), side(row, "right"))
    assert comparison.verdict == row["expected"], comparison.reasons
    assert comparison.reasons


@pytest.mark.parametrize("row", PAIRS, ids=lambda row: row["id"])
def test_sides_may_be_swapped(row):
    one = compare(side(row, "left"), side(row, "right"))
    other = compare(side(row, "right"), side(row, "left"))
    assert (one.score, one.verdict) == (other.score, other.verdict)


def test_there_are_eighty():
    assert len(PAIRS) == 80
