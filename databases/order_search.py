"""The order list: filters, sorting, one summary row per order."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select, true

from databases.clients import clients
from databases.decision_answers import with_hit
from databases.decision_tables import decisions
from databases.order_tables import order_containers, order_revisions, orders
from databases.paging import Page, PageRequest, ordered, paged
from databases.trade_event_tables import trade_events
from risk.findings import Outcome

SEPARATORS = {ord(sign): None for sign in " \t\u00a0\u3000-\u2010\u2011\u2012\u2013\u2014\uff0d/."}
"""What papers put between the parts of a number: blanks, hyphens and dashes, slash and dot."""
SPARE = 10  # revisions looked at for each order wanted: one order may have several
SORTS = ("updated_at", "order_id", "client_name", "total_usd", "score", "declared_on", "traded_at", "outcome")
EQUAL = (
    "client_id",
    "entry_number",
    "transport_document",
    "contract_number",
    "destination",
    "state",
    "order_class",
)
WRITTEN = ("entry_number", "transport_document")
"""Numbers that are typed as papers write them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderQuery:
    """Filters of the order list; empty means any. All given filters must hold.

    `text` finds an exact order, declaration, transport document, contract or container number, or a part of the
    client's or buyer's name; numbers that status events told of an order find it too.
    `since`/`until` bound the trading day (until exclusive). `tier` is the client's tier now,
    `check` a check that had a hit in the decision in force.
    """

    text: str = ""
    client_id: str = ""
    buyer: str = ""
    entry_number: str = ""
    transport_document: str = ""
    contract_number: str = ""
    container: str = ""
    destination: str = ""
    hs_chapter: str = ""
    state: str = ""
    outcome: Outcome | None = None
    order_class: str = ""
    tier: str = ""
    check: str = ""
    minimum_usd: Decimal | None = None
    maximum_usd: Decimal | None = None
    minimum_score: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSummary:
    """One row of the order list. `state`: received, released, review, held, refused or cancelled.

    `outcome` and `score` are the machine's latest; a released order may carry outcome HOLD after a disposition.
    """

    order_id: str
    revision: int
    state: str
    client_id: str
    client_name: str
    business_mode: str
    direction: str
    entry_number: str
    transport_document: str
    contract_number: str
    buyer: str
    destination: str
    hs_chapters: tuple[str, ...]
    line_count: int
    currency: str
    total: Decimal | None
    total_usd: Decimal | None
    declared_on: date | None
    traded_at: datetime
    first_seen_at: datetime
    updated_at: datetime
    outcome: Outcome | None
    score: int | None
    decision_id: str
    order_class: str
    supervision: str


def found_orders(connection: Connection, query: OrderQuery, page: PageRequest | None) -> Page[OrderSummary]:
    """Orders that meet every filter. Raises ValueError for an unknown sort."""
    wanted = select(orders)
    for condition in _conditions(query):
        wanted = wanted.where(condition)
    if query.text:
        exact = wanted.where(_exactly(query.text.strip()))
        # numbers are found by index; only what is no number is looked for inside names
        known = connection.execute(select(exact.exists())).scalar_one()
        wanted = exact if known else wanted.where(_in_names(query.text.strip()))
    sorts = {name: orders.c[name] for name in SORTS}
    return paged(connection, ordered(wanted, page, sorts, "updated_at"), page, summary)


@dataclass(frozen=True, slots=True)
class RecentOrder:
    """An order and when its decision was recorded here, whatever time its event says."""

    summary: OrderSummary
    recorded_at: datetime


def latest_orders(connection: Connection, limit: int) -> list[RecentOrder]:
    """The orders whose revisions came on record last, newest first; at most `limit`."""
    r = order_revisions.c  # its numbers grow as revisions are recorded: no index on a time is needed
    tail = select(r.id, r.order_id).order_by(r.id.desc()).limit(limit * SPARE).subquery()
    last = select(tail.c.order_id, func.max(tail.c.id).label("id")).group_by(tail.c.order_id).subquery()
    recorded_at = func.coalesce(decisions.c.recorded_at, orders.c.updated_at, type_=decisions.c.recorded_at.type)
    wanted = (
        select(orders, recorded_at.label("recorded_at"))
        .join(last, last.c.order_id == orders.c.order_id)
        .outerjoin(decisions, decisions.c.decision_id == orders.c.decision_id)
        .order_by(last.c.id.desc())
        .limit(limit)
    )
    return [RecentOrder(summary(row), row.recorded_at) for row in connection.execute(wanted)]


def _conditions(query: OrderQuery) -> Iterator[ColumnElement[bool]]:
    c = orders.c
    for name in EQUAL:
        if value := getattr(query, name):
            yield c[name].in_(written(value)) if name in WRITTEN else c[name] == value
    if query.container:
        yield c.order_id.in_(_with_container(query.container))
    if query.buyer:
        yield c.buyer.icontains(query.buyer, autoescape=True)
    if query.hs_chapter:
        yield ("," + c.hs_chapters + ",").contains(f",{query.hs_chapter},", autoescape=True)
    if query.tier:
        yield c.client_id.in_(select(clients.c.client_id).where(clients.c.tier == query.tier))
    if query.check:
        yield c.decision_id.in_(with_hit(query.check))
    if query.outcome is not None:
        yield c.outcome == int(query.outcome)
    lower = ((c.total_usd, query.minimum_usd), (c.score, query.minimum_score), (c.traded_at, query.since))
    yield from (column >= value for column, value in lower if value is not None)
    if query.maximum_usd is not None:
        yield c.total_usd <= query.maximum_usd
    if query.until is not None:
        yield c.traded_at < query.until


def written(number: str) -> list[str]:
    """A number as it may stand on record: as given, in capitals, and without the blanks and hyphens of papers."""
    given = number.strip()
    return list(dict.fromkeys((given, given.upper(), given.upper().translate(SEPARATORS))))


def _with_container(number: str) -> Select[str]:
    return select(order_containers.c.order_id).where(order_containers.c.number.in_(written(number)))


def _exactly(text: str) -> ColumnElement[bool]:
    c = orders.c
    return or_(
        *(column == text for column in (c.order_id, c.contract_number, c.client_id)),
        *(column.in_(written(text)) for column in (c.entry_number, c.transport_document)),
        c.order_id.in_(_with_container(text)),
        *(c.order_id.in_(told) for told in _told_by_events(text)),
    )


def _told_by_events(text: str) -> Iterator[Select[str]]:
    """Orders whose events carry the number: an export gets its declaration number only after filing."""
    c = trade_events.c
    for column in (c.declaration_number, c.transport_document, c.container):
        yield select(c.order_id).where(column.in_(written(text)), c.order_id != "")


def _in_names(text: str) -> ColumnElement[bool]:
    """Every word of the text in one name or another: "宁波 毛纺" finds 宁波某某毛纺有限公司."""
    names = (orders.c.client_name, orders.c.buyer, orders.c.order_id)
    found = [or_(*(column.icontains(word, autoescape=True) for column in names)) for word in text.split()]
    return and_(true(), *found)


def summary(row: Row[Any]) -> OrderSummary:
    """The summary of a row of `orders`."""
    values = {name: row._mapping[name] for name in OrderSummary.__slots__}
    outcome = None if row.outcome is None else Outcome(row.outcome)
    chapters = tuple(row.hs_chapters.split(",")) if row.hs_chapters else ()
    return OrderSummary(**values | {"outcome": outcome, "hs_chapters": chapters})
