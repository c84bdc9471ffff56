"""The one declaration in ten: export declarations with an accepted on-site supervision over all (handbook 08 §4).

The unit is the declaration, keyed by its declaration day. Deleted, withdrawn and test declarations are in neither
number; a record written long after the loading ended is never accepted, so nobody can top the share up afterwards.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from math import ceil

from loading_monitor.retention import months_after

COUNTED_STATES = frozenset({"released", "exited"})
NEEDED_EVIDENCE = frozenset({"E3", "E4", "E5", "E6", "E7"})
LATEST_RECORD = timedelta(hours=72)
STEP = Decimal("0.0001")


@dataclass(frozen=True, slots=True, kw_only=True)
class OnSiteRecord:
    """What the supervisor's visit left behind. `evidence` are kinds E1..E9 of photos and videos (handbook 08 §1)."""

    supervisor: str
    on_site: bool
    accepted: bool
    inside_fence: bool
    check_in_code: str
    started_at: datetime | None
    ended_at: datetime | None
    recorded_at: datetime
    evidence: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedDeclaration:
    """An export declaration as the share sees it, with the supervision record of its own goods, if any."""

    declaration_id: str
    declared_on: date
    state: str
    test: bool = False
    tier: str = ""
    order_class: str = ""
    record: OnSiteRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """The share of a period. `ratio` is rounded down to four decimals, None without declarations.

    `required` declarations make the floor share, `missing` of them are not there yet; `refused` says why records did
    not count (reason code to number).
    """

    since: date
    until: date
    declarations: int
    supervised: int
    ratio: Decimal | None
    required: int
    missing: int
    refused: Mapping[str, int]


def not_counted(record: OnSiteRecord) -> str:
    """Why a record is no on-site supervision (a reason code), or empty when it is one."""
    started, ended = record.started_at, record.ended_at
    tests: tuple[tuple[str, bool], ...] = (
        ("remote", not record.on_site),
        ("unnamed", not record.supervisor),
        ("not_accepted", not record.accepted),
        ("outside_fence", not record.inside_fence),
        ("no_check_in", not record.check_in_code),
        ("no_times", started is None or ended is None or ended < started),
        ("too_late", ended is not None and record.recorded_at - ended > LATEST_RECORD),
        ("evidence", not record.evidence >= NEEDED_EVIDENCE),
    )
    return next((code for code, failed in tests if failed), "")


def quota(declarations: Iterable[CountedDeclaration], since: date, until: date, floor_share: Decimal) -> Quota:
    """The share over the declarations of the days `since` to `until`, both included; ValueError when reversed."""
    if until < since:
        raise ValueError(f"the period ends {until} before it begins {since}; exchange the two days")
    counted = supervised = 0
    refused: dict[str, int] = {}
    for declaration in declarations:
        if declaration.test or declaration.state not in COUNTED_STATES or not since <= declaration.declared_on <= until:
            continue
        counted += 1
        if declaration.record is None:
            continue
        reason = not_counted(declaration.record)
        if reason:
            refused[reason] = refused.get(reason, 0) + 1
        else:
            supervised += 1
    required = ceil(floor_share * counted)
    return Quota(
        since=since,
        until=until,
        declarations=counted,
        supervised=supervised,
        ratio=(Decimal(supervised) / counted).quantize(STEP, ROUND_DOWN) if counted else None,
        required=required,
        missing=max(0, required - supervised),
        refused=refused,
    )


def quota_by(
    declarations: Iterable[CountedDeclaration],
    dimension: Callable[[CountedDeclaration], str],
    since: date,
    until: date,
    floor_share: Decimal,
) -> Mapping[str, Quota]:
    """The share for each value of a dimension, such as the tier or the order class, in the order of the values."""
    groups: dict[str, list[CountedDeclaration]] = {}
    for declaration in declarations:
        groups.setdefault(dimension(declaration), []).append(declaration)
    return {value: quota(group, since, until, floor_share) for value, group in sorted(groups.items())}


def month_of(day: date) -> tuple[date, date]:
    """First and last day of the calendar month of a day."""
    first = day.replace(day=1)
    return first, months_after(first, 1) - timedelta(days=1)


def twelve_months_to(day: date) -> tuple[date, date]:
    """The twelve calendar months that end with the month of a day, up to that day."""
    return months_after(day.replace(day=1), -11), day
