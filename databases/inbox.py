"""The inbox 收件箱: every order event exactly once, and the worker's queue.

received = applied + duplicate + dead + pending holds at every commit (`counts`): `receptions` tallies what came in
at the doors, the rows' states what became of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, Index, Table, UniqueConstraint, text

from databases.columns import body, metadata, number, row_id, time, words

Lane = Literal["live", "bulk"]
LANES: tuple[Lane, ...] = ("live", "bulk")

inbox = Table(
    "inbox",
    metadata,
    row_id(),
    words("source"),
    words("event_id"),
    words("order_id"),
    number("revision"),
    words("client_key"),
    words("lane"),
    words("state"),
    body("raw"),
    words("payload_hash"),
    time("received_at"),
    time("finished_at", nullable=True),
    words("decision_id"),
    UniqueConstraint("source", "event_id"),
    Index(
        "ix_inbox_pending",
        "lane",
        "id",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
    Index(None, "order_id"),
)

event_conflicts = Table(
    "event_conflicts",
    metadata,
    row_id(),
    number("inbox_id"),
    words("source"),
    words("event_id"),
    words("payload_hash"),
    body("raw"),
    time("received_at"),
    Index(None, "source", "event_id"),
)

receptions = Table(
    "receptions",
    metadata,
    row_id(),
    time("at"),
    words("door"),
    number("received"),
    number("accepted"),
    number("duplicate"),
    number("conflict"),
    number("dead"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingEvent:
    """An event as a door hands it in. `payload_hash` is the SHA-256 (hex) of what makes two deliveries the same.

    `client_key` groups events whose order matters (the client); `raw` is kept byte for byte.
    """

    source: str
    event_id: str
    order_id: str
    revision: int
    client_key: str
    raw: bytes
    payload_hash: str
    lane: Lane = "live"


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What became of an incoming event; `inbox_id` is the row that holds (or already held) this event id."""

    source: str
    event_id: str
    state: Literal["accepted", "duplicate", "conflict"]
    inbox_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxItem:
    """One row of the inbox. `state`: pending, applied, stored_older (kept, not applied), cancelled or dead."""

    inbox_id: int
    source: str
    event_id: str
    order_id: str
    revision: int
    client_key: str
    lane: str
    state: str
    raw: bytes
    payload_hash: str
    received_at: datetime
    finished_at: datetime | None
    decision_id: str


@dataclass(frozen=True, slots=True)
class Finished:
    """How an item ended: state applied, stored_older or cancelled; `decision_id` where one was made."""

    inbox_id: int
    state: Literal["applied", "stored_older", "cancelled"] = "applied"
    decision_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxCounts:
    """The reconciliation. `conflicts` are part of `duplicate`, `stored_older` part of `applied`.

    `dead` includes what never reached the inbox because it could not be decoded.
    """

    received: int
    applied: int
    duplicate: int
    dead: int
    pending: int
    conflicts: int
    stored_older: int

    @property
    def balanced(self) -> bool:
        """Nothing lost: every received event is accounted for."""
        return self.received == self.applied + self.duplicate + self.dead + self.pending


class Inbox:
    """The inbox inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def accept(self, events: Sequence[IncomingEvent], now: datetime, door: str = "") -> list[Acceptance]:
        """Take events in, each (source, event_id) once; answers in the order of `events`.

        Same id and same payload hash: duplicate. Same id, other hash: conflict, kept with its raw bytes.
        """
        raise NotImplementedError

    def claim(self, limit: int, lanes: Sequence[Lane] = LANES) -> list[InboxItem]:
        """Up to `limit` pending items, live lane first, then by id; locked until the end of this transaction.

        On PostgreSQL items another worker holds are skipped; on SQLite the write transaction itself is the lock.
        """
        raise NotImplementedError

    def mark_applied(self, finished: Sequence[Finished], now: datetime) -> None:
        """Close claimed items. Raises StaleState when one of them is no longer pending."""
        raise NotImplementedError

    def mark_dead(self, inbox_ids: Sequence[int], now: datetime) -> None:
        """Close claimed items as dead; the reason goes to `dead_letters.add`. Raises StaleState as above."""
        raise NotImplementedError

    def by_id(self, inbox_id: int) -> InboxItem | None:
        """One item."""
        raise NotImplementedError

    def status(self, source: str, event_id: str) -> InboxItem | None:
        """The item of an event id, for "a place to look"."""
        raise NotImplementedError

    def counts(self) -> InboxCounts:
        """The reconciliation as of this transaction."""
        raise NotImplementedError

    def pending(self) -> dict[str, int]:
        """Pending items per lane."""
        raise NotImplementedError
