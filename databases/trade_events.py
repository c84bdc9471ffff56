"""Trade events 流转事件: every status event exactly once, attached to its order as soon as one can be told.

They stand in the same books as orders: received = applied + duplicate + dead + pending holds with them, an event kept
here being applied (attached or still waiting for its order; the waiting ones are shown, see `unattached`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, case, func, select, text, tuple_

from databases.bulk import chunks, json_keys, keys_table, upsert
from databases.columns import UtcTime
from databases.deliveries import AcceptanceState, EventKey, states_of, tally
from databases.errors import StaleState
from databases.moved_orders import MovedOrder, last_event, moved_orders, moved_since
from databases.order_tables import order_containers, orders
from databases.paging import Page, PageRequest, paged
from databases.trade_event_keys import Keyed, places
from databases.trade_event_tables import trade_event_conflicts, trade_events
from risk.nouns.status import StatusEvent

DECODER = msgspec.json.Decoder(StatusEvent)
KEYS = ("named_order", "declaration_number", "transport_document", "container")
ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingStatus:
    """A status event as a door hands it in. `raw` is its canonical JSON, `payload_hash` the SHA-256 (hex) of what
    makes two deliveries the same."""

    event: StatusEvent
    raw: bytes
    payload_hash: str


@dataclass(frozen=True, slots=True)
class StatusAcceptance:
    """What became of an incoming event. `row` holds (or already held) this event id; `order_id` is empty while it
    waits for its order."""

    source: str
    event_id: str
    state: AcceptanceState
    row: int
    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeEvent:
    """A kept event. `attached_at` is None and `why` says the reason while no order is known for it."""

    id: int
    event: StatusEvent
    order_id: str
    received_at: datetime
    attached_at: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many events of a kind there are, and how many of them wait for their order."""

    kind: str
    events: int
    unattached: int


