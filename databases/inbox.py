"""The inbox 收件箱: every order event exactly once, and the worker's queue.

received = applied + duplicate + dead + pending holds at every commit (`counts`): `receptions` tallies what came in
at the doors, the rows' states what became of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    Connection,
    Index,
    Row,
    Table,
    UniqueConstraint,
    bindparam,
    func,
    select,
    text,
    tuple_,
)
from sqlalchemy import table as named_table

from databases.bulk import chunks, insert_new, json_keys, keys_table, upsert, writes
from databases.columns import UtcTime, body, metadata, number, row_id, time, words
from databases.deliveries import AcceptanceState, EventKey, receptions, states_of, tally
from databases.errors import StaleState
from databases.paging import Page, PageRequest, paged

Lane = Literal["live", "bulk"]
LANES: tuple[Lane, ...] = ("live", "bulk")

inbox = Table(
    "inbox",
    metadata,
    row_id(),
    words("source"),
    words("event_id"),
    words("order_id"),
    number("revision"),
    words("client_key"),
    words("lane"),
    words("state"),
    body("raw"),
    words("payload_hash"),
    time("received_at"),
    time("finished_at", nullable=True),
    words("decision_id"),
    UniqueConstraint("source", "event_id"),
    Index(
        "ix_inbox_pending",
        "lane",
        "id",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
    Index(None, "order_id"),
)

event_conflicts = Table(
    "event_conflicts",
    metadata,
    row_id(),
    number("inbox_id", foreign_key="inbox.id"),
    words("source"),
    words("event_id"),
    words("payload_hash"),
    body("raw"),
    time("received_at"),
    # the same wrong payload sent a hundred times is kept once
    UniqueConstraint("inbox_id", "payload_hash"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingEvent:
    """An event as a door hands it in. `payload_hash` is the SHA-256 (hex) of what makes two deliveries the same.

    `client_key` groups events whose order matters (the client); `raw` is kept byte for byte. `order_body` is the
    canonical JSON of its order where it was made for the hash; it is not kept here.

    `decision_id` is given when the transaction that takes the event in works it too: its row is written as applied,
    by this decision, and touched once more only if it ends otherwise (`mark_applied`, `reopen`).
    """

    source: str
    event_id: str
    order_id: str
    revision: int
    client_key: str
    raw: bytes
    payload_hash: str
    lane: Lane = "live"
    order_body: bytes = b""
    decision_id: str = ""

    @property
    def state(self) -> Literal["pending", "applied"]:
        """How its row is written."""
        return "applied" if self.decision_id else "pending"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What became of an incoming event; `inbox_id` is the row that holds (or already held) this event id."""

    source: str
    event_id: str
    state: AcceptanceState
    inbox_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EventConflict:
    """Another payload under an event id already used; `inbox_id` is the item that holds the first one."""

    id: int
    inbox_id: int
    source: str
    event_id: str
    payload_hash: str
    raw: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxItem:
    """One row of the inbox. `state`: pending, applied, stored_older (kept, not applied), cancelled or dead.

    `order_body` as in `IncomingEvent`, when the item comes from there and not out of the table.
    """

    inbox_id: int
    source: str
    event_id: str
    order_id: str
    revision: int
    client_key: str
    lane: str
    state: str
    raw: bytes
    payload_hash: str
    received_at: datetime
    finished_at: datetime | None
    decision_id: str
    order_body: bytes = b""


@dataclass(frozen=True, slots=True)
class Finished:
    """How an item ended: state applied, stored_older or cancelled; `decision_id` where one was made.

    `was` is the state its row has in this transaction: pending, or applied (see `IncomingEvent`).
    """

    inbox_id: int
    state: Literal["applied", "stored_older", "cancelled"] = "applied"
    decision_id: str = ""
    was: str = "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxCounts:
    """The reconciliation. `conflicts` are part of `duplicate`, `stored_older` part of `applied`.

    `dead` includes what never reached the inbox because it could not be decoded.
    """

    received: int
    applied: int
    duplicate: int
    dead: int
    pending: int
    conflicts: int
    stored_older: int

    @property
    def balanced(self) -> bool:
        """Nothing lost: every received event is accounted for."""
        return self.received == self.applied + self.duplicate + self.dead + self.pending


