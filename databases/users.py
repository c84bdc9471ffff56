"""Accounts and sessions. Hashes only: argon2id for passwords, SHA-256 for session tokens; both are made elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Row, Table, func, select

from databases.bulk import upsert
from databases.columns import metadata, number, row_id, time, words
from databases.errors import NotFound, StaleState

users = Table(
    "users",
    metadata,
    words("username", primary_key=True),
    words("display_name"),
    words("roles"),
    words("password_hash"),
    Column("must_change_password", Integer, nullable=False),
    time("password_changed_at"),
    time("created_at"),
    words("created_by"),
    time("disabled_at", nullable=True),
    words("language"),
    number("failed_logins"),
    time("last_login_at", nullable=True),
)

sessions = Table(
    "sessions",
    metadata,
    words("token_hash", primary_key=True),
    words("username", foreign_key="users.username"),
    time("created_at"),
    time("last_seen_at"),
    time("idle_expires_at"),
    time("expires_at"),
    words("csrf_hash"),
    words("address"),
    words("agent"),
    Index(None, "username"),
    Index(None, "expires_at"),
)

login_attempts = Table(
    "login_attempts",
    metadata,
    row_id(),
    time("at"),
    words("username"),
    words("address"),
    Column("succeeded", Integer, nullable=False),
    Index(None, "username", "at"),
    Index(None, "address", "at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """An account. `roles` out of operator, officer, manager, inspector, auditor, administrator."""

    username: str
    display_name: str
    roles: tuple[str, ...]
    password_hash: str
    created_at: datetime
    must_change_password: bool = True
    password_changed_at: datetime | None = None
    created_by: str = ""
    disabled_at: datetime | None = None
    language: str = "zh"
    failed_logins: int = 0
    last_login_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A login. `token_hash` is the SHA-256 (hex) of the cookie's token; the token itself is stored nowhere."""

    token_hash: str
    username: str
    created_at: datetime
    last_seen_at: datetime
    idle_expires_at: datetime
    expires_at: datetime
    csrf_hash: str = ""
    address: str = ""
    agent: str = ""


