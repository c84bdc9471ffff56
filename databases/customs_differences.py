"""Customs differences 海关差异: where trade data and customs feedback part, until they agree or a person closes them.

States: `open`; `missing` (one side did not say: not comparable, never equal); `closed` (with reason and by whom).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, bindparam, func, or_, select, text

from databases.bulk import chunks, json_keys, keys_table, upsert
from databases.errors import StaleState
from databases.order_tables import order_revisions, orders
from databases.paging import Page, PageRequest, ordered, paged
from databases.trade_event_tables import customs_differences, trade_events
from risk.nouns.order import Order
from risk.nouns.status import CustomsFeedback, StatusEvent

DifferenceState = Literal["open", "missing", "closed"]
STATES: tuple[DifferenceState, ...] = ("open", "missing", "closed")
SORTS = ("found_at", "closed_at", "order_id", "field")
EVENTS = msgspec.json.Decoder(StatusEvent)
ORDERS = msgspec.json.Decoder(Order)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDifference:
    """A field to put on record; `trade_event_id` is the receipt that said it last."""

    trade_event_id: int
    order_id: str
    revision: int
    field: str
    ours: str
    theirs: str
    state: DifferenceState = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference(NewDifference):
    """A field on record. `closed_by` is a person, or `system` when later data agreed."""

    id: int
    found_at: datetime
    closed_at: datetime | None = None
    closed_by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedDifference:
    """A difference with the numbers a person looks for."""

    difference: Difference
    declaration_number: str
    client_id: str
    client_name: str
    status: str
    source: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceQuery:
    """Filters; empty means any. `since`/`until` bound the time of the customs receipt (until exclusive).

    `text` is an exact order, declaration or client number. `field` is its last part, such as `hs_code`.
    """

    text: str = ""
    order_id: str = ""
    field: str = ""
    states: tuple[str, ...] = ("open",)
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class InForce:
    """An order as it stands, to be compared; `order` is None while only a cancellation is known."""

    revision: int
    state: str
    client_id: str
    order: Order | None


class CustomsDifferences:
    """Verification against customs inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def to_verify(self, since: datetime, limit: int) -> list[str]:
        """Orders with customs events never compared, or compared with an older revision; at most `limit`.

        Amended orders are looked for among those changed since `since`.
        """
        e, o = trade_events.c, orders.c
        fresh = select(e.order_id).where(e.kind == "declaration", e.order_id != "", e.verified_revision.is_(None))
        found = list(dict.fromkeys(self.connection.execute(fresh.order_by(e.id).limit(limit)).scalars()))
        if len(found) < limit:
            changed = select(o.order_id).join(trade_events, e.order_id == o.order_id).distinct()
            changed = changed.where(o.updated_at >= since, e.kind == "declaration", e.verified_revision != o.revision)
            found += self.connection.execute(changed.order_by(o.order_id).limit(limit - len(found))).scalars()
        return list(dict.fromkeys(found))

    def feedback(self, order_ids: Sequence[str]) -> dict[str, list[tuple[int, CustomsFeedback]]]:
        """What customs told of these orders: receipts (row, feedback) in the order in which they happened."""
        e = trade_events.c
        found: dict[str, list[tuple[int, CustomsFeedback]]] = {}
        for piece in chunks(order_ids):
            query = select(e.id, e.order_id, e.raw).where(e.kind == "declaration", e.order_id.in_(piece))
            for row in self.connection.execute(query.order_by(e.occurred_at, e.id)):
                told = EVENTS.decode(row.raw).customs
                if told is not None:
                    found.setdefault(row.order_id, []).append((row.id, told))
        return found

    def in_force(self, order_ids: Sequence[str]) -> dict[str, InForce]:
        """These orders as they stand."""
        o, r = orders.c, order_revisions.c
        found: dict[str, InForce] = {}
        for piece in chunks(order_ids):
            latest = select(func.max(r.id)).where(r.order_id.in_(piece), r.state == "applied", r.body.is_not(None))
            bodies = select(r.order_id, r.body).where(r.id.in_(latest.group_by(r.order_id)))
            content = {row.order_id: row.body for row in self.connection.execute(bodies)}
            heads = select(o.order_id, o.revision, o.state, o.client_id).where(o.order_id.in_(piece))
            for row in self.connection.execute(heads):
                body = content.get(row.order_id)
                order = None if body is None else ORDERS.decode(body)
                found[row.order_id] = InForce(row.revision, row.state, row.client_id, order)
        return found

    def of_orders(self, order_ids: Sequence[str]) -> list[Difference]:
        """Everything on record about these orders, in order of finding."""
        c = customs_differences.c
        found: list[Difference] = []
        for piece in chunks(order_ids):
            rows = self.connection.execute(select(customs_differences).where(c.order_id.in_(piece)).order_by(c.id))
            found += map(_difference, rows)
        return found

    def put(self, new: Sequence[NewDifference], now: datetime) -> None:
        """Put fields on record, or back on record with what both sides say now."""
        if not new:
            return
        statement = upsert(self.connection, customs_differences)
        names = ("order_id", "revision", "ours", "theirs", "state", "found_at", "closed_at", "closed_by", "reason")
        changes = {name: statement.excluded[name] for name in names}
        rows = [
            {name: getattr(one, name) for name in NewDifference.__slots__}
            | {"found_at": now, "closed_at": None, "closed_by": "", "reason": ""}
            for one in new
        ]
        again = statement.on_conflict_do_update(index_elements=["trade_event_id", "field"], set_=changes)
        self.connection.execute(again, rows)

    def settle(self, ids: Sequence[int], reason: str, now: datetime) -> None:
        """Close differences that later data resolved; `reason` is a coded word of ours."""
        c = customs_differences.c
        for piece in chunks(ids):
            these = customs_differences.update().where(c.id.in_(piece), c.state != "closed")
            values = {"state": "closed", "closed_at": now, "closed_by": "system", "reason": reason}
            self.connection.execute(these.values(values))

    def close(self, number: int, by: str, reason: str, now: datetime) -> None:
        """A person closes a difference; auditing is the caller's. Raises StaleState when it is closed already."""
        c = customs_differences.c
        this = customs_differences.update().where(c.id == number, c.state != "closed")
        values = {"state": "closed", "closed_at": now, "closed_by": by, "reason": reason}
        if not self.connection.execute(this.values(values)).rowcount:
            raise StaleState(f"difference {number} is closed already; look at it again")

    def mark_verified(self, revisions: Mapping[str, int], silent: Sequence[str] = ()) -> None:
        """The customs events of these orders have been compared with these revisions.

        Those of the `silent` orders tell no figure, so there is nothing to compare with whatever revision.
        """
        e, o = trade_events.c, orders.c
        revision = select(o.revision).where(o.order_id == e.order_id).scalar_subquery()
        for piece in chunks(silent):
            theirs = trade_events.update().where(e.order_id.in_(piece), e.kind == "declaration")
            self.connection.execute(theirs.values(verified_revision=revision))
        if not revisions:
            return
        keys = keys_table(self.connection, order_id="text", revision="bigint")
        self.connection.execute(
            text(
                "UPDATE trade_events SET verified_revision = k.revision "  # noqa: S608
                f"FROM {keys} AS k WHERE trade_events.order_id = k.order_id AND trade_events.kind = :kind"
            ).bindparams(bindparam("kind", "declaration")),
            {"keys": json_keys(list(revisions.items()))},
        )

    def get(self, number: int) -> Difference | None:
        """One difference."""
        row = self.connection.execute(select(customs_differences).where(customs_differences.c.id == number)).first()
        return None if row is None else _difference(row)

    def search(self, query: DifferenceQuery, page: PageRequest | None = None) -> Page[ListedDifference]:
        """Differences that meet every filter, newest first. Raises ValueError for an unknown sort."""
        d, e, o = customs_differences.c, trade_events.c, orders.c
        wanted = (
            select(customs_differences, e.declaration_number, e.status, e.source, e.occurred_at)
            .add_columns(o.client_id, o.client_name)
            .join(trade_events, e.id == d.trade_event_id)
            .outerjoin(orders, o.order_id == d.order_id)
        )
        for condition in _conditions(query):
            wanted = wanted.where(condition)
        sorts = {name: d[name] for name in SORTS}
        return paged(self.connection, ordered(wanted, page, sorts, "found_at"), page, _listed)

    def counts(self, query: DifferenceQuery) -> dict[tuple[str, str], int]:
        """How many there are per (state, name of the field), whatever states the query asks for."""
        d, e, o = customs_differences.c, trade_events.c, orders.c
        grouped = select(d.state, d.field, func.count()).join(trade_events, e.id == d.trade_event_id)
        grouped = grouped.outerjoin(orders, o.order_id == d.order_id)
        for condition in _conditions(query, every_state=True):
            grouped = grouped.where(condition)
        found: dict[tuple[str, str], int] = {}
        for state, field, count in self.connection.execute(grouped.group_by(d.state, d.field)):
            key = (state, field.rpartition(".")[2])
            found[key] = found.get(key, 0) + count
        return found

    def verified(self, since: datetime | None, until: datetime | None) -> tuple[int, int]:
        """Orders with customs events in a period: (all of them, those that have been compared)."""
        e = trade_events.c
        query = select(e.order_id, func.count(e.verified_revision)).where(e.kind == "declaration", e.order_id != "")
        for condition in _period(since, until):
            query = query.where(condition)
        each = query.group_by(e.order_id).subquery()
        compared = func.count().filter(each.c[1] > 0)
        all_, done = self.connection.execute(select(func.count(), compared).select_from(each)).one()
        return int(all_), int(done)


def _conditions(query: DifferenceQuery, *, every_state: bool = False) -> list[ColumnElement[bool]]:
    d, o = customs_differences.c, orders.c
    found = _period(query.since, query.until)
    if query.states and not every_state:
        found.append(d.state.in_(query.states))
    if query.order_id:
        found.append(d.order_id == query.order_id)
    if query.field:
        found.append(or_(d.field == query.field, d.field.endswith(f".{query.field}", autoescape=True)))
    if query.text:
        numbers = (d.order_id, trade_events.c.declaration_number, o.client_id, o.client_name)
        found.append(or_(*(column == query.text for column in numbers)))
    return found


def _period(since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
    occurred = trade_events.c.occurred_at
    found = [occurred >= since] if since is not None else []
    return [*found, occurred < until] if until is not None else found


def _difference(row: Row[Any]) -> Difference:
    return Difference(**{name: row._mapping[name] for name in (*NewDifference.__slots__, *Difference.__slots__)})


def _listed(row: Row[Any]) -> ListedDifference:
    return ListedDifference(
        difference=_difference(row),
        declaration_number=row.declaration_number,
        client_id=row.client_id or "",
        client_name=row.client_name or "",
        status=row.status,
        source=row.source,
        occurred_at=row.occurred_at,
    )
