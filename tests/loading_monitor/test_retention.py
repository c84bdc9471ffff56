"""Retention of loading films: month ends, leap years, Shanghai midnight, holds."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loading_monitor.retention import may_delete, months_after, video_keep_until

VECTORS = [
    ("2026-01-15", "2026-04-15"),
    ("2026-11-30", "2027-02-28"),
    ("2027-11-30", "2028-02-29"),
    ("2026-12-31", "2027-03-31"),
    ("2026-05-31", "2026-08-31"),
    ("2026-03-31", "2026-06-30"),
    ("2026-08-31", "2026-11-30"),
]


@pytest.mark.parametrize(("event", "earliest"), [tuple(map(date.fromisoformat, pair)) for pair in VECTORS])
def test_three_calendar_months(event, earliest):
    assert video_keep_until(None, event, None, False, minimum_days=0) == earliest
    assert video_keep_until(None, event, None, False) == max(earliest, event + timedelta(days=92))


def test_the_latest_event_starts_the_clock():
    loaded = datetime(2026, 1, 10, 4, 0, tzinfo=UTC)
    days = [date(2026, 1, 12), date(2026, 1, 15)]
    assert video_keep_until(loaded, *days, False, minimum_days=0) == date(2026, 4, 15)
    assert video_keep_until(loaded, *reversed(days), False, minimum_days=0) == date(2026, 4, 15)
    assert video_keep_until(datetime(2026, 2, 1, tzinfo=UTC), *days, False, minimum_days=0) == date(2026, 5, 1)


def test_loading_ends_on_the_shanghai_day():
    before, after = datetime(2026, 1, 14, 15, 59, tzinfo=UTC), datetime(2026, 1, 14, 16, 0, tzinfo=UTC)
    assert video_keep_until(before, None, None, False, minimum_days=0) == date(2026, 4, 14)
    assert video_keep_until(after, None, None, False, minimum_days=0) == date(2026, 4, 15)


def test_a_naive_loading_end_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        video_keep_until(datetime(2026, 1, 14, 16), None, None, False)  # noqa: DTZ001 - the fault under test


def test_no_end_under_a_hold_or_without_events():
    assert video_keep_until(None, date(2026, 1, 15), None, True) is None
    assert video_keep_until(None, None, None, False) is None


def test_deletion_only_after_the_last_day():
    assert not may_delete(date(2026, 4, 15), date(2026, 4, 15))
    assert may_delete(date(2026, 4, 15), date(2026, 4, 16))
    assert not may_delete(None, date(2099, 1, 1))


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)))
def test_never_earlier_than_either_reading_of_three_months(event):
    end = video_keep_until(None, event, None, False)
    assert end is not None
    assert end >= months_after(event, 3)
    assert (end - event).days >= 92


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)), st.integers(-30, 30))
def test_months_after_stays_in_the_month(day, months):
    result = months_after(day, months)
    assert (result.year * 12 + result.month) - (day.year * 12 + day.month) == months
    assert result.day <= day.day


@given(st.lists(st.none() | st.dates(date(2020, 1, 1), date(2090, 1, 1)), min_size=2, max_size=2), st.booleans())
def test_another_event_never_shortens(days, hold):
    alone = video_keep_until(None, days[0], None, hold)
    both = video_keep_until(None, *days, hold)
    assert alone is None or both is None or both >= alone
