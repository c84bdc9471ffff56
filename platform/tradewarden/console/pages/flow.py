"""流转核对 The flow: that nothing was lost on the way, by door, sender and stream, and what waits where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any
from urllib.parse import quote, urlencode

from fastapi.responses import Response

from databases.alert_tables import AlertQuery
from databases.decisions import DecisionQuery
from databases.paging import PageRequest
from databases.streams import ENDED, STOPPED, PartitionState, WorkerState
from databases.unit_of_work import UnitOfWork
from tradewarden.alarms import GRACE
from tradewarden.auth.permissions import Action
from tradewarden.console.alarm_words import KINDS, place_of, sentence
from tradewarden.console.desk import Desk
from tradewarden.console.pages.dead_letters import age
from tradewarden.console.pages.door import At
from tradewarden.pipeline.moved_while_held import ALERT as MOVED
from tradewarden.stream_lag import is_held, known_lag, total_lag

ONE = PageRequest(limit=1)
SOURCES = 30
MOVED_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Note:
    """An open alarm in a sentence, with the page of its cause and, for who may see it, that of its alert."""

    text: str
    place: str
    alert: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition and how it does: `word` is held or free; `lag` is None while nobody can tell."""

    state: PartitionState
    word: str
    lag: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """The partitions of a topic: how many are read and by whom; `lag` is None while one of them can't be told."""

    name: str
    partitions: tuple[Partition, ...]
    held: int
    readers: tuple[str, ...]
    lag: int | None

    @property
    def size(self) -> int:
        return len(self.partitions)


@dataclass(frozen=True, slots=True)
class Process:
    """A process and how it does: its own state, or `silent`."""

    state: WorkerState
    word: str


def notes(at: Desk, uow: UnitOfWork) -> list[Note]:
    """The open alarms about the machine, in the reader's words."""
    reads = at.can(Action.ALERTS_READ)
    return [
        Note(sentence(at.t, alert), place_of(alert), f"/alerts/{alert.alert_id}" if reads else "", alert.created_at)
        for alert in uow.alerts.alarms(KINDS)
    ]


@dataclass(frozen=True, slots=True)
class Moved:
    """Orders that moved while held, the most urgent ones in sentences, and how many there are besides."""

    notes: tuple[Note, ...]
    more: int


def moved_notes(at: Desk, uow: UnitOfWork) -> Moved:
    """The open alerts on orders that moved while held; who may not read alerts is led to the order."""
    reads = at.can(Action.ALERTS_READ)
    found = uow.alerts.queue(AlertQuery(kind=MOVED), PageRequest(limit=MOVED_SHOWN, descending=False))
    shown = tuple(
        Note(
            sentence(at.t, alert),
            f"/orders/{quote(alert.order_id, safe='')}",
            f"/alerts/{alert.alert_id}" if reads else "",
            alert.created_at,
        )
        for alert in found.items
    )
    return Moved(shown, found.total - len(shown))


def flow(at: At) -> Response:
    """Received = applied + duplicate + dead + pending, with a link to the records of each number that has some."""
    with at.app.database.reading() as uow:
        context: dict[str, Any] = {
            "counts": uow.inbox.counts(),
            "lanes": uow.inbox.pending(),
            "decided": uow.decisions.list(DecisionQuery(), ONE).total,
            "doors": uow.books.doors(),
            "sources": uow.books.sources(SOURCES),
            "kinds": uow.trade_events.counts(),
            "topics": topics(uow.streams.partitions(), at.now, at.app.settings.lease_seconds),
            "processes": [Process(one, _heard(one, at.now)) for one in uow.streams.workers()],
            "oldest_pending": uow.books.oldest_pending(),
            "outbox": uow.outbox.backlog(),
            "set_aside": len(uow.outbox.set_aside()),
            "alarms": notes(at, uow),
        }
    return at.page("flow.html", **context, age=lambda since: age(at, at.now - since), letters=_letters)


def _letters(source: str) -> str:
    return "/dead-letters?" + urlencode({"state": "all", "source": source})


def topics(states: Sequence[PartitionState], now: datetime, lease_seconds: float) -> list[Topic]:
    """Partitions drawn together by their topic, in the order given."""
    found = []
    for name, group in groupby(states, key=lambda one: one.topic):
        members = list(group)
        held = [one for one in members if is_held(one, now)]
        found.append(
            Topic(
                name=name,
                partitions=tuple(
                    Partition(one, "held" if one in held else "free", known_lag(one, now, lease_seconds))
                    for one in members
                ),
                held=len(held),
                readers=tuple(sorted({one.holder for one in held})),
                lag=total_lag(members, now, lease_seconds),
            )
        )
    return found


def _heard(one: WorkerState, now: datetime) -> str:
    silent = one.state not in {ENDED, STOPPED} and one.seen_until + GRACE < now
    return "silent" if silent else one.state
