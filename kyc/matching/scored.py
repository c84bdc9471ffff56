"""Points and notes: what every comparison of two names returns.

Points are integers, 10,000 for certainty. The bands are policy (handbook 05 §4.7): a match may be acted on, a review
goes to a person, below that the names are different.
"""

from dataclasses import dataclass

FULL = 10_000
MATCH = 8_500
REVIEW = 6_000
DOUBT = MATCH - 100
"""The most a comparison with any doubt may reach: it never becomes a match by adding up."""


@dataclass(frozen=True, slots=True)
class Note:
    """A reason by its code (kyc.matching.reasons) with the words it speaks of."""

    code: str
    seen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scored:
    """The outcome of one comparison."""

    points: int
    notes: tuple[Note, ...]

    def capped(self, most: int, code: str, *seen: str) -> "Scored":
        """The same with at most `most` points and one more note, which stands first."""
        return Scored(min(self.points, most), (Note(code, seen), *self.notes))


@dataclass(frozen=True, slots=True)
class Part:
    """One part of two names: how many points it takes away, and why. None as points: the names are different."""

    loss: int | None
    note: Note


def part(loss: int | None, code: str, *seen: str) -> Part:
    """Short for Part(loss, Note(code, seen))."""
    return Part(loss, Note(code, seen))


def add_up(parts: list[Part], different: int, equal: int = FULL) -> Scored:
    """The largest loss counts in full, each other by a quarter: doubts about one name are not independent.

    `different` are the points when a part says that the names are different; `equal` those when no part loses any.
    """
    notes = tuple(each.note for each in parts)
    losses = sorted((each.loss for each in parts if each.loss), reverse=True)
    if any(each.loss is None for each in parts):
        fatal = tuple(each.note for each in parts if each.loss is None)
        return Scored(different, fatal + tuple(note for note in notes if note not in fatal))
    if not losses:
        return Scored(equal, notes)
    return Scored(max(0, equal - losses[0] - sum(losses[1:]) // 4), notes)