class Users:
    """Accounts and sessions inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def create(self, user: User) -> None:
        """A new account. Raises StaleState when the name is taken (letters compare without case)."""
        row = {name: getattr(user, name) for name in User.__slots__}
        row |= {"username": user.username.casefold(), "roles": " ".join(user.roles)}
        row |= {"password_changed_at": user.password_changed_at or user.created_at}
        row |= {"must_change_password": int(user.must_change_password)}
        fresh = upsert(self.connection, users).on_conflict_do_nothing(index_elements=["username"])
        if self.connection.execute(fresh.values(row).returning(users.c.username)).first() is None:
            raise StaleState(f"the user name {user.username!r} is taken; choose another one")

    def get(self, username: str) -> User | None:
        """One account, name without regard to case."""
        row = self.connection.execute(select(users).where(users.c.username == username.casefold())).first()
        return None if row is None else _user(row)

    def all(self) -> list[User]:
        """Every account by name, disabled ones too."""
        return [_user(row) for row in self.connection.execute(select(users).order_by(users.c.username))]

    def set_password(self, username: str, password_hash: str, now: datetime, must_change: bool = False) -> None:
        """New hash; ends every session of the account. Raises NotFound."""
        values = {"password_hash": password_hash, "password_changed_at": now, "failed_logins": 0}
        self._change(username, values | {"must_change_password": int(must_change)})
        self.close_all(username)

    def rehash(self, username: str, password_hash: str) -> None:
        """The same password under newer hash parameters; sessions go on. Raises NotFound."""
        self._change(username, {"password_hash": password_hash})

    def set_roles(self, username: str, roles: Sequence[str]) -> None:
        """New roles; ends every session of the account. Raises NotFound."""
        self._change(username, {"roles": " ".join(roles)})
        self.close_all(username)

    def disable(self, username: str, now: datetime) -> None:
        """No more logins; ends every session of the account. Raises NotFound."""
        self._change(username, {"disabled_at": now})
        self.close_all(username)

    def enable(self, username: str) -> None:
        """Logins again. Raises NotFound."""
        self._change(username, {"disabled_at": None, "failed_logins": 0})

    def set_language(self, username: str, language: str) -> None:
        """zh or en. Raises NotFound."""
        self._change(username, {"language": language})

    def _change(self, username: str, values: dict[str, Any]) -> None:
        wanted = users.c.username == username.casefold()
        if not self.connection.execute(users.update().where(wanted).values(values)).rowcount:
            raise NotFound(f"there is no account {username!r}")

    def note_attempt(self, username: str, address: str, succeeded: bool, now: datetime) -> None:
        """Keep a login attempt (of unknown names too) and the account's counter of failures (a success clears it)."""
        name = username.casefold()
        row = {"at": now, "username": name, "address": address, "succeeded": int(succeeded)}
        self.connection.execute(login_attempts.insert(), row)
        values = (
            {"failed_logins": 0, "last_login_at": now} if succeeded else {"failed_logins": users.c.failed_logins + 1}
        )
        self.connection.execute(users.update().where(users.c.username == name).values(values))

    def failures_since(self, since: datetime, username: str = "", address: str = "") -> int:
        """Failed attempts since a time for a user name, or from an address (exactly one of the two is given)."""
        if bool(username) == bool(address):
            raise ValueError("failures are counted for a user name or for an address, not for both or none")
        c = login_attempts.c
        whose = c.username == username.casefold() if username else c.address == address
        query = select(func.count()).select_from(login_attempts).where(whose, c.at >= since, c.succeeded == 0)
        return int(self.connection.execute(query).scalar_one())

    def open_session(self, session: Session) -> None:
        """Keep a new session. Raises a storage error when the account does not exist."""
        row = {name: getattr(session, name) for name in Session.__slots__}
        self.connection.execute(sessions.insert(), row | {"username": session.username.casefold()})

    def session(self, token_hash: str, now: datetime) -> tuple[Session, User] | None:
        """The session and its account, if neither has expired nor been disabled."""
        c = sessions.c
        alive = (c.token_hash == token_hash) & (c.expires_at > now) & (c.idle_expires_at > now)
        row = self.connection.execute(select(sessions).where(alive)).first()
        user = None if row is None else self.get(row.username)
        if row is None or user is None or user.disabled_at is not None:
            return None
        return Session(**row._mapping), user

    def sessions_of(self, username: str, now: datetime) -> list[Session]:
        """The living sessions of an account, the last used first."""
        c = sessions.c
        alive = (c.username == username.casefold()) & (c.expires_at > now) & (c.idle_expires_at > now)
        query = select(sessions).where(alive).order_by(c.last_seen_at.desc())
        return [Session(**row._mapping) for row in self.connection.execute(query)]

    def touch(self, token_hash: str, now: datetime, idle_expires_at: datetime) -> None:
        """The session was used; its idle limit moves."""
        moved = sessions.update().where(sessions.c.token_hash == token_hash)
        self.connection.execute(moved.values(last_seen_at=now, idle_expires_at=idle_expires_at))

    def close_session(self, token_hash: str) -> None:
        """Log out."""
        self.connection.execute(sessions.delete().where(sessions.c.token_hash == token_hash))

    def close_all(self, username: str) -> int:
        """Log out everywhere; returns how many sessions ended."""
        ended = sessions.delete().where(sessions.c.username == username.casefold())
        return self.connection.execute(ended).rowcount

    def forget_expired(self, now: datetime) -> int:
        """Delete sessions past their limits; returns how many."""
        over = (sessions.c.expires_at <= now) | (sessions.c.idle_expires_at <= now)
        return self.connection.execute(sessions.delete().where(over)).rowcount


def _user(row: Row[Any]) -> User:
    values = dict(row._mapping)
    values |= {"roles": tuple(row.roles.split()), "must_change_password": bool(row.must_change_password)}
    return User(**values)
