"""One's own account: what it may do, its sessions and its tokens for the REST interface."""

from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from databases.access import ApiToken
from tradewarden.auth import accounts, tokens
from tradewarden.auth.permissions import PERMISSIONS, Action, Role
from tradewarden.console.guard import session_cookie
from tradewarden.console.pages.door import At, Id

EXAMPLE = '{"order_id": "O-2026-000251", "declaration": {"header": {"direction": "E"}}}'


def account(at: At) -> Response:
    return _account(at)


def log_out_everywhere(at: At) -> Response:
    with at.app.database.writing() as uow:
        accounts.log_out_everywhere(uow, at.username, at.now)
    answer = at.go("/login")
    answer.delete_cookie(session_cookie(at.app.settings.https), path="/", secure=at.app.settings.https, httponly=True)
    return answer


def make_token(at: At, name: Annotated[str, Form(max_length=60)] = "") -> Response:
    with at.app.database.writing() as uow:
        secret = tokens.make(uow, at.username, name, at.now)
    return _account(at, secret)


def revoke_token(at: At, token_id: Id) -> Response:
    with at.app.database.writing() as uow:
        tokens.revoke(uow, at.username, token_id, at.now)
    return at.go("/account", "revoked")


def _account(at: At, secret: str = "") -> Response:
    own: tuple[ApiToken, ...] = ()
    if at.can(Action.TOKENS_OWN):
        with at.app.database.reading() as uow:
            own = tuple(uow.access.tokens_of(at.username))
    return at.page(
        "account.html",
        user=at.user,
        session=at.session,
        actions=sorted(PERMISSIONS[Role(at.role)]) if at.role else (),
        tokens=own,
        secret=secret,
    )


def interface(at: At) -> Response:
    """The REST interface for people: the routes as the OpenAPI description tells them, and a first call to copy.

    The description of a route is written 中文 | English.
    """
    described = at.request.app.openapi()
    paths = [
        (method.upper(), path, at.t.pick(*_sides(operation.get("description", ""))))
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
    ]
    return at.page("interface.html", paths=paths, base=str(at.request.base_url).rstrip("/"), example=EXAMPLE)


def _sides(description: str) -> tuple[str, str]:
    chinese, _, english = description.partition("|")
    return chinese.strip(), english.strip()
