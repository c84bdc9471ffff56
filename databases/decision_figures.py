"""The workbench's numbers over decisions: outcomes per hour and day, the checks that speak most, the median score."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from risk.findings import Outcome


@dataclass(frozen=True, slots=True)
class Bucket:
    """Decisions of one hour or day; `start` in the zone asked for."""

    start: datetime
    outcomes: Mapping[Outcome, int]


@dataclass(frozen=True, slots=True)
class CheckCount:
    """How often a check gave an answer other than pass: in how many decisions, with how many findings."""

    check: str
    status: str
    decisions: int
    findings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Figures over a period. `by_hour` and `by_day` hold every bucket of the period, empty ones too."""

    since: datetime
    until: datetime
    decisions: int
    outcomes: Mapping[Outcome, int]
    by_hour: tuple[Bucket, ...]
    by_day: tuple[Bucket, ...]
    top_checks: tuple[CheckCount, ...]
    median_score: int | None
