"""Dates as publishers write them, to ISO days, months or years; what is no date gives an empty text."""

import re
from datetime import date

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2100, 1, 1)
"""Trade we judge happened or will happen between these; other years are slips of a keyboard, and windows of days
around them cannot be computed."""

EXPECTED_PERIOD = f"a day from {FIRST_DAY} to {LAST_DAY}"
_NUMERIC = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?(?:[T ].*)?")
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)")
_WORDS = re.compile(r"(?:(\d{1,2})\s+)?([A-Za-z]{3})[a-z]*\.?\s+(\d{4})")


def iso_date(text: str) -> str:
    """ISO day, month or year: of 2023年05月04日, 2023/5/4, 20230504, 10 Dec 1948, Sep 1963, 1971; else "".

    >>> iso_date("10 Dec 1948"), iso_date("2023年5月"), iso_date("31 Feb 2020")
    ('1948-12-10', '2023-05', '')
    """
    text = text.strip().removeprefix("circa").strip().rstrip(".")
    if found := _COMPACT.fullmatch(text) or _NUMERIC.fullmatch(text):
        return _iso(*found.groups())
    if found := _WORDS.fullmatch(text):
        day, month, year = found.groups()
        return _iso(year, str(_MONTHS.get(month.lower(), 0)), day)
    return ""


def _iso(year: str, month: str | None, day: str | None) -> str:
    try:
        checked = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return ""
    return checked.isoformat()[: 10 if day else 7 if month else 4]


def day(text: str) -> date | None:
    """The day of a text that names a whole day, else None."""
    iso = iso_date(text)
    return date.fromisoformat(iso) if len(iso) == 10 else None


def in_period(found: date) -> bool:
    """Whether a day lies where business dates can lie (FIRST_DAY to LAST_DAY)."""
    return FIRST_DAY <= found <= LAST_DAY


def out_of_period(text: str) -> bool:
    """Whether a text names a day, and one outside the period; what is no day is not ours to judge here.

    >>> out_of_period("00010101"), out_of_period("20260308"), out_of_period("yesterday")
    (True, False, False)
    """
    found = day(text)
    return found is not None and not in_period(found)
