"""订单 The order list, its export, and the decisions behind the workbench's numbers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi.responses import Response

from databases.decisions import DecisionQuery, DecisionSummary
from databases.order_search import SORTS, OrderQuery, OrderSummary
from databases.paging import first_rows
from risk.facts import ClientProfile
from risk.findings import Status
from tradewarden.console.desk import Desk
from tradewarden.console.filters import PAGE_SIZE, Filters
from tradewarden.console.formats import local, moment_s
from tradewarden.console.pages.door import At
from tradewarden.console.pages.download import EXPORT_ROWS, csv_file
from tradewarden.console.tiers import profiles_of, tiers_of

STATES = ("received", "released", "review", "held", "refused", "cancelled")
CLASSES = ("L", "F", "S", "H")
TIERS = ("A", "B", "C", "D")
DEFAULT_SORT = "-updated_at"
DECISION_SORTS = ("as_of", "score", "order_id")
EXPORTED = (
    "order_id", "revision", "state", "outcome", "score", "client_id", "client_name", "direction", "entry_number",
    "transport_document", "contract_number", "buyer", "destination", "currency", "total", "total_usd", "declared_on",
    "order_class", "supervision", "decision_id", "updated_at",
)  # fmt: skip

WORDED = {
    "state": "order_state",
    "direction": "direction",
    "order_class": "order_class",
    "supervision": "supervision",
}
MONEY = ("total", "total_usd")


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order in the list; `number` is the one people know it by: declaration, else B/L, else contract."""

    summary: OrderSummary
    tier: str
    number: str


@dataclass(frozen=True, slots=True)
class DecisionRow:
    summary: DecisionSummary
    client: ClientProfile | None


def orders(at: At) -> Response:
    filters = Filters(at.request.query_params)
    query, asked = _query(filters), filters.request(SORTS, DEFAULT_SORT)
    with at.app.database.writing() as uow:
        found = uow.orders.search(query, asked)
        tiers = tiers_of(uow, (summary.client_id for summary in found.items), local(at.now).date())
        ids = [summary.order_id for summary in found.items]
        told = uow.trade_events.numbers(ids)
        at.audited(uow, "orders.listed", "order_list", query=_shown(at), orders=ids)
    if (last := filters.beyond(found)) is not None:
        return at.go(f"{at.request.url.path}?{at.query(page=last)}")
    return at.page(
        "orders.html",
        rows=[
            OrderRow(summary, tiers.get(summary.client_id, ""), _number(summary, told.get(summary.order_id, ())))
            for summary in found.items
        ],
        total=found.total,
        size=PAGE_SIZE,
        number=filters.page(),
        sort=filters.sort(DEFAULT_SORT),
        values=filters.values,
        states=STATES,
        classes=CLASSES,
        tiers=TIERS,
        checks=checks_of(at),
    )


def _number(summary: OrderSummary, told: Sequence[str]) -> str:
    given = (summary.entry_number, *told, summary.transport_document, summary.contract_number)
    return next((number for number in given if number), "")


def checks_of(at: Desk) -> list[tuple[str, str]]:
    """Every check as (id, "id title") for a filter."""
    cards = at.app.explainer.cards.values()
    return [(card.id, f"{card.id} {at.t.pick(card.title_zh, card.title_en)}") for card in cards]


def _query(filters: Filters) -> OrderQuery:
    return OrderQuery(
        text=filters.text("q"),
        client_id=filters.text("client"),
        state=filters.choice("state", STATES),
        outcome=filters.outcome(),
        order_class=filters.choice("class", CLASSES),
        tier=filters.choice("tier", TIERS),
        check=filters.text("check"),
        minimum_score=filters.number("score", 0, 100),
        since=filters.moment("since"),
        until=filters.moment("until", end=True),
    )


def _shown(at: Desk) -> str:
    return at.request.url.query[:500]


def export(at: At) -> Response:
    """The same list as CSV, at most 20,000 rows; one audit entry names how many left the house."""
    filters = Filters(at.request.query_params)
    query, asked = _query(filters), filters.request(SORTS, DEFAULT_SORT)
    with at.app.database.writing() as uow:
        found, total = first_rows(uow.orders.search, query, asked, EXPORT_ROWS)
        at.audited(uow, "orders.exported", "order_list", query=_shown(at), rows=len(found), total=total)
    return csv_file("orders", at.now, [at.t(f"export.{column}") for column in EXPORTED], _cells(at, found))


def _cells(at: Desk, found: Sequence[OrderSummary]) -> Iterator[Sequence[object]]:
    for summary in found:
        values: dict[str, Any] = {column: getattr(summary, column) for column in EXPORTED}
        values["outcome"] = at.t(f"outcome.{summary.outcome.word}") if summary.outcome is not None else ""
        for column, family in WORDED.items():
            values[column] = at.t.known(family, values[column]) if values[column] else ""
        for column in MONEY:
            values[column] = "" if values[column] is None else f"{values[column]:.2f}"
        values["updated_at"] = moment_s(summary.updated_at)
        yield [values[column] for column in EXPORTED]


def decisions(at: At) -> Response:
    filters = Filters(at.request.query_params)
    query = DecisionQuery(
        order_id=filters.text("order"),
        client_id=filters.text("client"),
        outcome=filters.outcome(),
        check=filters.text("check"),
        status=filters.choice("status", tuple(Status)),
        policy_hash=filters.text("policy"),
        since=filters.moment("since"),
        until=filters.moment("until", end=True),
    )
    with at.app.database.writing() as uow:
        found = uow.decisions.list(query, filters.request(DECISION_SORTS, "-as_of"))
        clients = profiles_of(uow, (row.client_id for row in found.items), local(at.now).date())
        ids = [row.order_id for row in found.items]
        at.audited(uow, "decisions.listed", "order_list", query=_shown(at), orders=ids)
    if (last := filters.beyond(found)) is not None:
        return at.go(f"{at.request.url.path}?{at.query(page=last)}")
    return at.page(
        "decisions.html",
        rows=[DecisionRow(row, clients.get(row.client_id)) for row in found.items],
        total=found.total,
        size=PAGE_SIZE,
        number=filters.page(),
        sort=filters.sort("-as_of"),
        values=filters.values,
        checks=checks_of(at),
        statuses=[str(status) for status in Status if status is not Status.PASS],
    )
