"""Accounts: made with a one-time password, changed by their owner, disabled and reset by an administrator."""

import re
from dataclasses import dataclass
from datetime import datetime

from databases.audit_chain import NewEntry
from databases.errors import NotFound, StaleState
from databases.unit_of_work import UnitOfWork
from databases.users import User
from tradewarden.auth import passwords
from tradewarden.auth.permissions import Role
from tradewarden.auth.refusals import Refused
from tradewarden.auth.sessions import STREAM

FIRST = "admin"
USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,31}")


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What an administrator fills in. One account is one person with one role."""

    username: str
    display_name: str
    role: str


def role_of(user: User) -> str:
    """The account's one role; an account with none or several may do nothing (duties would mix)."""
    return user.roles[0] if len(user.roles) == 1 else ""


def create(uow: UnitOfWork, account: NewAccount, by: str, now: datetime) -> str:
    """Make the account; returns its one-time password, shown once. Raises Refused 422 naming the field, 409."""
    username = account.username.strip().lower()
    display_name = " ".join(account.display_name.split())
    if not USERNAME.fullmatch(username):
        raise Refused(422, "accounts.bad_username", {"seen": username[:40]})
    if not 1 <= len(display_name) <= 60:
        raise Refused(422, "accounts.bad_display_name", {"seen": len(display_name)})
    if account.role not in set(Role):
        raise Refused(422, "accounts.bad_role", {"seen": account.role[:40]})
    secret = passwords.one_time()
    user = User(
        username=username,
        display_name=display_name,
        roles=(account.role,),
        password_hash=passwords.hashed(secret),
        created_at=now,
        created_by=by,
    )
    try:
        uow.users.create(user)
    except StaleState as taken:
        raise Refused(409, "accounts.taken", {"seen": username}) from taken
    _audit(uow, by, "user.created", username, now, role=account.role)
    return secret


def first_administrator(uow: UnitOfWork, now: datetime) -> tuple[str, str] | None:
    """On an installation without any account: make `admin` and return its name and one-time password, else None."""
    if uow.users.all():
        return None
    account = NewAccount(FIRST, "系统管理员 Administrator", Role.ADMINISTRATOR)
    return FIRST, create(uow, account, "setup", now)


def change_password(uow: UnitOfWork, user: User, old: str, new: str, now: datetime) -> None:
    """The owner's change, after `sessions.confirm`; ends all sessions of the account. Raises Refused 422."""
    if old == new:
        raise Refused(422, "password.same")
    weak = passwords.weakness(new, own_words=(user.username, *user.display_name.split()))
    if weak:
        raise Refused(422, weak.key, {"seen": weak.seen})
    uow.users.set_password(user.username, passwords.hashed(new), now)
    _audit(uow, user.username, "user.password_changed", user.username, now)


def reset(uow: UnitOfWork, username: str, by: str, now: datetime) -> str:
    """A new one-time password for somebody else's account; ends its sessions. Raises Refused 404, 409 on oneself."""
    _not_oneself(username, by)
    secret = passwords.one_time()
    try:
        uow.users.set_password(username, passwords.hashed(secret), now, must_change=True)
    except NotFound as missing:
        raise Refused(404, "accounts.unknown", {"seen": username[:40]}) from missing
    _audit(uow, by, "user.password_reset", username, now)
    return secret


def disable(uow: UnitOfWork, username: str, by: str, now: datetime) -> None:
    """No more sign-in; ends the sessions. Raises Refused 404, 409 on oneself."""
    _not_oneself(username, by)
    try:
        uow.users.disable(username, now)
    except NotFound as missing:
        raise Refused(404, "accounts.unknown", {"seen": username[:40]}) from missing
    _audit(uow, by, "user.disabled", username, now)


def enable(uow: UnitOfWork, username: str, by: str, now: datetime) -> None:
    """Sign-in again. Raises Refused 404."""
    try:
        uow.users.enable(username)
    except NotFound as missing:
        raise Refused(404, "accounts.unknown", {"seen": username[:40]}) from missing
    _audit(uow, by, "user.enabled", username, now)


def change_role(uow: UnitOfWork, username: str, role: str, by: str, now: datetime) -> None:
    """Another role; ends the sessions. Raises Refused 404, 409 on oneself, 422 for an unknown role."""
    _not_oneself(username, by)
    if role not in set(Role):
        raise Refused(422, "accounts.bad_role", {"seen": role[:40]})
    try:
        uow.users.set_roles(username, (role,))
    except NotFound as missing:
        raise Refused(404, "accounts.unknown", {"seen": username[:40]}) from missing
    _audit(uow, by, "user.role_changed", username, now, role=role)


def log_out_everywhere(uow: UnitOfWork, username: str, now: datetime) -> int:
    """End all sessions of one's own account; returns how many."""
    ended = uow.users.close_all(username)
    _audit(uow, username, "session.closed_all", username, now, ended=ended)
    return ended


def _not_oneself(username: str, by: str) -> None:
    if username == by:
        raise Refused(409, "accounts.not_yourself")


def _audit(uow: UnitOfWork, actor: str, action: str, username: str, now: datetime, **details: object) -> None:
    entry = NewEntry(at=now, actor=actor, action=action, object_type="user", object_id=username, details=details)
    uow.audit.append(STREAM, [entry])
