"""Charts, marked differences, number formats, exports: the small pure parts of the pages."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewarden.console import charts, formats, spreadsheet
from tradewarden.console.differences import compare

WORDS = ("release", "review", "hold", "refuse")


def bucket(**counts):
    return charts.Bucket(label="09", title="09:00", hrefs=dict.fromkeys(WORDS, "/decisions"), counts=counts)


@pytest.mark.parametrize(
    ("value", "top"), [(0, 4), (1, 4), (4, 4), (5, 8), (9, 12), (13, 20), (21, 40), (81, 120), (121, 200), (2001, 4000)]
)
def test_the_axis_ends_at_a_round_number(value, top):
    assert charts.nice_ceiling(value) == top


@given(st.lists(st.fixed_dictionaries({word: st.integers(0, 10**6) for word in WORDS}), max_size=40))
def test_columns_stay_inside_the_chart_and_add_up(counts):
    buckets = [bucket(**count) for count in counts]
    chart = charts.stacked(buckets)
    top = charts.nice_ceiling(max((one.total for one in buckets), default=0))
    for bar in chart.bars:
        assert bar.height >= charts.VISIBLE
        assert bar.x >= charts.LEFT
        assert bar.x + bar.width <= charts.WIDTH
        assert bar.y >= 0
        assert bar.y + bar.height <= chart.base + 0.1
    drawn = sum(bar.height for bar in chart.bars)
    wanted = sum(one.total for one in buckets) * (chart.base - charts.TOP) / top
    assert wanted - 0.02 * len(chart.bars) <= drawn <= wanted + charts.VISIBLE * len(chart.bars)
    assert len(chart.labels) <= 8


def test_an_empty_period_has_no_columns():
    assert charts.stacked([bucket(), bucket()]).bars == ()
    assert [row.label for row in charts.stacked([]).rows] == ["0", "1", "2", "3", "4"]


@given(st.lists(st.integers(-5, 120), max_size=12), st.integers(0, 100))
def test_the_score_bar_fills_at_most_a_hundred(points, score):
    bar = charts.score_bar([(f"check {n}", value) for n, value in enumerate(points)], score, {"hold": 60, "review": 20})
    assert sum(part.width for part in bar.parts) <= 100
    total = sum(value for value in points if value > 0)
    assert bar.overflow == max(0, total - 100)
    assert [tick.label for tick in bar.marks] == ["review", "hold"]
    assert all(0 <= part.tint < charts.TINTS for part in bar.parts)


@pytest.mark.parametrize(
    ("left", "right", "marked_left", "marked_right"),
    [
        ("深圳市华屹通有限公司", "深圳市华怡通有限公司", ["屹"], ["怡"]),
        ("BLU PRECISION LIMITED", "BLUE PRECISION LTD", ["BLU", "LIMITED"], ["BLUE", "LTD"]),
        ("Blu Precision", "BLU  PRECISION", [], []),
        ("", "ACME", [], ["ACME"]),
    ],
)
def test_what_differs_is_marked(left, right, marked_left, marked_right):
    ours, theirs = compare(left, right)
    assert [piece.text.strip() for piece in ours if piece.differs] == marked_left
    assert [piece.text.strip() for piece in theirs if piece.differs] == marked_right


@given(st.text(max_size=60), st.text(max_size=60))
def test_marking_loses_no_character(left, right):
    ours, theirs = compare(left, right)
    assert "".join(piece.text for piece in ours) == left
    assert "".join(piece.text for piece in theirs) == right


def test_very_long_names_are_shown_unmarked():
    ours, theirs = compare("甲" * 10_000, "乙" * 10_000)
    assert (len(ours), len(theirs)) == (1, 1)
    assert not ours[0].differs


@pytest.mark.parametrize(
    ("write", "value", "shown"),
    [
        (formats.moment, datetime(2026, 3, 8, 16, 30, tzinfo=UTC), "2026-03-09 00:30"),
        (formats.moment, None, "–"),
        (formats.plain_date, "20260308", "2026-03-08"),
        (formats.plain_date, "2026", "2026"),
        (formats.number, Decimal("1234567.500"), "1,234,567.5"),
        (formats.number, Decimal("1E+3"), "1,000"),
        (formats.number, 0, "0"),
        (formats.number, None, "–"),
        (formats.amount, Decimal("3.25"), "3.25"),
        (formats.amount, Decimal("3"), "3.00"),
        (formats.amount, Decimal("0.123456789"), "0.123457"),
        (formats.usd, Decimal("19276.7300"), "19,276.73"),
    ],
)
def test_formats(write, value, shown):
    assert write(value) == shown


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-a", "@x", "\t=1", "\r=1", "  =1", "＝1", "＋1", "﹣x", "\u200b=1", "\u3000=1"]
)
def test_cells_that_would_run_are_written_as_text(cell):
    assert spreadsheet.safe(cell).startswith("'")


@pytest.mark.parametrize("cell", ["a=1", "", "12", "-12.5", "中文", None, 5])
def test_other_cells_stay_as_they_are(cell):
    assert spreadsheet.safe(cell) == ("" if cell is None else str(cell))
