"""Calendar days as Chinese customs counts them: the day in Asia/Shanghai, whatever zone a moment was written in."""

from datetime import date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""A fixed offset: mainland China has kept UTC+8 without summer time since 1991, before any record here."""


def china_day(moment: datetime) -> date:
    """The calendar day of an aware moment. Raises ValueError for a naive one, whose day nobody can know."""
    return _in_shanghai(moment).date()


def clock(moment: datetime) -> str:
    """An aware moment as text on the Shanghai clock, to the second: 2026-03-08T12:00:00+08:00. ValueError as above."""
    return _in_shanghai(moment).isoformat(timespec="seconds")


def _in_shanghai(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone; give an aware time such as 2026-03-08T12:00+08:00")
    return moment.astimezone(SHANGHAI)


def compact_day(text: str) -> date | None:
    """The day written as `yyyyMMdd`, or None when the text is anything else or names no day."""
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
