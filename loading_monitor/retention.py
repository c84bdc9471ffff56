"""How long the film of a loading is kept: three calendar months at least, from the latest event (handbook 08 §6).

"Three months" can be read in calendar months or as the longest three months, 92 days; the later of the two is kept, so
no reading finds a film missing. The day is computed from rows and an injected clock, never by the database.
"""

from calendar import monthrange
from datetime import date, datetime, timedelta

from risk.days import china_day

MONTHS = 3
LONGEST_THREE_MONTHS_DAYS = 92


def video_keep_until(
    load_end: datetime | None,
    declared_on: date | None,
    released_on: date | None,
    legal_hold: bool,
    minimum_days: int = LONGEST_THREE_MONTHS_DAYS,
) -> date | None:
    """The last day on which the film must be there; None means: keep it, no end is known.

    The clock starts at the latest of the events known; a later one moves the end, so compute again when one is added.
    Without any event, and under a legal hold, there is no end. Raises ValueError for a `load_end` without a zone.
    """
    loaded_on = china_day(load_end) if load_end is not None else None
    known = [day for day in (loaded_on, declared_on, released_on) if day is not None]
    if legal_hold or not known:
        return None
    start = max(known)
    return max(months_after(start, MONTHS), start + timedelta(days=minimum_days))


def may_delete(keep_until: date | None, today: date) -> bool:
    """True once the last day has passed; never while no end is known."""
    return keep_until is not None and today > keep_until


def months_after(day: date, months: int) -> date:
    """The same day `months` calendar months later, or the last day of a month that is too short for it."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