class Inbox:
    """The inbox inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def accept(self, events: Sequence[IncomingEvent], now: datetime, door: str = "") -> list[Acceptance]:
        """Take events in, each (source, event_id) once; answers in the order of `events`.

        Same id and same payload hash: duplicate. Same id, other hash: conflict, kept with its raw bytes.
        """
        if not events:
            return []
        keys = [(event.source, event.event_id) for event in events]
        first: dict[EventKey, IncomingEvent] = {}
        for key, event in zip(keys, events, strict=True):
            first.setdefault(key, event)
        fresh = self._insert(list(first.values()), now)
        known = self._known([key for key in first if key not in fresh])
        rows = known | {key: (inbox_id, first[key].payload_hash) for key, inbox_id in fresh.items()}
        deliveries = [(key, event.payload_hash) for key, event in zip(keys, events, strict=True)]
        states = states_of(deliveries, {key: payload_hash for key, (_, payload_hash) in rows.items()}, fresh)
        answers = [Acceptance(*key, state, rows[key][0]) for key, state in zip(keys, states, strict=True)]
        self._keep_conflicts(events, answers, now)
        tally(self.connection, states, door, now)
        return answers

    def _insert(self, events: Sequence[IncomingEvent], now: datetime) -> dict[EventKey, int]:
        """Ids of the rows that are new; a row of another transaction that is still open is waited for."""
        rows = [
            {
                "source": event.source,
                "event_id": event.event_id,
                "order_id": event.order_id,
                "revision": event.revision,
                "client_key": event.client_key,
                "lane": event.lane,
                "state": event.state,
                "raw": event.raw,
                "payload_hash": event.payload_hash,
                "received_at": now,
            }
            for event in events
        ]
        if any(event.decision_id for event in events):
            for row, event in zip(rows, events, strict=True):
                row |= {"decision_id": event.decision_id, "finished_at": now if event.decision_id else None}
        key = ("source", "event_id")
        added = insert_new(self.connection, inbox, rows, key, (*key, "id"))
        return {(source, event_id): inbox_id for source, event_id, inbox_id in added}

    def _known(self, keys: Sequence[EventKey]) -> dict[EventKey, tuple[int, str]]:
        c = inbox.c
        found: dict[EventKey, tuple[int, str]] = {}
        for piece in chunks(keys):
            wanted = tuple_(c.source, c.event_id).in_(piece)
            for row in self.connection.execute(select(c.source, c.event_id, c.id, c.payload_hash).where(wanted)):
                found[row.source, row.event_id] = (row.id, row.payload_hash)
        return found

    def _keep_conflicts(self, events: Sequence[IncomingEvent], answers: Sequence[Acceptance], now: datetime) -> None:
        rows = [
            {
                "inbox_id": answer.inbox_id,
                "source": event.source,
                "event_id": event.event_id,
                "payload_hash": event.payload_hash,
                "raw": event.raw,
                "received_at": now,
            }
            for event, answer in zip(events, answers, strict=True)
            if answer.state == "conflict"
        ]
        if rows:
            fresh = upsert(self.connection, event_conflicts)
            self.connection.execute(fresh.on_conflict_do_nothing(index_elements=["inbox_id", "payload_hash"]), rows)

    def claim(self, limit: int, lanes: Sequence[Lane] = LANES) -> list[InboxItem]:
        """Up to `limit` pending items, live lane first, then by id; locked until the end of this transaction.

        On PostgreSQL items another worker holds are skipped; on SQLite the write transaction itself is the lock.
        """
        items: list[InboxItem] = []
        for lane in lanes:
            if len(items) < limit:
                pending = select(inbox).where(inbox.c.state == "pending", inbox.c.lane == lane).order_by(inbox.c.id)
                query = pending.limit(limit - len(items))
                if writes(self.connection):
                    query = query.with_for_update(skip_locked=True)
                items.extend(map(_item, self.connection.execute(query)))
        return items

    def claim_earlier(self, client_keys: Sequence[str], lane: Lane, before: int, limit: int) -> list[InboxItem]:
        """Pending items of these clients in a lane that came before item `before`, oldest first; locked as by `claim`.

        Cheap when the lane is empty, which is the rule.
        """
        c = inbox.c
        waiting = (c.state == "pending") & (c.lane == lane) & (c.id < before)
        if self.connection.execute(select(c.id).where(waiting).limit(1)).first() is None:
            return []
        items: list[InboxItem] = []
        for piece in chunks(sorted(set(client_keys))):
            query = select(inbox).where(waiting, c.client_key.in_(piece)).order_by(c.id).limit(limit)
            if writes(self.connection):
                query = query.with_for_update(skip_locked=True)
            items.extend(map(_item, self.connection.execute(query)))
        return sorted(items, key=lambda item: item.inbox_id)[:limit]

    def mark_applied(self, finished: Sequence[Finished], now: datetime) -> None:
        """Close claimed items. Raises StaleState when one of them is no longer in the state it was."""
        self._close([(item.inbox_id, item.state, item.decision_id, item.was) for item in finished], now)

    def reopen(self, inbox_ids: Sequence[int]) -> None:
        """Items written as applied in this transaction wait for their turn instead."""
        open_again = {"state": "pending", "decision_id": "", "finished_at": None}
        for piece in chunks(inbox_ids):
            written = (inbox.c.id.in_(piece)) & (inbox.c.state == "applied")
            self.connection.execute(inbox.update().where(written).values(open_again))

    def mark_dead(self, inbox_ids: Sequence[int], now: datetime) -> None:
        """Close claimed items as dead; the reason goes to `dead_letters.add`. Raises StaleState as above."""
        self._close([(inbox_id, "dead", "", "pending") for inbox_id in inbox_ids], now)

    def _close(self, ends: Sequence[tuple[int, str, str, str]], now: datetime) -> None:
        if not ends:
            return
        keys = keys_table(self.connection, id="bigint", state="text", decision_id="text", was="text")
        result = self.connection.execute(
            text(
                "UPDATE inbox SET state = k.state, decision_id = k.decision_id, finished_at = :now "  # noqa: S608
                f"FROM {keys} AS k WHERE inbox.id = k.id AND inbox.state = k.was"
            ).bindparams(bindparam("now", type_=UtcTime())),
            {"keys": json_keys(ends), "now": now},
        )
        if result.rowcount != len(ends):
            raise StaleState(
                f"inbox: {len(ends)} items were to be closed, {result.rowcount} were still open; nothing of this "
                "batch is recorded, the items that are pending will be taken again"
            )

    def by_id(self, inbox_id: int) -> InboxItem | None:
        """One item."""
        row = self.connection.execute(select(inbox).where(inbox.c.id == inbox_id)).first()
        return None if row is None else _item(row)

    def of_order(self, order_id: str) -> list[InboxItem]:
        """Every item of an order, in order of arrival."""
        query = select(inbox).where(inbox.c.order_id == order_id).order_by(inbox.c.id)
        return [_item(row) for row in self.connection.execute(query)]

    def status(self, source: str, event_id: str) -> InboxItem | None:
        """The item of an event id, for "a place to look"."""
        wanted = (inbox.c.source == source) & (inbox.c.event_id == event_id)
        row = self.connection.execute(select(inbox).where(wanted)).first()
        return None if row is None else _item(row)

    def conflicts(self, page: PageRequest | None = None) -> Page[EventConflict]:
        """Payloads that came under an id already used for another one, newest first."""
        query = select(event_conflicts).order_by(event_conflicts.c.id.desc())
        return paged(self.connection, query, page, lambda row: EventConflict(**row._mapping))

    def counts(self) -> InboxCounts:
        """The reconciliation as of this transaction."""
        c = receptions.c
        sums = select(*(func.coalesce(func.sum(column), 0) for column in (c.received, c.duplicate, c.conflict, c.dead)))
        received, duplicate, conflicts, dead = (int(value) for value in self.connection.execute(sums).one())
        states = select(inbox.c.state, func.count()).group_by(inbox.c.state)
        by_state = {row[0]: row[1] for row in self.connection.execute(states)}
        # status events come in at the same doors and are applied as soon as they are kept
        kept = self.connection.execute(select(func.count()).select_from(named_table("trade_events"))).scalar_one()
        older = by_state.get("stored_older", 0)
        return InboxCounts(
            received=received,
            applied=by_state.get("applied", 0) + by_state.get("cancelled", 0) + older + kept,
            duplicate=duplicate + conflicts,
            dead=dead + by_state.get("dead", 0),
            pending=by_state.get("pending", 0),
            conflicts=conflicts,
            stored_older=older,
        )

    def pending(self) -> dict[str, int]:
        """Pending items per lane."""
        waiting = select(inbox.c.lane, func.count()).where(inbox.c.state == "pending").group_by(inbox.c.lane)
        return {row[0]: row[1] for row in self.connection.execute(waiting)}


def _item(row: Row[Any]) -> InboxItem:
    values = dict(row._mapping)
    return InboxItem(inbox_id=values.pop("id"), **values)