class TradeEvents:
    """Events of the flow inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def accept(self, events: Sequence[IncomingStatus], now: datetime, door: str = "") -> list[StatusAcceptance]:
        """Take events in, each (source, event_id) once, and attach what can be attached; answers in order.

        Same id and same payload hash: duplicate. Same id, other hash: conflict, kept with its raw bytes.
        """
        if not events:
            return []
        keys = [(item.event.source, item.event.event_id) for item in events]
        first: dict[EventKey, IncomingStatus] = {}
        for key, item in zip(keys, events, strict=True):
            first.setdefault(key, item)
        fresh = self._insert(list(first.values()), now)
        attached = self._attach_all(
            [_keyed(fresh[key], item.event) for key, item in first.items() if key in fresh], now
        )
        known = self._known([key for key in first if key not in fresh])
        rows = known | {key: (row, first[key].payload_hash, attached.get(row, "")) for key, row in fresh.items()}
        deliveries = [(key, item.payload_hash) for key, item in zip(keys, events, strict=True)]
        states = states_of(deliveries, {key: payload_hash for key, (_, payload_hash, _) in rows.items()}, fresh)
        answers = [
            StatusAcceptance(*key, state, rows[key][0], rows[key][2]) for key, state in zip(keys, states, strict=True)
        ]
        self._keep_conflicts(events, answers, now)
        tally(self.connection, states, door, now)
        return answers

    def _insert(self, events: Sequence[IncomingStatus], now: datetime) -> dict[EventKey, int]:
        rows = [
            {
                "source": item.event.source,
                "event_id": item.event.event_id,
                "kind": item.event.kind.value,
                "status": item.event.status,
                "named_order": item.event.order_id,
                "declaration_number": item.event.declaration_number,
                "transport_document": item.event.transport_document,
                "container": item.event.container.upper(),
                "raw": item.raw,
                "payload_hash": item.payload_hash,
                "occurred_at": item.event.occurred_at,
                "received_at": now,
            }
            for item in events
        ]
        c = trade_events.c
        once = upsert(self.connection, trade_events).on_conflict_do_nothing(index_elements=["source", "event_id"])
        found = self.connection.execute(once.returning(c.source, c.event_id, c.id), rows)
        return {(source, event_id): row for source, event_id, row in found}

    def _known(self, keys: Sequence[EventKey]) -> dict[EventKey, tuple[int, str, str]]:
        c = trade_events.c
        found: dict[EventKey, tuple[int, str, str]] = {}
        for piece in chunks(keys):
            query = select(c.source, c.event_id, c.id, c.payload_hash, c.order_id)
            for row in self.connection.execute(query.where(tuple_(c.source, c.event_id).in_(piece))):
                found[row.source, row.event_id] = (row.id, row.payload_hash, row.order_id)
        return found

    def _keep_conflicts(
        self, events: Sequence[IncomingStatus], answers: Sequence[StatusAcceptance], now: datetime
    ) -> None:
        rows = [
            {
                "trade_event_id": answer.row,
                "payload_hash": item.payload_hash,
                "raw": item.raw,
                "received_at": now,
            }
            for item, answer in zip(events, answers, strict=True)
            if answer.state == "conflict"
        ]
        if rows:
            kept = upsert(self.connection, trade_event_conflicts)
            unique = ["trade_event_id", "payload_hash"]
            self.connection.execute(kept.on_conflict_do_nothing(index_elements=unique), rows)

    def _attach_all(self, events: Sequence[Keyed], now: datetime) -> dict[int, str]:
        """Attach what can be; what one event teaches may place another, so the rest is asked again. Row to order."""
        attached: dict[int, str] = {}
        waiting = list(events)
        for _ in range(ROUNDS):
            if not waiting:
                break
            found = places(self.connection, waiting)
            fresh = {row: place.order_id for row, place in found.items() if place.order_id}
            self._set_places([(row, place.order_id, place.why) for row, place in found.items()], now)
            attached |= fresh
            waiting = [event for event in waiting if event.id not in fresh]
            if not fresh:
                break
        return attached

    def _set_places(self, ends: Sequence[tuple[int, str, str]], now: datetime) -> None:
        keys = keys_table(self.connection, id="bigint", order_id="text", why="text")
        self.connection.execute(
            text(
                "UPDATE trade_events SET order_id = k.order_id, unattached_why = k.why, "  # noqa: S608
                "attached_at = CASE WHEN k.order_id = '' THEN attached_at ELSE :now END "
                f"FROM {keys} AS k WHERE trade_events.id = k.id AND trade_events.order_id = ''"
            ).bindparams(bindparam("now", type_=UtcTime())),
            {"keys": json_keys(ends), "now": now},
        )

    def attach_waiting(self, order_ids: Sequence[str], now: datetime) -> list[str]:
        """Attach what waited for one of these orders; returns the orders that got events. For new or changed orders."""
        c, o = trade_events.c, orders.c
        rows: dict[int, Row[Any]] = {}
        for piece in chunks(list(dict.fromkeys(order_ids))):
            entries = select(o.entry_number).where(o.order_id.in_(piece), o.entry_number != "")
            bills = select(o.transport_document).where(o.order_id.in_(piece), o.transport_document != "")
            boxes = select(order_containers.c.number).where(order_containers.c.order_id.in_(piece))
            # one question for each number, so that each finds its index however many wait
            for wanted in (
                c.named_order.in_(piece),
                c.declaration_number.in_(entries),
                c.transport_document.in_(bills),
                c.container.in_(boxes),
            ):
                rows |= {row.id: row for row in self.connection.execute(_waiting().where(wanted))}
        return self._attached_orders([rows[number] for number in sorted(rows)], now)

    def any_waiting(self) -> bool:
        """Whether any event waits for its order."""
        query = select(trade_events.c.id).where(trade_events.c.order_id == "").limit(1)
        return self.connection.execute(query).first() is not None

    def attach_after(self, after: int, limit: int, now: datetime) -> tuple[list[str], int]:
        """Try up to `limit` waiting events behind row `after` again; the orders that got events, and the last row
        tried (0 when the end was reached, to begin anew)."""
        c = trade_events.c
        rows = self.connection.execute(_waiting().where(c.id > after).order_by(c.id).limit(limit)).all()
        return self._attached_orders(rows, now), rows[-1].id if len(rows) == limit else 0

    def _attached_orders(self, rows: Sequence[Row[Any]], now: datetime) -> list[str]:
        events = [Keyed(**row._mapping) for row in rows]
        return sorted(set(self._attach_all(events, now).values())) if events else []

    def attach_by_hand(self, row: int, order_id: str, now: datetime) -> None:
        """A person said which order it is; auditing is the caller's. Raises StaleState unless it still waited."""
        c = trade_events.c
        waiting = trade_events.update().where(c.id == row, c.order_id == "")
        if not self.connection.execute(waiting.values(order_id=order_id, attached_at=now, unattached_why="")).rowcount:
            raise StaleState(f"trade event {row} waits no more; look at it again")

    def get(self, row: int) -> TradeEvent | None:
        """One event."""
        found = self.connection.execute(select(trade_events).where(trade_events.c.id == row)).first()
        return None if found is None else _trade_event(found)

    def of_order(self, order_id: str) -> list[TradeEvent]:
        """The events of an order as they happened, not as they came."""
        c = trade_events.c
        query = select(trade_events).where(c.order_id == order_id).order_by(c.occurred_at, c.id)
        return [_trade_event(row) for row in self.connection.execute(query)]

    def unattached(self, page: PageRequest | None = None, kind: str = "", why: str = "") -> Page[TradeEvent]:
        """Events that wait for their order, newest first."""
        c = trade_events.c
        query = select(trade_events).where(c.order_id == "").order_by(c.id.desc())
        query = query.where(c.kind == kind) if kind else query
        query = query.where(c.unattached_why == why) if why else query
        return paged(self.connection, query, page, _trade_event)

    def counts(self) -> list[KindCount]:
        """Events per kind."""
        c = trade_events.c
        waiting = func.sum(case((c.order_id == "", 1), else_=0))
        query = select(c.kind, func.count(), waiting).group_by(c.kind).order_by(c.kind)
        return [KindCount(kind, count, int(late)) for kind, count, late in self.connection.execute(query)]

    def moved(self, order_ids: Sequence[str], kind: str) -> list[MovedOrder]:
        """Those of these orders that are stopped and moved nevertheless, no alert of `kind` on their revision yet."""
        return moved_orders(self.connection, order_ids, kind)

    def moved_since(self, after: int, kind: str) -> list[MovedOrder]:
        """The same for the orders of every event behind row `after`."""
        return moved_since(self.connection, after, kind)

    def last_row(self) -> int:
        """The row of the latest event, 0 when there is none."""
        return last_event(self.connection)

    def numbers(self, order_ids: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """The declaration numbers that events taught, per order."""
        c = trade_events.c
        found: dict[str, tuple[str, ...]] = {}
        for piece in chunks(order_ids):
            told = select(c.order_id, c.declaration_number).distinct()
            told = told.where(c.order_id.in_(piece), c.declaration_number != "").order_by(c.declaration_number)
            for row in self.connection.execute(told):
                found[row.order_id] = (*found.get(row.order_id, ()), row.declaration_number)
        return found


def _waiting() -> Any:
    c = trade_events.c
    return select(c.id, *(c[name] for name in KEYS), c.occurred_at).where(c.order_id == "")


def _keyed(row: int, event: StatusEvent) -> Keyed:
    return Keyed(
        id=row,
        named_order=event.order_id,
        declaration_number=event.declaration_number,
        transport_document=event.transport_document,
        container=event.container.upper(),
        occurred_at=event.occurred_at,
    )


def _trade_event(row: Row[Any]) -> TradeEvent:
    return TradeEvent(
        id=row.id,
        event=DECODER.decode(row.raw),
        order_id=row.order_id,
        received_at=row.received_at,
        attached_at=row.attached_at,
        why=row.unattached_why,
    )
