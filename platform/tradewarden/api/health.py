"""Whether the process lives, whether it can work, and its numbers for Prometheus."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from databases.errors import StorageError
from databases.unit_of_work import UnitOfWork
from tradewarden.api.gauges import add_flow, stream_state
from tradewarden.console.desk import Desk, desk

At = Annotated[Desk, Depends(desk)]
DEFAULT_AGE_DAYS = 7


def alive() -> Response:
    """进程在应答即返回 200。 | 200 as long as the process answers."""
    return JSONResponse({"status": "alive"})


def ready(at: At) -> Response:
    """能判定订单时返回 200:数据库可用且结构最新。名单过期、消息流落后会提示,但不停服务:过期期间订单不会自动放行。 |
    200 when orders can be judged: the database answers and its schema is current. Stale lists and streams that
    are behind are told, and do not stop the service: no order is released on stale lists."""
    try:
        detail, good = _checked(at)
    except StorageError as error:
        detail, good = {"database": type(error).__name__}, False
    return JSONResponse({"status": "ready" if good else "not ready", **detail}, status_code=200 if good else 503)


def _checked(at: Desk) -> tuple[dict[str, Any], bool]:
    revision, head = at.app.database.revision(), at.app.database.head()
    if revision != head:
        return {"database": "reachable", "schema": "outdated", "next": "tradewarden db upgrade"}, False
    with at.app.database.reading() as uow:
        policy = uow.policies.live()
        days = policy.screening.list_max_age_days if policy else DEFAULT_AGE_DAYS
        checked = [status.latest.checked_at for status in uow.watchlists.status()]
        pending = uow.inbox.counts().pending
        streams = stream_state(uow, at.now, at.app.settings.lease_seconds)
    fresh = "none" if not checked else "fresh" if at.now - min(checked) <= timedelta(days=days) else "stale"
    policy_word = "live" if policy else "none"
    detail = {"database": "reachable", "schema": "current", "policy": policy_word, "lists": fresh, "pending": pending}
    return {**detail, "streams": streams}, policy is not None


def metrics(at: At) -> Response:
    """数据库此刻的指标(Prometheus)。 | Gauges over the database as of now (Prometheus)."""
    registry = CollectorRegistry()
    with at.app.database.reading() as uow:
        _flow(uow, registry)
        _work(uow, registry, at)
        add_flow(uow, registry, at.now, at.app.settings.lease_seconds)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def _flow(uow: UnitOfWork, registry: CollectorRegistry) -> None:
    events = Gauge("tradewarden_inbox_events", "Events by what became of them", ["state"], registry=registry)
    counts = uow.inbox.counts()
    for state in ("received", "applied", "duplicate", "dead", "pending", "conflicts", "stored_older"):
        events.labels(state).set(getattr(counts, state))
    balanced = Gauge("tradewarden_inbox_balanced", "1 when every received event is accounted for", registry=registry)
    balanced.set(int(counts.balanced))
    letters = Gauge("tradewarden_dead_letters_open", "Dead letters nobody has dealt with", registry=registry)
    letters.set(uow.dead_letters.open_count())


def _work(uow: UnitOfWork, registry: CollectorRegistry, at: Desk) -> None:
    alerts = Gauge(
        "tradewarden_alerts", "Alerts not closed, by state; overdue counted beside", ["state"], registry=registry
    )
    for state, count in uow.alerts.counts(at.now).items():
        alerts.labels(state).set(count)
    age = Gauge(
        "tradewarden_list_age_seconds", "Time since a list's source was last looked at", ["list"], registry=registry
    )
    entries = Gauge("tradewarden_list_entries", "Entries in force", ["list"], registry=registry)
    for status in uow.watchlists.status():
        age.labels(status.latest.list_id).set((at.now - status.latest.checked_at).total_seconds())
        entries.labels(status.latest.list_id).set(status.entries)
