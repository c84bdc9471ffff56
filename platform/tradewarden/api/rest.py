"""The REST interface's routes with their documentation, and the probes beside them."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from fastapi.responses import JSONResponse, Response

from tradewarden.api import bodies, examples, health, orders, screening, status_events
from tradewarden.api.bearer import bearer_for
from tradewarden.api.problems import MEDIA_TYPE, TITLES
from tradewarden.auth.permissions import Action
from tradewarden.console.desk import Desk, desk
from tradewarden.console.routing import Route, get, post
from tradewarden.wiring import Application


def description(at: Annotated[Desk, Depends(desk)]) -> Response:
    """本接口的 OpenAPI 文档。 | This interface as an OpenAPI document."""
    return JSONResponse(at.request.app.openapi())


ROUTES: tuple[Route, ...] = (
    get("/healthz", health.alive, None),
    get("/readyz", health.ready, None),
    get("/metrics", health.metrics, Action.METRICS_READ),
    post("/api/v1/orders", orders.submit, Action.ORDERS_SUBMIT),
    get("/api/v1/orders/{order_id:path}", orders.order_status, Action.ORDERS_READ),
    get("/api/v1/decisions/{decision_id:path}", orders.decision, Action.ORDERS_READ),
    post("/api/v1/status-events", status_events.submit, Action.ORDERS_SUBMIT),
    post("/api/v1/screenings", screening.screen, Action.SCREEN),
    get("/api/v1/openapi.json", description, Action.ACCOUNT_SELF),
)
EXTRA: Mapping[str, Mapping[str, Any]] = {
    "/api/v1/orders": {"requestBody": examples.ORDERS_BODY},
    "/api/v1/status-events": {"requestBody": examples.STATUS_BODY},
}
ANSWERS: Mapping[str, tuple[int, str]] = {
    "/api/v1/orders": (202, "已接收,按 location 查询 | Taken; look at each location"),
    "/api/v1/status-events": (202, "已接收并挂接,或等待其订单 | Taken; attached, or waiting for its order"),
}


def add_rest(server: FastAPI, app: Application) -> None:
    """Put the REST routes on the server, each behind its token guard."""
    guard = bearer_for(app)
    server.add_exception_handler(bodies.Rejected, bodies.rejected)
    for route in ROUTES:
        if route.path == "/metrics" and not app.settings.metrics:
            continue
        status, words = ANSWERS.get(route.path, (200, "成功 | Done"))
        server.add_api_route(
            route.path,
            route.endpoint,
            methods=[route.method],
            dependencies=[Depends(guard(route))],
            status_code=status,
            response_description=words,
            response_model=None,
            responses=_problems(route),
            openapi_extra=dict(EXTRA.get(route.path, {})) if route.method == "POST" else None,
            tags=["probes"] if route.action is None or route.path == "/metrics" else ["v1"],
        )


def _problems(route: Route) -> dict[int | str, dict[str, Any]]:
    statuses = [] if route.action is None else [401, 403, 429]
    statuses += [409, 413, 415, 422] if route.method == "POST" else [404] if "{" in route.path else []
    content = {MEDIA_TYPE: {"example": examples.PROBLEM}}
    return {status: {"description": TITLES[status], "content": content} for status in statuses}
