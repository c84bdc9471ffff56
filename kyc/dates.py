"""Birth dates as lists print them: a day, a month or only a year, several of them, some wrong by a year."""

import re

from kyc.matching.scored import DOUBT, REVIEW, Note, Scored

_ISO = re.compile(r"^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$")
_FAR = 2_500
_NEAR = 800


def adjust_for_dates(scored: Scored, left: tuple[str, ...], right: tuple[str, ...]) -> Scored:
    """A birth date that agrees is told; one that does not takes points away and leaves the match to a person."""
    mine, theirs = _read(left), _read(right)
    if scored.points < REVIEW or not mine or not theirs:
        return scored
    pairs = [(one, other) for one in mine for other in theirs]
    if any(_agree(one, other) for one, other in pairs):
        return Scored(scored.points, (*scored.notes, Note("birth_date_equal", (left[0],))))
    near = any(abs(int(one[0]) - int(other[0])) <= 1 for one, other in pairs)
    points = min(scored.points - (_NEAR if near else _FAR), DOUBT)
    return Scored(points, (*scored.notes, Note("birth_date_differs", (left[0], right[0]))))


def _read(dates: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Year, month, day as far as given; a text that is no ISO date says nothing."""
    found = (_ISO.match(text.strip()) for text in dates)
    return [tuple(part for part in match.groups() if part) for match in found if match]


def _agree(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Equal as far as both are given; day and month may be swapped, as forms of two countries do."""
    shared = min(len(one), len(other))
    swapped = len(one) == 3 and one == (other[0], *reversed(other[1:]))
    return one[:shared] == other[:shared] or swapped
