"""The table of the self-test: one row for each case on each engine."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What a case came to. `not_run` says why it could not be done; then the numbers mean nothing.

    `door` is kafka or inbox, `hits` how often each fail point struck, `notes` what was found wrong.
    """

    case: str
    engine: str
    door: str = ""
    kills: int = 0
    lost: int = 0
    doubled: int = 0
    wrongly_released: int = 0
    events: int = 0
    seconds: float = 0.0
    hits: Mapping[str, int] = field(default_factory=dict)
    books_balanced: bool = True
    audit_intact: bool = True
    notes: Sequence[str] = ()
    not_run: str = ""

    @property
    def passed(self) -> bool:
        """Run, and nothing found wrong."""
        counted = self.lost or self.doubled or self.wrongly_released or self.notes
        return not (self.not_run or counted) and self.books_balanced and self.audit_intact

    def as_record(self) -> dict[str, Any]:
        """The row as --json prints it."""
        return {name: getattr(self, name) for name in self.__slots__} | {"passed": self.passed}

    def as_cells(self) -> tuple[str, ...]:
        """The row for people."""
        numbers = (self.kills, self.lost, self.doubled, self.wrongly_released)
        shown = tuple("-" if self.not_run else str(number) for number in numbers)
        word = "not run" if self.not_run else ("" if self.passed else "look below")
        return (self.case, self.engine, self.door, *shown, str(self.events), f"{self.seconds:.1f}", word)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a person has to read about it, one line each."""
        found = [self.not_run] if self.not_run else list(self.notes)
        if not self.books_balanced:
            found.append("the books do not balance, or events are still pending")
        if not self.audit_intact:
            found.append("an audit chain is broken")
        return tuple(f"{self.case} ({self.engine}): {line}" for line in found)


HEADERS = ("case", "engine", "door", "kills", "lost", "doubled", "wrongly released", "events", "s", "")
