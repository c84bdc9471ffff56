"""Accounts and sessions. Hashes only: argon2id for passwords, SHA-256 for session tokens; both are made elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Index, Integer, Table

from databases.columns import metadata, number, row_id, time, words

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
    words("username"),
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
        raise NotImplementedError

    def get(self, username: str) -> User | None:
        """One account, name without regard to case."""
        raise NotImplementedError

    def all(self) -> list[User]:
        """Every account by name, disabled ones too."""
        raise NotImplementedError

    def set_password(self, username: str, password_hash: str, now: datetime, must_change: bool = False) -> None:
        """New hash; ends every session of the account. Raises NotFound."""
        raise NotImplementedError

    def set_roles(self, username: str, roles: Sequence[str]) -> None:
        """New roles; ends every session of the account. Raises NotFound."""
        raise NotImplementedError

    def disable(self, username: str, now: datetime) -> None:
        """No more logins; ends every session of the account. Raises NotFound."""
        raise NotImplementedError

    def enable(self, username: str) -> None:
        """Logins again. Raises NotFound."""
        raise NotImplementedError

    def set_language(self, username: str, language: str) -> None:
        """zh or en. Raises NotFound."""
        raise NotImplementedError

    def note_attempt(self, username: str, address: str, succeeded: bool, now: datetime) -> None:
        """Keep a login attempt and the account's counter of failures (a success clears it)."""
        raise NotImplementedError

    def failures_since(self, since: datetime, username: str = "", address: str = "") -> int:
        """Failed attempts since a time for a user name, or from an address (exactly one of the two is given)."""
        raise NotImplementedError

    def open_session(self, session: Session) -> None:
        """Keep a new session."""
        raise NotImplementedError

    def session(self, token_hash: str, now: datetime) -> tuple[Session, User] | None:
        """The session and its account, if neither has expired nor been disabled."""
        raise NotImplementedError

    def touch(self, token_hash: str, now: datetime, idle_expires_at: datetime) -> None:
        """The session was used; its idle limit moves."""
        raise NotImplementedError

    def close_session(self, token_hash: str) -> None:
        """Log out."""
        raise NotImplementedError

    def close_all(self, username: str) -> int:
        """Log out everywhere; returns how many sessions ended."""
        raise NotImplementedError

    def forget_expired(self, now: datetime) -> int:
        """Delete sessions past their limits; returns how many."""
        raise NotImplementedError
