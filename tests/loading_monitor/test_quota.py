"""The one declaration in ten: what counts in either number, and what the report says."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loading_monitor.quota import (
    CountedDeclaration,
    OnSiteRecord,
    month_of,
    not_counted,
    quota,
    quota_by,
    twelve_months_to,
)

ENDED = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)
FLOOR = Decimal("0.10")
MARCH = (date(2026, 3, 1), date(2026, 3, 31))
VISIT = OnSiteRecord(
    supervisor="inspector-1",
    on_site=True,
    accepted=True,
    inside_fence=True,
    check_in_code="4711",
    started_at=ENDED - timedelta(hours=2),
    ended_at=ENDED,
    recorded_at=ENDED + timedelta(hours=1),
    evidence=frozenset({"E3", "E4", "E5", "E6", "E7"}),
)


def declaration(number, record=None, state="released", day=date(2026, 3, 8), **more):
    return CountedDeclaration(declaration_id=f"D-{number}", declared_on=day, state=state, record=record, **more)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, ""),
        ({"recorded_at": ENDED + timedelta(hours=72)}, ""),
        ({"recorded_at": ENDED + timedelta(hours=72, seconds=1)}, "too_late"),
        ({"on_site": False}, "remote"),
        ({"supervisor": ""}, "unnamed"),
        ({"accepted": False}, "not_accepted"),
        ({"inside_fence": False}, "outside_fence"),
        ({"check_in_code": ""}, "no_check_in"),
        ({"started_at": None}, "no_times"),
        ({"ended_at": None}, "no_times"),
        ({"ended_at": ENDED - timedelta(hours=3)}, "no_times"),
        ({"evidence": frozenset({"E3", "E4", "E5", "E6"})}, "evidence"),
    ],
)
def test_what_counts_as_supervision(changes, reason):
    assert not_counted(replace(VISIT, **changes)) == reason


def test_ratio_of_a_month():
    rows = [declaration(n, VISIT if n < 3 else None) for n in range(31)]
    result = quota(rows, *MARCH, FLOOR)
    assert (result.declarations, result.supervised, result.required, result.missing) == (31, 3, 4, 1)
    assert result.ratio == Decimal("0.0967")


@pytest.mark.parametrize(
    "outside",
    [
        declaration(9, VISIT, state="withdrawn"),
        declaration(9, VISIT, state="deleted"),
        declaration(9, VISIT, test=True),
        declaration(9, VISIT, day=date(2026, 2, 28)),
        declaration(9, VISIT, day=date(2026, 4, 1)),
    ],
)
def test_what_is_in_neither_number(outside):
    assert quota([declaration(1), outside], *MARCH, FLOOR) == quota([declaration(1)], *MARCH, FLOOR)


def test_refused_records_stay_in_the_denominator_and_are_named():
    rows = [declaration(1, VISIT, state="exited"), declaration(2, replace(VISIT, on_site=False))]
    result = quota(rows, *MARCH, FLOOR)
    assert (result.declarations, result.supervised, dict(result.refused)) == (2, 1, {"remote": 1})


def test_an_empty_period_has_no_ratio():
    result = quota([], *MARCH, FLOOR)
    assert (result.ratio, result.required, result.missing) == (None, 0, 0)


def test_a_reversed_period_is_refused():
    with pytest.raises(ValueError, match="before it begins"):
        quota([], *reversed(MARCH), FLOOR)


def test_per_tier():
    rows = [declaration(1, VISIT, tier="B"), declaration(2, tier="A"), declaration(3, tier="B")]
    result = quota_by(rows, lambda one: one.tier, *MARCH, FLOOR)
    assert {tier: one.ratio for tier, one in result.items()} == {"A": Decimal(0), "B": Decimal("0.5")}


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 3, 8), date(2026, 3, 1), date(2026, 3, 31)),
        (date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
    ],
)
def test_month_of(day, first, last):
    assert month_of(day) == (first, last)


def test_twelve_months():
    assert twelve_months_to(date(2026, 3, 15)) == (date(2025, 4, 1), date(2026, 3, 15))
    assert twelve_months_to(date(2026, 12, 1)) == (date(2026, 1, 1), date(2026, 12, 1))


@given(st.lists(st.booleans(), max_size=60))
def test_missing_supervisions_make_the_floor(visits):
    rows = [declaration(n, VISIT if visited else None) for n, visited in enumerate(visits)]
    result = quota(rows, *MARCH, FLOOR)
    assert (result.supervised + result.missing) * 10 >= result.declarations
    assert (result.missing == 0) is (result.supervised * 10 >= result.declarations)
