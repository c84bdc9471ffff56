"""Outbox 发件箱: messages written with the facts they tell of, sent afterwards by a relay, at least once, in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Index, Row, Table, func, select, text

from databases.bulk import chunks, insert_rows, writes
from databases.columns import UtcTime, body, metadata, number, row_id, time, words
from risk.canonical import canonical

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
        insert_rows(
            self.connection,
            outbox,
            [
                {
                    "topic": message.topic,
                    "key": message.key,
                    "payload": message.payload,
                    "headers": canonical(message.headers),
                    "created_at": now,
                    "attempts": 0,
                }
                for message in messages
            ],
        )

    def pending(self, limit: int) -> list[StoredMessage]:
        """The oldest unsent messages in order. On PostgreSQL a second relay waits, so that the order per key holds."""
        unsent = select(outbox).where(outbox.c.sent_at.is_(None)).order_by(outbox.c.id).limit(limit)
        if writes(self.connection):
            unsent = unsent.with_for_update()
        return [_message(row) for row in self.connection.execute(unsent)]

    def mark_sent(self, message_ids: Sequence[int], now: datetime) -> None:
        """These went out."""
        for piece in chunks(message_ids):
            self.connection.execute(outbox.update().where(outbox.c.id.in_(piece)).values(sent_at=now))

    def mark_failed(self, message_ids: Sequence[int]) -> None:
        """One more attempt that did not succeed; they stay unsent."""
        for piece in chunks(message_ids):
            more = outbox.update().where(outbox.c.id.in_(piece)).values(attempts=outbox.c.attempts + 1)
            self.connection.execute(more)

    def backlog(self) -> tuple[int, datetime | None]:
        """How many wait, and since when the oldest does."""
        query = select(func.count(), func.min(outbox.c.created_at, type_=UtcTime())).where(outbox.c.sent_at.is_(None))
        count, oldest = self.connection.execute(query).one()
        return count, oldest


def _message(row: Row[Any]) -> StoredMessage:
    return StoredMessage(
        message_id=row.id,
        topic=row.topic,
        key=row.key,
        payload=row.payload,
        headers=msgspec.json.decode(row.headers, type=dict[str, str]),
        created_at=row.created_at,
        attempts=row.attempts,
    )
