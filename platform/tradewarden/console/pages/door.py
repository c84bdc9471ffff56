"""Signing in and out, the language switch, the forced change of a one-time password."""

from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, Form, Path
from fastapi.responses import Response

from tradewarden.auth import accounts, csrf, sessions
from tradewarden.auth.refusals import Refused
from tradewarden.console.desk import Desk, desk
from tradewarden.console.guard import LANGUAGE_COOKIE, anonymous_cookie, session_cookie
from tradewarden.console.i18n import language_of
from tradewarden.console.navigation import home

At = Annotated[Desk, Depends(desk)]
Text = Annotated[str, Form(max_length=200)]
LARGEST_ID = 2**63 - 1
Id = Annotated[int, Path(ge=0, le=LARGEST_ID)]
"""The number of a record in an address; what no database can count to is answered with 404."""
YEAR_SECONDS = 365 * 24 * 3600


def inside(address: str) -> str:
    """An address of this console to go on to; anything that could lead elsewhere becomes the start page."""
    plain = address.startswith("/") and not address.startswith("//") and "\\" not in address
    return address if plain and address.isprintable() else "/"


def start(at: At) -> Response:
    return at.go(home(at.role))


def login_page(at: At, next: str = "/", ended: str = "") -> Response:
    return _login_form(at, inside(next), ended=bool(ended))


def login(at: At, login: Text, password: Text, next: Text = "/") -> Response:
    form = sessions.SignIn(login.strip().lower(), password, at.address, at.request.headers.get("user-agent", ""))
    try:
        secret, user = sessions.sign_in(at.app.database, form, at.now)
    except Refused as problem:
        return _login_form(at, inside(next), login, problem)
    wanted = inside(next)
    first = "/password" + (f"?{urlencode({'next': wanted}, safe='/')}" if wanted != "/" else "")
    answer = at.go(first if user.must_change_password else wanted)
    return _with_session(at, answer, secret)


def logout(at: At) -> Response:
    if at.session is not None:
        with at.app.database.writing() as uow:
            uow.users.close_session(at.session.token_hash)
            at.audited(uow, "session.closed", "user", at.username)
    answer = at.go("/login")
    answer.delete_cookie(session_cookie(at.app.settings.https), **_cookie(at))
    return answer


def language(at: At, language: Text, next: Text = "/") -> Response:
    chosen = language_of(language)
    if at.user is not None and at.user.language != chosen:
        with at.app.database.writing() as uow:
            uow.users.set_language(at.username, chosen)
            at.audited(uow, "user.language_changed", "user", at.username, language=chosen)
    answer = at.go(inside(next))
    answer.set_cookie(LANGUAGE_COOKIE, chosen, max_age=YEAR_SECONDS, **_cookie(at))
    return answer


def password_page(at: At, next: str = "/") -> Response:
    return _password_form(at, inside(next))


def password(at: At, old: Text, new: Text, again: Text, next: Text = "/") -> Response:
    if at.user is None:
        raise Refused(401, "access.signed_out")
    form = sessions.SignIn(at.username, old, at.address, at.request.headers.get("user-agent", ""))
    try:
        if new != again:
            raise Refused(422, "password.different")
        sessions.confirm(at.app.database, form, at.now)
        with at.app.database.writing() as uow:
            accounts.change_password(uow, at.user, old, new, at.now)
            secret = sessions.open_session(uow, at.username, form, at.now)
    except Refused as problem:
        return _password_form(at, inside(next), problem)
    wanted = inside(next)
    return _with_session(at, at.go(wanted if wanted != "/" else home(at.role), "password"), secret)


def _login_form(
    at: Desk, next: str, login: str = "", problem: Refused | None = None, *, ended: bool = False
) -> Response:
    fresh = not at.secret
    at = replace(at, secret=csrf.new_secret()) if fresh else at
    answer = at.page("login.html", _status(problem), next=next, login=login, problem=problem, ended=ended)
    if fresh:
        answer.set_cookie(anonymous_cookie(at.app.settings.https), at.secret, **_cookie(at))
    return answer


def _password_form(at: Desk, next: str, problem: Refused | None = None) -> Response:
    forced = at.user is not None and at.user.must_change_password
    return at.page("password.html", _status(problem), forced=forced, next=next, problem=problem)


def _status(problem: Refused | None) -> int:
    return problem.status if problem else 200


def _with_session(at: Desk, answer: Response, secret: str) -> Response:
    https = at.app.settings.https
    answer.set_cookie(session_cookie(https), secret, **_cookie(at))
    answer.delete_cookie(anonymous_cookie(https), **_cookie(at))
    return answer


def _cookie(at: Desk) -> dict[str, Any]:
    return {"path": "/", "secure": at.app.settings.https, "httponly": True, "samesite": "lax"}
