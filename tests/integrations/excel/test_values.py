"""Every cell is a value of its column, or an expectation in words; nothing else ever comes out."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.excel.cells import Cell
from integrations.excel.columns import TITLES, columns
from integrations.excel.values import Unmet, value_of

ALL = [column for name in TITLES for column in columns(name)]
KINDS = {kind: next(column for column in ALL if column.kind == kind) for kind in {column.kind for column in ALL}}
TEXTS = st.text(max_size=20) | st.from_regex(r"[-+]?[0-9]{1,25}([.][0-9]{0,15})?([eE][-+]?[0-9]{1,3})?", fullmatch=True)
DATES = st.datetimes().map(lambda moment: moment.isoformat()) | st.dates().map(lambda day: day.isoformat())
NUMBERS = st.floats(allow_nan=False, allow_infinity=False).map(lambda number: format(number, ".15g"))
CELLS = st.one_of(
    st.builds(Cell, st.sampled_from(["text", "error", "formula"]), TEXTS | DATES),
    st.builds(Cell, st.just("number"), NUMBERS | st.integers(-(10**18), 10**18).map(str), st.integers(0, 20)),
    st.builds(Cell, st.just("date"), DATES),
    st.builds(Cell, st.just("bool"), st.sampled_from(["yes", "no"])),
)


@settings(max_examples=500, deadline=None)
@given(CELLS, st.sampled_from(sorted(KINDS)))
def test_a_value_or_an_expectation(cell, kind):
    try:
        value = value_of(cell, KINDS[kind])
    except Unmet:
        return  # any other exception fails the test
    assert not isinstance(value, float)
    assert not isinstance(value, Decimal) or value.is_finite()


@pytest.mark.parametrize("kind", ["date", "time", "compact_date"])
@pytest.mark.parametrize("text", ["0001-01-01", "1999-12-31", "2100-01-02", "9999-12-31"])
def test_day_of_another_age_is_refused(kind, text):
    for cell in (Cell("text", text), Cell("date", f"{text}T00:00:00")):
        with pytest.raises(Unmet, match="from 2000-01-01 to 2100-01-01"):
            value_of(cell, KINDS[kind])


@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        (Cell("number", "3.25", 4), "decimal", "3.2500"),
        (Cell("number", "3.25", 1), "decimal", "3.25"),
        (Cell("number", "1e-05"), "decimal", "0.00001"),
        (Cell("number", "40"), "integer", "40"),
        (Cell("bool", "yes"), "yes_no", "True"),
        (Cell("text", "出口 E"), "choice", "E"),
        (Cell("text", "a，b； c"), "list", "('a', 'b', 'c')"),
        (Cell("date", "2026-03-08T00:00:00"), "compact_date", "20260308"),
        (Cell("text", "2026/3/8"), "compact_date", "20260308"),
        (Cell("text", "不详"), "compact_date", "不详"),
        (Cell("text", "1971"), "iso_date", "1971"),
    ],
)
def test_values(cell, kind, value):
    column = next(column for column in ALL if column.field == "header.direction") if kind == "choice" else KINDS[kind]
    assert str(value_of(cell, column)) == value
