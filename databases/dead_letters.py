"""Dead letters 死信: what could not be decoded or applied, with the raw bytes, the place and the reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Index, Table

from databases.columns import body, metadata, number, row_id, time, words
from databases.paging import Page, PageRequest

dead_letters = Table(
    "dead_letters",
    metadata,
    row_id(),
    words("source"),
    words("place"),
    words("event_id"),
    words("order_id"),
    words("reason"),
    body("raw"),
    body("headers"),
    number("attempts"),
    words("state"),
    number("inbox_id", nullable=True),
    time("received_at"),
    time("closed_at", nullable=True),
    words("closed_by"),
    number("replayed_as", nullable=True),
    Index(None, "state", "id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDeadLetter:
    """A letter to keep. `place` says where in the source (file and line, sheet and row, partition and offset).

    `inbox_id` is None when the event never reached the inbox (it could not even be decoded).
    """

    source: str
    place: str
    reason: str
    raw: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    event_id: str = ""
    order_id: str = ""
    attempts: int = 1
    inbox_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter(NewDeadLetter):
    """A kept letter. `state`: open, replayed or discarded."""

    letter_id: int
    state: str
    received_at: datetime
    closed_at: datetime | None = None
    closed_by: str = ""
    replayed_as: int | None = None


class DeadLetters:
    """Dead letters inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def add(self, letters: Sequence[NewDeadLetter], now: datetime) -> tuple[int, ...]:
        """Keep letters; returns their ids. Those without inbox item count as received and dead."""
        raise NotImplementedError

    def list(self, state: str = "open", page: PageRequest | None = None) -> Page[DeadLetter]:
        """Letters of a state ("" = all), newest first."""
        raise NotImplementedError

    def get(self, letter_id: int) -> DeadLetter | None:
        """One letter."""
        raise NotImplementedError

    def mark_replayed(self, letter_id: int, by: str, now: datetime, inbox_id: int) -> None:
        """The (mended) letter was handed in again as `inbox_id`. Raises StaleState unless it was open."""
        raise NotImplementedError

    def discard(self, letter_id: int, by: str, now: datetime) -> None:
        """Nothing to save in it. Raises StaleState unless it was open."""
        raise NotImplementedError

    def open_count(self) -> int:
        """Open letters."""
        raise NotImplementedError
