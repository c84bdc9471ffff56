"""Programs at the door: personal tokens of the REST interface, and answers kept for repeated requests.

Hashes only, as with sessions: the token itself is stored nowhere.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Index, Table, UniqueConstraint, select

from databases.bulk import upsert
from databases.columns import body, metadata, number, row_id, time, words

KEPT_FOR = timedelta(days=7)

api_tokens = Table(
    "api_tokens",
    metadata,
    row_id("token_id"),
    words("token_hash"),
    words("username"),
    words("name"),
    time("created_at"),
    time("expires_at"),
    time("last_used_at", nullable=True),
    time("revoked_at", nullable=True),
    UniqueConstraint("token_hash"),
    Index(None, "username"),
)

kept_answers = Table(
    "kept_answers",
    metadata,
    words("username", primary_key=True),
    words("key", primary_key=True),
    words("fingerprint"),
    number("status"),
    words("location"),
    body("body"),
    time("kept_at"),
    Index(None, "kept_at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token to keep. `token_hash` is the SHA-256 (hex) of its secret; `name` says what it is for."""

    token_hash: str
    username: str
    name: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken(NewToken):
    """A kept token with its life."""

    token_id: int
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def alive(self, now: datetime) -> bool:
        return self.revoked_at is None and self.expires_at > now


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a request with an idempotency key was answered; `fingerprint` is the SHA-256 (hex) of its body."""

    username: str
    key: str
    fingerprint: str
    status: int
    location: str
    body: bytes


class Access:
    """Tokens and kept answers inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def add_token(self, new: NewToken, now: datetime) -> int:
        """Keep a token; returns its id."""
        row = {name: getattr(new, name) for name in NewToken.__slots__} | {"created_at": now}
        added = api_tokens.insert().values(row).returning(api_tokens.c.token_id)
        return int(self.connection.execute(added).scalar_one())

    def token(self, token_hash: str) -> ApiToken | None:
        """The token of a hash, living or not."""
        row = self.connection.execute(select(api_tokens).where(api_tokens.c.token_hash == token_hash)).first()
        return None if row is None else ApiToken(**row._mapping)

    def tokens_of(self, username: str) -> list[ApiToken]:
        """The tokens of an account, newest first, ended ones too."""
        c = api_tokens.c
        query = select(api_tokens).where(c.username == username.casefold()).order_by(c.token_id.desc())
        return [ApiToken(**row._mapping) for row in self.connection.execute(query)]

    def use_token(self, token_id: int, now: datetime) -> None:
        """The token was used."""
        used = api_tokens.update().where(api_tokens.c.token_id == token_id)
        self.connection.execute(used.values(last_used_at=now))

    def revoke_token(self, token_id: int, now: datetime) -> None:
        """The token works no more; one that was revoked before keeps its time."""
        c = api_tokens.c
        living = api_tokens.update().where(c.token_id == token_id, c.revoked_at.is_(None))
        self.connection.execute(living.values(revoked_at=now))

    def answer(self, username: str, key: str) -> Answer | None:
        """What this person's request with this key was answered, within the last seven days."""
        c = kept_answers.c
        row = self.connection.execute(select(kept_answers).where(c.username == username, c.key == key)).first()
        return None if row is None else Answer(**{name: row._mapping[name] for name in Answer.__slots__})

    def keep(self, answer: Answer, now: datetime) -> bool:
        """Keep an answer and forget those older than seven days; False when another request was quicker."""
        c = kept_answers.c
        self.connection.execute(kept_answers.delete().where(c.kept_at < now - KEPT_FOR))
        row = {name: getattr(answer, name) for name in Answer.__slots__} | {"kept_at": now}
        fresh = upsert(self.connection, kept_answers).on_conflict_do_nothing(index_elements=["username", "key"])
        return self.connection.execute(fresh.values(row).returning(c.key)).first() is not None
