"""The workbench's numbers over decisions: outcomes per hour and day, the checks that speak most, the median score."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, String, cast, func, select

from databases.decision_answers import read
from databases.decision_tables import decisions
from risk.findings import Outcome

HOUR = timedelta(hours=1)
TOP = 500  # every check with each of its answers: hits must not drown among missing data


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


def figures(connection: Connection, since: datetime, until: datetime, zone: ZoneInfo) -> Figures:
    """Figures over decisions with since <= as_of < until; days are those of `zone`."""
    inside = (decisions.c.as_of >= since) & (decisions.c.as_of < until)
    hours = _by_hour(connection, inside)
    total: Counter[Outcome] = Counter()
    days: dict[datetime, Counter[Outcome]] = {start: Counter() for start in _days(since, until, zone)}
    for hour, outcomes in hours.items():
        total.update(outcomes)
        local = hour.astimezone(zone)
        days[datetime(local.year, local.month, local.day, tzinfo=zone)].update(outcomes)
    return Figures(
        since=since,
        until=until,
        decisions=total.total(),
        outcomes=_all(total),
        by_hour=tuple(Bucket(hour.astimezone(zone), _all(hours.get(hour, Counter()))) for hour in _hours(since, until)),
        by_day=tuple(Bucket(day, _all(outcomes)) for day, outcomes in days.items()),
        top_checks=_top_checks(connection, inside),
        median_score=_median_score(connection, inside),
    )


def _by_hour(connection: Connection, inside: ColumnElement[bool]) -> dict[datetime, Counter[Outcome]]:
    if connection.dialect.name == "postgresql":
        in_utc = func.timezone("UTC", decisions.c.as_of)
        hour: ColumnElement[str] = func.to_char(in_utc, "YYYY-MM-DD HH24", type_=String())
    else:
        hour = func.substr(cast(decisions.c.as_of, String()), 1, 13, type_=String())
    query = select(hour, decisions.c.outcome, func.count()).where(inside).group_by(hour, decisions.c.outcome)
    found: dict[datetime, Counter[Outcome]] = {}
    for text, outcome, count in connection.execute(query):
        start = datetime.strptime(text, "%Y-%m-%d %H").replace(tzinfo=UTC)
        found.setdefault(start, Counter())[Outcome(outcome)] += count
    return found


def _all(outcomes: Counter[Outcome]) -> dict[Outcome, int]:
    return {outcome: outcomes[outcome] for outcome in Outcome}


def _hours(since: datetime, until: datetime) -> Iterator[datetime]:
    hour = since.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    while hour < until:
        yield hour
        hour += HOUR


def _days(since: datetime, until: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    first, last = since.astimezone(zone).date(), (until - timedelta(microseconds=1)).astimezone(zone).date()
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        yield datetime(day.year, day.month, day.day, tzinfo=zone)


def _top_checks(connection: Connection, inside: ColumnElement[bool]) -> tuple[CheckCount, ...]:
    said: Counter[tuple[str, str]] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    query = select(decisions.c.answers, func.count()).where(inside).group_by(decisions.c.answers)
    for answers, count in connection.execute(query):
        for check, status, findings in read(answers):
            said[check, status] += count
            found[check, status] += findings * count
    counts = [CheckCount(*answer, count, found[answer]) for answer, count in said.items()]
    return tuple(sorted(counts, key=lambda one: (-one.decisions, one.check, one.status))[:TOP])


def _median_score(connection: Connection, inside: ColumnElement[bool]) -> int | None:
    """The lower median, out of at most 101 different scores."""
    query = select(decisions.c.score, func.count()).where(inside).group_by(decisions.c.score)
    counted = sorted((row[0], row[1]) for row in connection.execute(query))
    half = (sum(count for _, count in counted) + 1) // 2
    for score, count in counted:
        half -= count
        if half <= 0:
            return int(score)
    return None
