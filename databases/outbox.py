"""Outbox 发件箱: messages written with the facts they tell of, sent afterwards by a relay, at least once, in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Index, Row, Table, func, select, text

from databases.bulk import chunks, insert_rows, upsert
from databases.columns import UtcTime, body, metadata, number, row_id, time, words
from databases.meta import meta
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

LEASE = "relay.lease"
SET_ASIDE_AFTER = 5
"""Attempts that failed for the message's own sake before it is set aside; see `Outbox.pending`."""


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

    def lease(self, holder: str, now: datetime, until: datetime) -> bool:
        """Become, or stay, the one relay that sends until `until`; False while another one is.

        One row, taken by one statement that both engines decide by themselves. `until` equal to `now` gives it back.
        """
        mine = f"{_fixed(until)} {holder}"
        put = upsert(self.connection, meta).values(key=LEASE, value=mine)
        free = func.substr(meta.c.value, 1, len(_fixed(now))) <= _fixed(now)
        held = func.substr(meta.c.value, len(_fixed(now)) + 2) == holder
        taken = put.on_conflict_do_update(index_elements=["key"], set_={"value": mine}, where=free | held)
        return self.connection.execute(taken.returning(meta.c.key)).first() is not None

    def pending(self, limit: int) -> list[StoredMessage]:
        """The oldest unsent messages in the order they were written, without those set aside.

        A message that failed SET_ASIDE_AFTER times for its own sake no longer holds up the ones behind it.
        """
        unsent = select(outbox).where(outbox.c.sent_at.is_(None), outbox.c.attempts < SET_ASIDE_AFTER)
        return [_message(row) for row in self.connection.execute(unsent.order_by(outbox.c.id).limit(limit))]

    def mark_sent(self, message_ids: Sequence[int], now: datetime) -> None:
        """These went out."""
        for piece in chunks(message_ids):
            self.connection.execute(outbox.update().where(outbox.c.id.in_(piece)).values(sent_at=now))

    def mark_failed(self, message_ids: Sequence[int]) -> list[StoredMessage]:
        """One more attempt that failed for the message's own sake; answers with those that are set aside by it."""
        aside = []
        for piece in chunks(message_ids):
            more = outbox.update().where(outbox.c.id.in_(piece)).values(attempts=outbox.c.attempts + 1)
            self.connection.execute(more)
            full = select(outbox).where(outbox.c.id.in_(piece), outbox.c.attempts == SET_ASIDE_AFTER)
            aside += [_message(row) for row in self.connection.execute(full.order_by(outbox.c.id))]
        return aside

    def set_aside(self, limit: int = 100) -> list[StoredMessage]:
        """Messages that are not tried any more, oldest first."""
        stuck = select(outbox).where(outbox.c.sent_at.is_(None), outbox.c.attempts >= SET_ASIDE_AFTER)
        return [_message(row) for row in self.connection.execute(stuck.order_by(outbox.c.id).limit(limit))]

    def try_again(self) -> int:
        """Put every message that was set aside back in line; returns how many. They go out after younger ones."""
        stuck = outbox.c.sent_at.is_(None) & (outbox.c.attempts >= SET_ASIDE_AFTER)
        return self.connection.execute(outbox.update().where(stuck).values(attempts=0)).rowcount

    def prune(self, before: datetime, limit: int) -> int:
        """Delete the oldest messages sent before a time, at most `limit`; returns how many. Unsent ones always stay."""
        old = select(outbox.c.id).where(outbox.c.sent_at < before).order_by(outbox.c.id).limit(limit)
        return self.connection.execute(outbox.delete().where(outbox.c.id.in_(old))).rowcount

    def backlog(self) -> tuple[int, datetime | None]:
        """How many wait, those set aside included, and since when the oldest does."""
        query = select(func.count(), func.min(outbox.c.created_at, type_=UtcTime())).where(outbox.c.sent_at.is_(None))
        count, oldest = self.connection.execute(query).one()
        return count, oldest


def _fixed(at: datetime) -> str:
    """A time as text of one length, so that comparing texts compares times."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


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
