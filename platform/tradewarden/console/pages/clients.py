"""客户 Clients: who they are, their tier and limits, what they shipped, what is open about them."""

from collections.abc import Iterable
from datetime import date, timedelta

from fastapi.responses import Response

from databases.alert_tables import AlertQuery
from databases.clients import ClientQuery
from databases.decisions import DecisionQuery
from databases.history import HistoryKey
from databases.order_search import OrderQuery
from databases.paging import PageRequest
from databases.unit_of_work import UnitOfWork
from risk.findings import Outcome
from tradewarden.auth import masking
from tradewarden.auth.permissions import Action
from tradewarden.auth.refusals import Refused
from tradewarden.console.codes import reference
from tradewarden.console.desk import Desk
from tradewarden.console.filters import PAGE_SIZE, Filters
from tradewarden.console.formats import local
from tradewarden.console.pages.alerts import row
from tradewarden.console.pages.door import At

SORTS = ("name", "tier", "next_verification_on", "changed_at")
TIERS = ("A", "B", "C", "D")
ADMISSIONS = (
    "applied",
    "documents_checked",
    "screened",
    "site_visit_done",
    "scored",
    "approved",
    "refused",
    "suspended",
    "exited",
)
RECENT = 10
SOON = timedelta(days=30)


def clients(at: At) -> Response:
    filters = Filters(at.request.query_params)
    today = local(at.now).date()
    due = filters.choice("due", ("overdue", "soon"))
    query = ClientQuery(
        text=filters.text("q"),
        tier=filters.choice("tier", TIERS),
        admission=filters.choice("admission", ADMISSIONS),
        verification_due_before=_due(due, today),
    )
    with at.app.database.writing() as uow:
        found = uow.clients.search(query, filters.request(SORTS, "name"))
        tiers = uow.clients.tier_counts()
        overdue = uow.clients.search(ClientQuery(verification_due_before=today), PageRequest(limit=1)).total
        ids = [stored.client.client_id for stored in found.items]
        at.audited(uow, "clients.listed", "client_list", query=at.request.url.query[:500], clients=ids)
    if (last := filters.beyond(found)) is not None:
        return at.go(f"{at.request.url.path}?{at.query(page=last)}")
    return at.page(
        "clients.html",
        rows=found.items,
        total=found.total,
        size=PAGE_SIZE,
        number=filters.page(),
        sort=filters.sort("name"),
        values=filters.values,
        tiers=tiers,
        overdue=overdue,
        admissions=ADMISSIONS,
        today=today,
    )


def _due(word: str, today: date) -> date | None:
    return {"overdue": today, "soon": today + SOON}.get(word)


def client(at: At, client_id: str) -> Response:
    today = local(at.now).date()
    with at.app.database.writing() as uow:
        stored = uow.clients.get(client_id)
        if stored is None:
            raise Refused(404, "clients.unknown", {"seen": client_id[:60]})
        at.audited(uow, "client.read", "client", client_id, version=stored.version)
        policy = uow.policies.live()
        history = uow.history.for_orders([HistoryKey(order_id="", client_id=client_id, as_of=at.now)]).get("")
        orders = uow.orders.search(OrderQuery(client_id=client_id), PageRequest(limit=RECENT, sort="updated_at"))
        alerts = _alerts(at, uow, client_id)
        versions = uow.clients.versions(client_id)
        outcomes = _outcomes(uow, client_id)
        regions = _regions(at, uow, stored.client.region_codes)
    return at.page(
        "client.html",
        stored=stored,
        client=stored.client,
        phone=stored.client.phone if masking.sees_personal_data(at.role) else masking.phone(stored.client.phone),
        limit=policy.tiers.get(stored.client.tier) if policy else None,
        history=history,
        recent=orders.items,
        total=orders.total,
        alerts=alerts,
        versions=versions,
        outcomes=outcomes,
        regions=regions,
        today=today,
    )


def _regions(at: Desk, uow: UnitOfWork, codes: Iterable[str]) -> list[str]:
    """Region codes with the names the tables have: the domestic region itself, else its city or province."""
    today = local(at.now).date()
    known = reference(uow, today)

    def named(code: str) -> str:
        tables = (("domestic_region", code), *(("region_city", code[:length]) for length in (6, 4, 2)))
        found = next((row for table, key in tables if (row := known.code(table, key, today)) is not None), None)
        return f"{code} {at.t.pick(found.name_zh, found.name_en)}" if found else code

    return [named(code) for code in codes]


def _alerts(at: Desk, uow: UnitOfWork, client_id: str) -> list[object]:
    if not at.can(Action.ALERTS_READ):
        return []
    found = uow.alerts.queue(AlertQuery(client_id=client_id), PageRequest(limit=RECENT))
    return [row(at, alert, None) for alert in found.items]


def _outcomes(uow: UnitOfWork, client_id: str) -> dict[str, int]:
    one = PageRequest(limit=1)
    return {
        outcome.word: uow.decisions.list(DecisionQuery(client_id=client_id, outcome=outcome), one).total
        for outcome in Outcome
    }
