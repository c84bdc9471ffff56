"""账号 Accounts, for the administrator: create with a one-time password, disable, enable, reset, change the role."""

from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from tradewarden.auth import accounts
from tradewarden.auth.permissions import Role
from tradewarden.auth.refusals import Refused
from tradewarden.console.desk import Desk
from tradewarden.console.pages.door import At

Field = Annotated[str, Form(max_length=200)]


def list_accounts(at: At) -> Response:
    return _page(at)


def create_account(at: At, username: Field = "", display_name: Field = "", role: Field = "") -> Response:
    wanted = accounts.NewAccount(username, display_name, role)
    try:
        with at.app.database.writing() as uow:
            secret = accounts.create(uow, wanted, at.username, at.now)
    except Refused as problem:
        return _page(at, problem=problem, wanted=wanted)
    return _page(at, secret=secret, whose=username.strip().lower())


def ask_reset(at: At, username: str) -> Response:
    return _confirm(at, username, "reset", at.t("accounts.ask_reset", who=username))


def ask_disable(at: At, username: str) -> Response:
    return _confirm(at, username, "disable", at.t("accounts.ask_disable", who=username))


def _confirm(at: Desk, username: str, step: str, question: str) -> Response:
    with at.app.database.reading() as uow:
        user = uow.users.get(username)
    if user is None:
        raise Refused(404, "accounts.unknown", {"seen": username[:40]})
    return at.page("account_confirm.html", user=user, step=step, question=question)


def reset_account(at: At, username: str) -> Response:
    with at.app.database.writing() as uow:
        secret = accounts.reset(uow, username, at.username, at.now)
    return _page(at, secret=secret, whose=username)


def disable_account(at: At, username: str) -> Response:
    with at.app.database.writing() as uow:
        accounts.disable(uow, username, at.username, at.now)
    return at.go("/accounts", "disabled")


def enable_account(at: At, username: str) -> Response:
    with at.app.database.writing() as uow:
        accounts.enable(uow, username, at.username, at.now)
    return at.go("/accounts", "enabled")


def change_role(at: At, username: str, role: Field) -> Response:
    with at.app.database.writing() as uow:
        accounts.change_role(uow, username, role, at.username, at.now)
    return at.go("/accounts", "role")


def _page(
    at: Desk,
    *,
    secret: str = "",
    whose: str = "",
    problem: Refused | None = None,
    wanted: accounts.NewAccount | None = None,
) -> Response:
    with at.app.database.reading() as uow:
        users = uow.users.all()
    return at.page(
        "accounts.html",
        problem.status if problem else 200,
        users=users,
        role_of=accounts.role_of,
        roles=[str(role) for role in Role],
        secret=secret,
        whose=whose,
        problem=problem,
        wanted=wanted or accounts.NewAccount("", "", ""),
    )
