"""Alarms: what the machine says of itself. Each has a cause that is looked for anew every time.

An alarm that stands is not raised twice, one whose cause is gone closes by itself, and one that a person has closed is
not raised again within QUIET, although its cause stands: they know. Thresholds are settings, their unit in the name.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby

import msgspec

from databases.alerts import NewAlert
from databases.dead_letters import LetterCount
from databases.streams import ENDED, STOPPED, PartitionState
from databases.unit_of_work import UnitOfWork
from integrations.kafka.port import ORDERS_BULK
from tradewarden.heartbeat import FORGOTTEN
from tradewarden.settings import Settings
from tradewarden.standing import stale_lists

QUIET = timedelta(hours=24)
DUE = timedelta(hours=24)
SOON = timedelta(hours=4)
GRACE = timedelta(seconds=90)
"""A partition changes hands and a worker restarts faster than this."""
WEEKS = 4
USUAL_WEEKS = 3
BULK_PATIENCE = 24
"""A bulk import may keep its lane busy so many times longer than live orders."""
GOALS = "alarm.stream_goals"
GONE_NOTE = "原因已消除，系统自动关闭 | the cause is gone; closed by itself"
SHOWN = 5
EVERYTHING = "streams"
"""The subject of the alarm that nobody reads any stream."""
FIRST_LOOK: Mapping[str, timedelta] = {
    kind: timedelta(minutes=3) for kind in ("partition_unheld", "worker_stopped", "stream_lag")
}
"""How long after the scheduler's start an alarm is looked for first: what starts with it needs time to come up."""

Causes = Callable[[UnitOfWork, datetime], Sequence[NewAlert]]
Job = Callable[[UnitOfWork, datetime], int]


@dataclass(frozen=True, slots=True)
class Alarm:
    """One kind of alarm: its alerts' kind, how often it is looked for (seconds), and what finds its causes."""

    kind: str
    seconds: int
    causes: Causes

    def look(self, uow: UnitOfWork, now: datetime) -> int:
        """Raise what is new and close what is gone; how many alerts changed."""
        return sound(uow, now, self.kind, self.causes(uow, now))


def sound(uow: UnitOfWork, now: datetime, kind: str, causes: Sequence[NewAlert]) -> int:
    """Make the open alarms of a kind those of `causes`; how many were raised or closed."""
    closed = uow.alerts.close_gone(kind, {cause.subject for cause in causes}, GONE_NOTE, now)
    known = uow.alerts.dismissed(kind, now - QUIET) if causes else frozenset()
    raised = uow.alerts.raise_many([cause for cause in causes if cause.subject not in known], now)
    return closed + sum(alert_id is not None for alert_id in raised)


def too_old_lists(uow: UnitOfWork, now: datetime) -> list[NewAlert]:
    """Lists that are older than the policy allows, or missing although it demands them."""
    policy = uow.policies.live()
    names = stale_lists(uow, policy, now) if policy else ()
    return [NewAlert(kind="stale_list", subject=name, due_at=now + DUE) for name in names]


def unbalanced_books(uow: UnitOfWork, now: datetime) -> list[NewAlert]:
    """Received is not applied + duplicate + dead + pending; or a door's own figures don't add up."""
    books = uow.inbox.counts()
    alerts = []
    if not books.balanced:
        details = {name: getattr(books, name) for name in ("received", "applied", "duplicate", "dead", "pending")}
        alerts.append(NewAlert(kind="reconciliation", subject="inbox", due_at=now + DUE, details=details))
    for door in uow.books.doors():
        if not door.balanced:
            names = ("received", "accepted", "duplicate", "conflict", "dead")
            details = {name: getattr(door, name) for name in names}
            alerts.append(
                NewAlert(kind="reconciliation", subject=f"door {door.door}", due_at=now + DUE, details=details)
            )
    return alerts


