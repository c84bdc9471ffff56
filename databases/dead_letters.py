"""Dead letters 死信: what could not be decoded or applied, with the raw bytes, the place and the reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Index, Row, Table, func, select

from databases.columns import body, metadata, number, row_id, time, words
from databases.errors import StaleState
from databases.inbox import receptions
from databases.paging import Page, PageRequest, paged
from risk.canonical import canonical

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
    number("inbox_id", foreign_key="inbox.id", nullable=True),
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
        if not letters:
            return ()
        rows = [
            {
                "source": letter.source,
                "place": letter.place,
                "event_id": letter.event_id,
                "order_id": letter.order_id,
                "reason": letter.reason,
                "raw": letter.raw,
                "headers": canonical(letter.headers),
                "attempts": letter.attempts,
                "state": "open",
                "inbox_id": letter.inbox_id,
                "received_at": now,
            }
            for letter in letters
        ]
        statement = dead_letters.insert().returning(dead_letters.c.id, sort_by_parameter_order=True)
        ids = tuple(self.connection.execute(statement, rows).scalars())
        undecoded = sum(1 for letter in letters if letter.inbox_id is None)
        if undecoded:
            row = {"at": now, "door": letters[0].source, "received": undecoded, "dead": undecoded}
            self.connection.execute(receptions.insert(), row | {"accepted": 0, "duplicate": 0, "conflict": 0})
        return ids

    def list(self, state: str = "open", page: PageRequest | None = None) -> Page[DeadLetter]:
        """Letters of a state ("" = all), newest first."""
        query = select(dead_letters).order_by(dead_letters.c.id.desc())
        if state:
            query = query.where(dead_letters.c.state == state)
        return paged(self.connection, query, page, _letter)

    def get(self, letter_id: int) -> DeadLetter | None:
        """One letter."""
        row = self.connection.execute(select(dead_letters).where(dead_letters.c.id == letter_id)).first()
        return None if row is None else _letter(row)

    def reason_of(self, inbox_id: int) -> str:
        """Why the event of an inbox row could not be applied (its latest letter); "" when no letter was kept."""
        c = dead_letters.c
        query = select(c.reason).where(c.inbox_id == inbox_id).order_by(c.id.desc()).limit(1)
        return str(self.connection.execute(query).scalar() or "")

    def mark_replayed(self, letter_id: int, by: str, now: datetime, inbox_id: int) -> None:
        """The (mended) letter was handed in again as `inbox_id`. Raises StaleState unless it was open."""
        self._close(letter_id, state="replayed", closed_by=by, closed_at=now, replayed_as=inbox_id)

    def discard(self, letter_id: int, by: str, now: datetime) -> None:
        """Nothing to save in it. Raises StaleState unless it was open."""
        self._close(letter_id, state="discarded", closed_by=by, closed_at=now)

    def _close(self, letter_id: int, **values: Any) -> None:
        wanted = (dead_letters.c.id == letter_id) & (dead_letters.c.state == "open")
        if not self.connection.execute(dead_letters.update().where(wanted).values(**values)).rowcount:
            raise StaleState(f"dead letter {letter_id} is not open (any more); look at it again")

    def open_count(self) -> int:
        """Open letters."""
        query = select(func.count()).select_from(dead_letters).where(dead_letters.c.state == "open")
        return int(self.connection.execute(query).scalar_one())


def _letter(row: Row[Any]) -> DeadLetter:
    values = dict(row._mapping)
    headers = msgspec.json.decode(values.pop("headers"), type=dict[str, str])
    return DeadLetter(letter_id=values.pop("id"), headers=headers, **values)
