"""Orders 订单: the revision in force, every revision kept, a timeline, and other orders' use of the same things."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Literal, Protocol

import msgspec
from sqlalchemy import Connection, select, text

from databases.bulk import COPY_FROM, chunks, insert_rows, json_keys, keys_table, upsert, writes
from databases.client_changes import ClientChanges
from databases.decision_state import settled
from databases.order_rows import Described, OrderRows, rows_of, trading_time
from databases.order_search import OrderQuery, OrderSummary, RecentOrder, found_orders, latest_orders, summary
from databases.order_tables import order_containers, order_events, order_lines, order_revisions, orders
from databases.paging import Page, PageRequest
from databases.shared_use import Held, UseKey, UseLedger, held_by, uses_of
from risk.canonical import canonical
from risk.days import china_day
from risk.decision import Decision
from risk.facts import SharedUse
from risk.nouns.order import Order
from risk.reference import Reference

__all__ = [
    "OrderHead",
    "OrderQuery",
    "OrderSummary",
    "Orders",
    "RevisionRecord",
    "StoredOrder",
    "StoredRevision",
    "TimelineEvent",
    "UseKey",
    "described_rows",
    "placed",
    "standing",
]

DECODER = msgspec.json.Decoder(Order)
RevisionState = Literal["applied", "stored_older", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionRecord:
    """One order event to be kept. `order` is None for a cancellation.

    `as_of` and `reference` are those of the facts, so that the USD columns agree with the decision. The order counts
    in history from its declaration on if that lies before `as_of`, else from `as_of`. `decision`, `rows` and `body`
    spare work where they are known already: what was decided on it, `described_rows` of this record, and the
    canonical JSON of the order.
    """

    order_id: str
    revision: int
    client_id: str
    order: Order | None
    occurred_at: datetime
    as_of: datetime
    source: str = ""
    event_id: str = ""
    inbox_id: int | None = None
    payload_hash: str = ""
    reference: Reference = field(default_factory=Reference)
    decision: Decision | None = None
    rows: OrderRows | None = None
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class OrderHead:
    """Where an order stands. `standing` = 2·revision, + 1 when cancelled: the higher one wins, whoever comes first."""

    order_id: str
    revision: int
    standing: int
    state: str
    client_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRevision:
    """One kept revision; `order` is decoded from the canonical body (None for a cancellation)."""

    order_id: str
    revision: int
    state: str
    order: Order | None
    body_hash: str
    payload_hash: str
    source: str
    event_id: str
    inbox_id: int | None
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOrder:
    """The order in force: its summary row and its nouns (None while only a cancellation is known)."""

    summary: OrderSummary
    order: Order | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEvent:
    """Something that happened to an order, for its page: kind is a dotted word, details canonical-JSON-able."""

    order_id: str
    at: datetime
    kind: str
    actor: str
    details: Mapping[str, Any] = field(default_factory=dict)


class Placeable(Protocol):
    """What has an order id and a revision; no order means a cancellation."""

    @property
    def order_id(self) -> str: ...
    @property
    def revision(self) -> int: ...
    @property
    def order(self) -> Order | None: ...


class Orders:
    """Orders inside one unit of work."""

    def __init__(self, connection: Connection, changes: ClientChanges) -> None:
        self.connection = connection
        self._changes = changes

    def heads(self, order_ids: Sequence[str]) -> dict[str, OrderHead]:
        """Where the known ones of these orders stand; on PostgreSQL locked for this transaction if it writes."""
        keys = keys_table(self.connection, order_id="text")
        locked = " FOR UPDATE" if writes(self.connection) else ""
        wanted = text(
            "SELECT order_id, revision, standing, state, client_id FROM orders "  # noqa: S608
            f"WHERE order_id IN (SELECT k.order_id FROM {keys} AS k) ORDER BY order_id{locked}"
        )
        listed = json_keys([(order_id,) for order_id in sorted(set(order_ids))])
        return {row[0]: OrderHead(*row) for row in self.connection.execute(wanted, {"keys": listed})}

    def record(
        self, records: Sequence[RevisionRecord], known: Mapping[str, OrderHead] | None = None
    ) -> list[RevisionState]:
        """Keep revisions in bulk; the highest standing becomes the order in force. Answers in the order given.

        A revision not higher than the one in force is `stored_older`. The order's state is set by decisions.record
        where the record does not name its decision. `known` are the heads, when they were read in this transaction.
        """
        heads = self.heads([record.order_id for record in records]) if known is None else known
        states = placed(records, {order_id: head.standing for order_id, head in heads.items()})
        in_force = {r.order_id: r for r, state in zip(records, states, strict=True) if state != "stored_older"}
        submitted = self._put_in_force([r for r in in_force.values() if r.order is not None], heads)
        self._cancel([r for r in in_force.values() if r.order is None])
        self._clear_parts([order_id for order_id in in_force if order_id in heads])
        self._describe([r for r in in_force.values() if r.order_id in submitted])
        self._keep_revisions(records, states)
        self._note_changes(in_force.values(), heads, submitted)
        return states

    def _note_changes(
        self, records: Iterable[RevisionRecord], heads: Mapping[str, OrderHead], submitted: Collection[str]
    ) -> None:
        """Tell whose orders are not what they were; an order that another transaction put in force is not ours."""
        for record in records:
            head = heads.get(record.order_id)
            if head is None and record.order_id in submitted:
                self._changes.added(record.client_id)
                continue
            self._changes.altered(record.client_id)
            if head is not None:
                self._changes.altered(head.client_id)

    def _put_in_force(self, records: Sequence[RevisionRecord], heads: Mapping[str, OrderHead]) -> set[str]:
        """Orders whose row took the revision; another transaction may have put a higher one in force meanwhile."""
        fresh = [_row_in_force(record) for record in records if record.order_id not in heads]
        later = [_row_in_force(record) for record in records if record.order_id in heads]
        if len(fresh) < COPY_FROM or len({len(row) for row in fresh}) > 1:
            # bears that another transaction brings in the same order at the same time
            return self._upsert([*fresh, *later])
        insert_rows(self.connection, orders, fresh)
        return {row["order_id"] for row in fresh} | self._upsert(later)

    def _upsert(self, rows: list[dict[str, Any]]) -> set[str]:
        taken: set[str] = set()
        # a decided order sets more columns than one that waits for its decision
        for _, alike in groupby(sorted(rows, key=len), key=len):
            group = list(alike)
            statement = upsert(self.connection, orders)
            kept = {"order_id", "first_seen_at"}
            changes = {name: statement.excluded[name] for name in group[0] if name not in kept}
            higher = orders.c.standing < statement.excluded.standing
            statement = statement.on_conflict_do_update(index_elements=["order_id"], set_=changes, where=higher)
            taken.update(self.connection.execute(statement.returning(orders.c.order_id), group).scalars())
        return taken

    def _cancel(self, records: Sequence[RevisionRecord]) -> None:
        """A cancelled order keeps what was known of it; one never seen before gets a bare row."""
        if not records:
            return
        statement = upsert(self.connection, orders)
        changes = {name: statement.excluded[name] for name in ("revision", "standing", "state", "updated_at")}
        higher = orders.c.standing < statement.excluded.standing
        statement = statement.on_conflict_do_update(index_elements=["order_id"], set_=changes, where=higher)
        bare = {"line_count": 0}
        rows = [_standing(r, "cancelled") | bare | {"client_id": r.client_id, "traded_at": r.as_of} for r in records]
        self.connection.execute(statement, rows)

    def _clear_parts(self, order_ids: Sequence[str]) -> None:
        for piece in chunks(order_ids):
            for table in (order_lines, order_containers):
                self.connection.execute(table.delete().where(table.c.order_id.in_(piece)))

    def _describe(self, records: Sequence[RevisionRecord]) -> None:
        lines: list[dict[str, Any]] = []
        boxes: list[dict[str, Any]] = []
        for record in records:
            rows = record.rows or described_rows(record)
            lines += rows.lines
            boxes += rows.boxes
        insert_rows(self.connection, order_lines, lines)
        insert_rows(self.connection, order_containers, boxes)

    def _keep_revisions(self, records: Sequence[RevisionRecord], states: Sequence[RevisionState]) -> None:
        rows = []
        for record, state in zip(records, states, strict=True):
            content = None if record.order is None else record.body or canonical(record.order)
            rows.append(
                {
                    "order_id": record.order_id,
                    "revision": record.revision,
                    "state": state,
                    "source": record.source,
                    "event_id": record.event_id,
                    "inbox_id": record.inbox_id,
                    "body": content,
                    "body_hash": "" if content is None else hashlib.sha256(content).hexdigest(),
                    "payload_hash": record.payload_hash,
                    "occurred_at": record.occurred_at,
                    "recorded_at": record.as_of,
                }
            )
        insert_rows(self.connection, order_revisions, rows)

    def search(self, query: OrderQuery, page: PageRequest | None = None) -> Page[OrderSummary]:
        """Orders that meet every filter given; sorts: see `order_search.SORTS`."""
        return found_orders(self.connection, query, page)

    def latest(self, limit: int) -> list[RecentOrder]:
        """The orders that came on record last, newest first."""
        return latest_orders(self.connection, limit)

    def get(self, order_id: str) -> StoredOrder | None:
        """The order in force."""
        row = self.connection.execute(select(orders).where(orders.c.order_id == order_id)).first()
        if row is None:
            return None
        c = order_revisions.c
        in_force = (c.order_id == order_id) & (c.body.is_not(None)) & (c.state == "applied")
        latest = select(c.body).where(in_force).order_by(c.revision.desc(), c.id.desc()).limit(1)
        content = self.connection.execute(latest).scalar()
        return StoredOrder(summary=summary(row), order=None if content is None else DECODER.decode(content))

    def revisions(self, order_id: str) -> list[StoredRevision]:
        """Every revision kept, in order of arrival."""
        c = order_revisions.c
        query = select(order_revisions).where(c.order_id == order_id).order_by(c.id)
        found = []
        for row in self.connection.execute(query):
            values = {name: row._mapping[name] for name in StoredRevision.__slots__ if name != "order"}
            order = None if row.body is None else DECODER.decode(row.body)
            found.append(StoredRevision(order=order, **values))
        return found

    def shared_uses(self, keys: Sequence[UseKey]) -> dict[str, tuple[SharedUse, ...]]:
        """Per order: its B/L on a live order of another client; its containers within 7 days on another voyage."""
        ledger = self.use_ledger(keys)
        return {key.order_id: uses for key in keys if (uses := ledger.of(key))}

    def held(self, order_ids: Sequence[str]) -> dict[str, Held]:
        """What those of these orders that the database knows are found by: client, document and containers."""
        return held_by(self.connection, order_ids)

    def use_ledger(self, keys: Sequence[UseKey]) -> UseLedger:
        """All that these keys, and no others, can be answered with; see `shared_uses`."""
        return uses_of(self.connection, keys)

    def attach(self, events: Sequence[TimelineEvent]) -> None:
        """Add timeline entries."""
        rows = [
            {
                "order_id": event.order_id,
                "at": event.at,
                "kind": event.kind,
                "actor": event.actor,
                "details": canonical(event.details),
            }
            for event in events
        ]
        insert_rows(self.connection, order_events, rows)

    def timeline(self, order_id: str) -> list[TimelineEvent]:
        """The order's timeline, oldest first."""
        c = order_events.c
        query = select(order_events).where(c.order_id == order_id).order_by(c.at, c.id)
        return [
            TimelineEvent(
                order_id=row.order_id,
                at=row.at,
                kind=row.kind,
                actor=row.actor,
                details=msgspec.json.decode(row.details, type=dict[str, Any]),
            )
            for row in self.connection.execute(query)
        ]