def lagging_streams(uow: UnitOfWork, now: datetime, patience: timedelta) -> list[NewAlert]:
    """Partitions in which a record waits for longer than `patience` (bulk lanes: BULK_PATIENCE times that).

    The end of a partition is noted as a goal with the time; the age of the lag is that of the goal not yet reached.
    So a partition that is busy but keeps up is not late, and one that moves too slowly is.
    """
    kept = uow.meta.get(GOALS)
    goals: dict[str, tuple[int, datetime]] = msgspec.json.decode(kept or "{}", type=dict[str, tuple[int, datetime]])
    noted, late = {}, []
    for one in uow.streams.partitions():
        subject = place(one)
        goal, since = goals.get(subject, (one.end_offset, now))
        if one.next_offset >= goal:
            goal, since = one.end_offset, now
        noted[subject] = (goal, since)
        allowed = patience * BULK_PATIENCE if one.topic == ORDERS_BULK else patience
        if one.lag and now - since >= allowed:
            details = {"lag": one.lag, "minutes": int((now - since).total_seconds() // 60)}
            late.append(NewAlert(kind="stream_lag", subject=subject, due_at=now + SOON, details=details))
    if noted != goals:
        uow.meta.set(GOALS, msgspec.json.encode(noted).decode())
    return late


def place(partition: PartitionState) -> str:
    """A partition as messages name it."""
    return f"{partition.topic}[{partition.partition}]"


def unheld_partitions(uow: UnitOfWork, now: datetime) -> list[NewAlert]:
    """Partitions nobody reads: never leased, given back, or the lease has run out.

    One alert for each cause: that nobody reads anything, or, while somebody reads, for each topic.
    """
    known = uow.streams.partitions()
    free = [
        one
        for one in known
        if (one.held_until is None or one.held_until + GRACE < now)
        and (one.seen_at is None or one.seen_at + GRACE < now)
    ]
    if len(free) == len(known) > 1:
        return [_unheld(EVERYTHING, free, now)]
    return [_unheld(topic, list(group), now) for topic, group in groupby(free, key=lambda one: one.topic)]


def _unheld(subject: str, free: Sequence[PartitionState], now: datetime) -> NewAlert:
    """The alert on partitions of one cause; the lag is that of when the broker was asked last, None if never."""
    lag = sum(one.lag for one in free) if all(one.seen_at for one in free) else None
    details = {"partitions": ", ".join(_ranges(free)), "count": len(free), "lag": lag}
    return NewAlert(kind="partition_unheld", subject=subject, due_at=now + SOON, details=details)


def _ranges(free: Sequence[PartitionState]) -> Iterator[str]:
    """Each topic with its partition numbers, neighbours drawn together: trade.orders[0-5,7]."""
    for topic, group in groupby(free, key=lambda one: one.topic):
        spans: list[list[int]] = []
        for number in (one.partition for one in group):
            if spans and spans[-1][-1] == number - 1:
                spans[-1][1:] = [number]
            else:
                spans.append([number])
        yield f"{topic}[{','.join('-'.join(map(str, span)) for span in spans)}]"


def stopped_streams(uow: UnitOfWork, now: datetime) -> list[NewAlert]:
    """Workers that stopped for a reason; each raised this alarm itself when it stopped."""
    return [
        NewAlert(kind="stream_stopped", subject=one.name, due_at=now + SOON, details={"reason": one.reason})
        for one in uow.streams.workers()
        if one.state == STOPPED
    ]


def silent_workers(uow: UnitOfWork, now: datetime) -> list[NewAlert]:
    """Processes that are not heard any more and never said that they end."""
    return [
        NewAlert(kind="worker_stopped", subject=one.name, due_at=now + SOON, details={"reason": one.reason[:300]})
        for one in uow.streams.workers()
        if one.state not in {ENDED, STOPPED} and GRACE < now - one.seen_until < FORGOTTEN
    ]


def silence(uow: UnitOfWork, now: datetime, hours: int) -> list[NewAlert]:
    """No order for `hours`, although in USUAL_WEEKS of the last WEEKS weeks some came in these very hours."""
    span = timedelta(hours=hours)
    if uow.books.received_between(now - span, now + timedelta(seconds=1)):
        return []
    ends = [now - timedelta(weeks=week) for week in range(1, WEEKS + 1)]
    usual = sum(uow.books.received_between(end - span, end) > 0 for end in ends)
    if usual < USUAL_WEEKS:
        return []
    last = uow.books.last_received()
    details = {"hours": hours, "weeks": usual, "last": last.isoformat() if last else ""}
    return [NewAlert(kind="silence", subject="orders", due_at=now + SOON, details=details)]


def old_dead_letters(uow: UnitOfWork, now: datetime, hours: int) -> list[NewAlert]:
    """Sources with dead letters that lie open for longer than `hours`."""

    def alert(one: LetterCount) -> NewAlert:
        details = {"letters": one.count, "hours": int((now - one.oldest).total_seconds() // 3600)}
        return NewAlert(kind="dead_letter", subject=one.source, due_at=now + DUE, details=details)

    open_ones = [one for one in uow.dead_letters.tally() if one.state == "open"]
    return [alert(one) for one in open_ones if now - one.oldest >= timedelta(hours=hours)]


def unjudged_orders(uow: UnitOfWork, now: datetime, minutes: int) -> list[NewAlert]:
    """Live orders received are not judged: the oldest waits for longer than `minutes`."""
    oldest = uow.books.oldest_pending("live")
    if oldest is None or now - oldest < timedelta(minutes=minutes):
        return []
    waiting = uow.inbox.pending().get("live", 0)
    details = {"orders": waiting, "minutes": int((now - oldest).total_seconds() // 60)}
    return [NewAlert(kind="unjudged", subject="live", due_at=now + SOON, details=details)]


def unscreened_clients(uow: UnitOfWork, now: datetime, days: int) -> list[NewAlert]:
    """Approved clients that were in no screening for longer than `days`."""
    found = uow.books.unscreened(now - timedelta(days=days))
    if not found:
        return []
    details = {"clients": len(found), "days": days, "first": ", ".join(found[:SHOWN])}
    return [NewAlert(kind="unscreened", subject="clients", due_at=now + DUE, details=details)]


def alarms(settings: Settings) -> tuple[Alarm, ...]:
    """Every alarm with the thresholds of the settings."""
    lag = timedelta(minutes=settings.alarm_lag_minutes)
    return (
        Alarm("stale_list", 15 * 60, too_old_lists),
        Alarm("reconciliation", 5 * 60, unbalanced_books),
        Alarm("stream_lag", 30, partial(lagging_streams, patience=lag)),
        Alarm("partition_unheld", 60, unheld_partitions),
        Alarm("stream_stopped", 30, stopped_streams),
        Alarm("worker_stopped", 30, silent_workers),
        Alarm("silence", 10 * 60, partial(silence, hours=settings.alarm_silence_hours)),
        Alarm("dead_letter", 10 * 60, partial(old_dead_letters, hours=settings.alarm_dead_letter_hours)),
        Alarm("unjudged", 60, partial(unjudged_orders, minutes=settings.alarm_pending_minutes)),
        Alarm("unscreened", 6 * 3600, partial(unscreened_clients, days=settings.alarm_unscreened_days)),
    )


def alarm_jobs(settings: Settings) -> tuple[tuple[str, int, Job], ...]:
    """The alarms as rows for the scheduler: name, period in seconds, job."""
    return tuple((alarm.kind, alarm.seconds, alarm.look) for alarm in alarms(settings))
