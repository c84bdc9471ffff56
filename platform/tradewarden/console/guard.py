"""The guards before every page: session, one-time password, permission; and for unsafe methods origin and token."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from fastapi import Request

from databases.users import Session, User
from tradewarden.auth import csrf, sessions
from tradewarden.auth.permissions import Action, allowed
from tradewarden.auth.refusals import MustChangePassword, NotSignedIn, Refused
from tradewarden.console.desk import Desk
from tradewarden.console.i18n import LANGUAGES
from tradewarden.console.routing import Route
from tradewarden.wiring import Application

LANGUAGE_COOKIE = "tw_language"
OPEN = frozenset({"/login", "/language"})
"""Forms that need no session."""
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


def session_cookie(https: bool) -> str:
    """The session cookie's name; the `__Host-` prefix binds it to this host and to HTTPS."""
    return "__Host-tw_session" if https else "tw_session"


def anonymous_cookie(https: bool) -> str:
    """The cookie whose secret stands behind the sign-in form's token."""
    return "__Host-tw_door" if https else "tw_door"


def guard_for(app: Application) -> Callable[[Route], Callable[[Request], None]]:
    """Guards for page routes: each leaves a `Desk` on the request or raises."""

    def guard(route: Route) -> Callable[[Request], None]:
        def admit(request: Request) -> None:
            request.state.desk = _admitted(app, route, request)

        return admit

    return guard


def forged(app: Application) -> Callable[[Request], object]:
    """Refuses unsafe requests that do not come from our own pages: Origin, content type, token."""

    async def check(request: Request) -> None:
        headers = request.headers
        if not csrf.same_origin(
            origin=headers.get("origin", ""),
            referer=headers.get("referer", ""),
            fetch_site=headers.get("sec-fetch-site", ""),
            host=headers.get("host", ""),
            schemes=("https",) if app.settings.https else ("http", "https"),
        ):
            raise Refused(403, "csrf.origin")
        if not headers.get("content-type", "").startswith(FORM_TYPES):
            raise Refused(415, "csrf.content_type", {"seen": headers.get("content-type", "")[:60] or "–"})
        given = headers.get("x-csrf-token") or (await request.form()).get("csrf_token")
        if not csrf.token_fits(_secret(app, request), given if isinstance(given, str) else ""):
            if request.url.path not in OPEN and not _session_lives(app, request):
                raise NotSignedIn  # the form is of a session that has ended: nothing is forbidden, one signs in again
            raise Refused(403, "csrf.token")

    return check


def _session_lives(app: Application, request: Request) -> bool:
    secret = request.cookies.get(session_cookie(app.settings.https), "")
    with app.database.reading() as uow:
        return sessions.found(uow, secret, app.clock()) is not None


def _secret(app: Application, request: Request) -> str:
    https = app.settings.https
    return request.cookies.get(session_cookie(https)) or request.cookies.get(anonymous_cookie(https)) or ""


def visitor(app: Application, request: Request, *, counting: bool = True) -> Desk:
    """The desk of whoever asks, signed in or not; `counting` fills the numbers of the navigation."""
    now = app.clock()
    anonymous = Desk(
        app=app,
        request=request,
        now=now,
        secret=_secret(app, request),
        language=request.cookies.get(LANGUAGE_COOKIE, ""),
    )
    with app.database.reading() as uow:
        found = sessions.found(uow, request.cookies.get(session_cookie(app.settings.https), ""), now)
        signed_in = _signed_in(anonymous, *found) if found else anonymous
        if counting and signed_in.can(Action.ALERTS_READ):
            signed_in = replace(signed_in, counts=_counts(uow.alerts.counts(now)))
    return signed_in


def _admitted(app: Application, route: Route, request: Request) -> Desk:
    signed_in = visitor(app, request, counting=route.action is not None)
    now = signed_in.now
    if route.action is None:
        return signed_in
    if signed_in.user is None:
        raise NotSignedIn
    if signed_in.session is not None and not route.passive and sessions.stale(signed_in.session, now):
        sessions.touched(app.database, signed_in.session, now)
    if signed_in.user.must_change_password and not route.early:
        raise MustChangePassword
    if not allowed(signed_in.role, route.action):
        with app.database.writing() as uow:
            signed_in.audited(uow, "access.refused", "route", route.path, method=route.method, role=signed_in.role)
        raise Refused(403, "access.role", {"role": signed_in.role or "–"})
    return signed_in


def _signed_in(anonymous: Desk, session: Session, user: User) -> Desk:
    language = anonymous.language if anonymous.language in LANGUAGES else user.language
    return replace(anonymous, user=user, session=session, language=language)


def _counts(alerts: Mapping[str, int]) -> dict[str, tuple[int, bool]]:
    waiting = sum(alerts.get(state, 0) for state in ("open", "assigned"))
    return {
        "nav.alerts": (waiting, alerts.get("overdue", 0) > 0),
        "nav.approvals": (alerts.get("proposed", 0), False),
    }
