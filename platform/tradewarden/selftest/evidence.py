"""What a database and the topics hold after a case, read with plain SQL, not through the code under test."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import text

from databases.unit_of_work import UnitOfWork
from tradewarden.selftest.places import Place


class Key(NamedTuple):
    """An event's identity."""

    source: str
    event_id: str


class Revision(NamedTuple):
    """An order at one revision."""

    order_id: str
    revision: int


class Standing(NamedTuple):
    """Where an order ended; what must be the same as after a run without faults."""

    state: str
    revision: int
    outcome: int | None
    score: int | None


class Letter(NamedTuple):
    """A dead letter and where its message lies."""

    source: str
    place: str


class Outgoing(NamedTuple):
    """A message to other systems; `id` is its header of that name."""

    topic: str
    key: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that counts, with repeats where the database holds repeats; `outgoing` in the order written.

    `news` are status events with the order they stand at, `differences` those to customs that are open.
    """

    inbox: Sequence[tuple[Key, str]]
    revisions: Sequence[Key]
    contradictions: Sequence[tuple[Key, str]]
    decided: Sequence[Revision]
    audited: Sequence[Revision]
    cancelled: Sequence[Revision]
    orders: dict[str, Standing]
    letters: Sequence[Letter]
    alerts: Sequence[tuple[str, str]]
    outgoing: Sequence[Outgoing]
    received: int
    pending: int
    balanced: bool
    broken_chains: tuple[str, ...] = field(default=())
    news: Sequence[tuple[Key, str]] = ()
    news_contradictions: Sequence[tuple[Key, str]] = ()
    differences: Sequence[tuple[str, ...]] = ()


def read(place: Place) -> Evidence:
    """Read a place. The chains are recomputed entry by entry."""
    with place.app.database.reading() as uow:
        inbox = _rows(uow, "source, event_id, state FROM inbox")
        orders = _rows(uow, "order_id, state, revision, outcome, score FROM orders")
        return Evidence(
            inbox=[(Key(row.source, row.event_id), row.state) for row in inbox],
            revisions=[Key(*row) for row in _rows(uow, "source, event_id FROM order_revisions")],
            contradictions=[
                (Key(row.source, row.event_id), row.payload_hash)
                for row in _rows(uow, "source, event_id, payload_hash FROM event_conflicts")
            ],
            decided=[Revision(*row) for row in _rows(uow, "order_id, revision FROM decisions")],
            audited=_entries(uow, "order.decided"),
            cancelled=_entries(uow, "order.cancelled"),
            orders={row[0]: Standing(*row[1:]) for row in orders},
            letters=[Letter(row.source, row.place) for row in _rows(uow, "source, place FROM dead_letters")],
            alerts=[(row[0], row[1] or row[2]) for row in _rows(uow, "kind, decision_id, subject FROM alerts")],
            outgoing=[_outgoing(row) for row in _rows(uow, "topic, key, headers FROM outbox ORDER BY id")],
            received=int(_rows(uow, "coalesce(sum(received), 0) FROM receptions")[0][0]),
            pending=sum(row.state == "pending" for row in inbox),
            balanced=uow.inbox.counts().balanced,
            news=[
                (Key(row.source, row.event_id), row.order_id)
                for row in _rows(uow, "source, event_id, order_id FROM trade_events")
            ],
            news_contradictions=[
                (Key(row.source, row.event_id), row.payload_hash)
                for row in _rows(
                    uow,
                    "e.source, e.event_id, c.payload_hash FROM trade_event_conflicts c "
                    "JOIN trade_events e ON e.id = c.trade_event_id",
                )
            ],
            differences=[
                tuple(row)
                for row in _rows(uow, "order_id, field, ours, theirs FROM customs_differences WHERE state = 'open'")
            ],
            broken_chains=tuple(head.stream for head in uow.audit.streams() if uow.audit.verify(head.stream)),
        )


def _rows(uow: UnitOfWork, what: str) -> Sequence[Any]:
    return uow.connection.execute(text(f"SELECT {what}")).all()


def _outgoing(row: Any) -> Outgoing:
    return Outgoing(row.topic, row.key, json.loads(bytes(row.headers)).get("id", ""))


def _entries(uow: UnitOfWork, action: str) -> list[Revision]:
    query = text("SELECT object_id, details FROM audit_entries WHERE action = :action")
    rows = uow.connection.execute(query, {"action": action}).all()
    return [Revision(row.object_id, int(json.loads(row.details)["revision"])) for row in rows]
