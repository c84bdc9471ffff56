"""The flow's numbers for Prometheus: books by door, streams, processes, outbox, ages of what waits, open alarms."""

import math
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge

from databases.streams import ENDED, STOPPED
from databases.unit_of_work import UnitOfWork
from tradewarden.alarms import GRACE
from tradewarden.console.alarm_words import KINDS
from tradewarden.stream_lag import is_held, known_lag, total_lag, was_asked

TALLIES = ("received", "accepted", "duplicate", "conflict", "dead")


def add_flow(uow: UnitOfWork, registry: CollectorRegistry, now: datetime, lease_seconds: float) -> None:
    """Every gauge of the flow. Ages are in seconds, 0 when nothing waits; a lag nobody can tell is NaN."""
    _doors(uow, registry)
    _ages(uow, registry, now)
    _streams(uow, registry, now, lease_seconds)
    _processes(uow, registry, now)
    alarms = Gauge("tradewarden_alarms", "Open alarms about the machine", ["kind"], registry=registry)
    found = Counter(alert.kind for alert in uow.alerts.alarms(KINDS))
    for kind in KINDS:
        alarms.labels(kind).set(found[kind])


def stream_state(uow: UnitOfWork, now: datetime, lease_seconds: float) -> Mapping[str, object]:
    """The streams in a few numbers, for readiness: told, never a reason not to be ready.

    `broker` is "not asked" when no reader has had an answer for as long as a lease lasts: it is away, or nobody reads.
    """
    partitions = uow.streams.partitions()
    if not partitions:
        return {"state": "none", "broker": "none", "partitions": 0, "unheld": 0, "lag": 0}
    free = sum(not is_held(one, now) for one in partitions)
    lag = total_lag(partitions, now, lease_seconds)
    answered = any(was_asked(one, now, lease_seconds) for one in partitions)
    word = "unheld" if free else "unknown" if lag is None else "behind" if lag else "current"
    broker = "answers" if answered else "not asked"
    return {"state": word, "broker": broker, "partitions": len(partitions), "unheld": free, "lag": lag}


def _doors(uow: UnitOfWork, registry: CollectorRegistry) -> None:
    events = Gauge("tradewarden_door_events", "Events by door and first answer", ["door", "state"], registry=registry)
    even = Gauge("tradewarden_door_balanced", "1 when a door's figures add up", ["door"], registry=registry)
    for door in uow.books.doors():
        for name in TALLIES:
            events.labels(door.door, name).set(getattr(door, name))
        even.labels(door.door).set(int(door.balanced))


def _ages(uow: UnitOfWork, registry: CollectorRegistry, now: datetime) -> None:
    waiting, oldest = uow.outbox.backlog()
    backlog = Gauge("tradewarden_outbox_waiting", "Messages that wait to be sent", registry=registry)
    backlog.set(waiting)
    aside = Gauge("tradewarden_outbox_set_aside", "Messages the broker refused", registry=registry)
    aside.set(len(uow.outbox.set_aside()))
    lanes = Gauge("tradewarden_inbox_pending", "Events that wait to be judged", ["lane"], registry=registry)
    for lane, count in {"live": 0, "bulk": 0, **uow.inbox.pending()}.items():
        lanes.labels(lane).set(count)
    ages = (
        ("tradewarden_outbox_oldest_seconds", "Age of the oldest message that waits", oldest),
        ("tradewarden_inbox_oldest_seconds", "Age of the oldest event that waits", uow.books.oldest_pending()),
        ("tradewarden_dead_letters_oldest_seconds", "Age of the oldest open letter", uow.dead_letters.oldest_open()),
        ("tradewarden_received_age_seconds", "Time since anything came in", uow.books.last_received()),
    )
    for name, words, since in ages:
        Gauge(name, words, registry=registry).set((now - since).total_seconds() if since else 0)


def _streams(uow: UnitOfWork, registry: CollectorRegistry, now: datetime, lease_seconds: float) -> None:
    names = ["topic", "partition"]
    lag = Gauge("tradewarden_stream_lag", "Records that wait in the broker, NaN when unknown", names, registry=registry)
    held = Gauge("tradewarden_stream_held", "1 when a worker reads the partition", names, registry=registry)
    offset = Gauge("tradewarden_stream_next_offset", "First record not applied", names, registry=registry)
    seen = Gauge("tradewarden_stream_seen_seconds", "Time since the broker was asked", names, registry=registry)
    for one in uow.streams.partitions():
        labels = (one.topic, str(one.partition))
        waiting = known_lag(one, now, lease_seconds)
        lag.labels(*labels).set(math.nan if waiting is None else waiting)
        held.labels(*labels).set(int(is_held(one, now)))
        offset.labels(*labels).set(one.next_offset)
        if one.seen_at is not None:
            seen.labels(*labels).set((now - one.seen_at).total_seconds())


def _processes(uow: UnitOfWork, registry: CollectorRegistry, now: datetime) -> None:
    up = Gauge("tradewarden_process_up", "1 while a process is heard and not stopped", ["name"], registry=registry)
    for one in uow.streams.workers():
        if one.state != ENDED:
            up.labels(one.name).set(int(one.state != STOPPED and one.seen_until + GRACE >= now))
