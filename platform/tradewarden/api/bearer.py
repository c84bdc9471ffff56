"""The guard of the REST interface: a personal token in the Authorization header. Cookies count for nothing here."""

from collections.abc import Callable
from datetime import timedelta

from fastapi import Request

from tradewarden.auth import sessions, tokens
from tradewarden.auth.permissions import allowed
from tradewarden.auth.refusals import NotSignedIn, Refused
from tradewarden.console.desk import Desk
from tradewarden.console.routing import Route
from tradewarden.wiring import Application

USED_AFTER = timedelta(minutes=1)
ATTEMPT = "api-token"


def bearer_for(app: Application) -> Callable[[Route], Callable[[Request], None]]:
    """Guards for REST routes: each leaves a `Desk` on the request or raises."""

    def guard(route: Route) -> Callable[[Request], None]:
        def admit(request: Request) -> None:
            request.state.desk = _admitted(app, route, request)

        return admit

    return guard


def _admitted(app: Application, route: Route, request: Request) -> Desk:
    now = app.clock()
    visitor = Desk(app=app, request=request, now=now, secret="", language="")
    if route.action is None:
        return visitor
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise NotSignedIn
    with app.database.reading() as uow:
        failures = uow.users.failures_since(now - sessions.WINDOW, address=visitor.address)
        found = tokens.found(uow, secret.strip(), now) if failures < sessions.FAILURES_PER_ADDRESS else None
    if failures >= sessions.FAILURES_PER_ADDRESS:
        minutes = int(sessions.WINDOW.total_seconds() // 60)
        raise Refused(429, "login.throttled", {"minutes": minutes})
    if found is None:
        with app.database.writing() as uow:
            uow.users.note_attempt(ATTEMPT, visitor.address, False, now)
        raise NotSignedIn
    token, user = found
    caller = Desk(app=app, request=request, now=now, secret="", language=user.language, user=user)
    if token.last_used_at is None or now - token.last_used_at >= USED_AFTER:
        with app.database.writing() as uow:
            uow.access.use_token(token.token_id, now)
    if not allowed(caller.role, route.action):
        with app.database.writing() as uow:
            caller.audited(uow, "access.refused", "route", route.path, method=route.method, role=caller.role)
        raise Refused(403, "access.role", {"role": caller.role or "–"})
    return caller
