"""Outbox 发件箱: messages written with the facts they tell of, sent afterwards by a relay, at least once, in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Index, Table, text

from databases.columns import body, metadata, number, row_id, time, words

outbox = Table(
    "outbox",
    metadata,
    row_id(),
    words("topic"),
    words("key"),
    body("payload"),
    body("headers"),
    time("created_at"),
    time("sent_at", nullable=True),
    number("attempts"),
    Index("ix_outbox_unsent", "id", sqlite_where=text("sent_at IS NULL"), postgresql_where=text("sent_at IS NULL")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message to send. `key` orders messages among themselves; `headers["id"]` lets the receiver drop repeats."""

    topic: str
    key: str
    payload: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage(Message):
    """A message waiting or sent."""

    message_id: int
    created_at: datetime
    attempts: int


class Outbox:
    """The outbox inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def append(self, messages: Sequence[Message], now: datetime) -> None:
        """Write messages with this transaction."""
        raise NotImplementedError

    def pending(self, limit: int) -> list[StoredMessage]:
        """The oldest unsent messages in order; locked for one relay at a time on PostgreSQL."""
        raise NotImplementedError

    def mark_sent(self, message_ids: Sequence[int], now: datetime) -> None:
        """These went out."""
        raise NotImplementedError

    def mark_failed(self, message_ids: Sequence[int]) -> None:
        """One more attempt that did not succeed; they stay unsent."""
        raise NotImplementedError

    def backlog(self) -> tuple[int, datetime | None]:
        """How many wait, and since when the oldest does."""
        raise NotImplementedError