def standing(revision: int, cancelled: bool) -> int:
    """The rank of an event among those of its order: the revision, and of equals the cancellation."""
    return 2 * revision + cancelled


def placed(events: Sequence[Placeable], standings: Mapping[str, int]) -> list[RevisionState]:
    """What becomes of events taken in this order, given where their orders stand. Pure; `record` does the same."""
    highest = dict(standings)
    states: list[RevisionState] = []
    for event in events:
        rank = standing(event.revision, event.order is None)
        if rank <= highest.get(event.order_id, -1):
            states.append("stored_older")
            continue
        highest[event.order_id] = rank
        states.append("cancelled" if event.order is None else "applied")
    return states


def described_rows(record: RevisionRecord) -> OrderRows:
    """The rows a submission will have. Raises ValueError for a cancellation."""
    if record.order is None:
        raise ValueError(f"{record.order_id}: a cancellation describes nothing")
    described = Described(
        order_id=record.order_id,
        client_id=record.client_id,
        traded_at=trading_time(record.order, record.as_of),
    )
    return rows_of(record.order, described, record.reference, china_day(record.order.declared_at or record.as_of))


def _row_in_force(record: RevisionRecord) -> dict[str, Any]:
    rows = record.rows or described_rows(record)
    undecided = {"outcome": None, "score": None, "decision_id": ""}
    return rows.order | _standing(record, "received") | (settled(record.decision) if record.decision else undecided)


def _standing(record: RevisionRecord, state: str) -> dict[str, Any]:
    return {
        "order_id": record.order_id,
        "revision": record.revision,
        "standing": standing(record.revision, record.order is None),
        "state": state,
        "first_seen_at": record.as_of,
        "updated_at": record.as_of,
    }
