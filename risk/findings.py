"""What a check says: status, severity, the numbers seen; and how findings add up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum, StrEnum
from functools import lru_cache

Seen = str | int | bool | Decimal
"""A number or text a check looked at. Never a float: evidence is exact."""


class Status(StrEnum):
    """The four answers of a check. `no_data` and `error` are answers too, and the policy prices them."""

    PASS = "pass"
    HIT = "hit"
    NO_DATA = "no_data"
    ERROR = "error"


class Severity(StrEnum):
    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


class Outcome(IntEnum):
    """The machine's verdict, ordered: combining two takes the higher."""

    RELEASE = 0
    REVIEW = 1
    HOLD = 2
    REFUSE = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check function returns for the order or for one line.

    `code` chooses the sentence when a check has several; `floor` lets a check demand an outcome that depends on what
    it found (a UN match refuses, a foreign list only escalates); the policy may lower it, the check never the policy.
    """

    status: Status
    code: str = ""
    seen: Mapping[str, Seen] = field(default_factory=dict)
    floor: Outcome = Outcome.RELEASE


PASS = Verdict(Status.PASS)


def hit(code: str = "", /, floor: Outcome = Outcome.RELEASE, **seen: Seen) -> Verdict:
    """The check found what it looks for; `seen` are the numbers that show it."""
    return Verdict(Status.HIT, code, seen, floor)


@lru_cache(maxsize=4096)
def no_data(*missing: str, floor: Outcome = Outcome.RELEASE) -> Verdict:
    """The check could not judge because the named facts are missing. The same facts give the same object."""
    return Verdict(Status.NO_DATA, "", {"missing": ", ".join(missing)}, floor)


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's answer about the order (`line` None) or about one goods line."""

    check: str
    status: Status
    severity: Severity
    line: int | None = None
    code: str = ""
    seen: Mapping[str, Seen] = field(default_factory=dict)
    floor: Outcome = Outcome.RELEASE


@dataclass(frozen=True, slots=True)
class Contribution:
    """Points and outcome floor that one check added to the decision; `lines` counts the lines it answered so."""

    check: str
    status: Status
    points: int
    floor: Outcome
    lines: int = 1
