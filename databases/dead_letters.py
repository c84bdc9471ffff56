"""Dead letters 死信: what could not be decoded or applied, with the raw bytes, the place and the reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Index, Row, Table, func, select

from databases.bulk import writes
from databases.columns import UtcTime, body, metadata, number, row_id, time, words
from databases.deliveries import enter
from databases.errors import NotFound, StaleState
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
    Index(None, "order_id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDeadLetter:
    """A letter to keep. `place` says where in the source (file and line, sheet and row, partition and offset).

    `inbox_id` is None when the event never reached the inbox (it could not even be decoded). `event_id` and `order_id`
    are then only what could be read of the bytes: by them the letter is found again, and nothing else.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterQuery:
    """Filters; empty means any. `reason` is a part of the reason, whatever its case; `order` an order id as a whole."""

    state: str = "open"
    source: str = ""
    reason: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class LetterCount:
    """How many letters of a source are in a state, and since when the oldest of them lies."""

    source: str
    state: str
    count: int
    oldest: datetime


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
            enter(self.connection, letters[0].source, now, received=undecoded, dead=undecoded)
        return ids

    def list(self, state: str = "open", page: PageRequest | None = None) -> Page[DeadLetter]:
        """Letters of a state ("" = all), newest first."""
        return self.search(LetterQuery(state=state), page)

    def search(self, query: LetterQuery, page: PageRequest | None = None) -> Page[DeadLetter]:
        """Letters that meet the filters, newest first."""
        wanted = select(dead_letters).where(*_meets(query)).order_by(dead_letters.c.id.desc())
        return paged(self.connection, wanted, page, _letter)

    def ids(self, query: LetterQuery) -> tuple[int, ...]:
        """The numbers of the letters that meet the filters, oldest first."""
        wanted = select(dead_letters.c.id).where(*_meets(query)).order_by(dead_letters.c.id)
        return tuple(self.connection.execute(wanted).scalars())

    def of_order(self, order_id: str, limit: int = 20) -> tuple[tuple[int, str], ...]:
        """Number and state of the latest letters that name this order, newest first."""
        c = dead_letters.c
        wanted = select(c.id, c.state).where(*_meets(LetterQuery(state="", order=order_id))).order_by(c.id.desc())
        return tuple((row.id, row.state) for row in self.connection.execute(wanted.limit(limit)))

    def tally(self) -> tuple[LetterCount, ...]:
        """Letters by source and state, most first."""
        c = dead_letters.c
        oldest = func.min(c.received_at, type_=UtcTime())
        query = select(c.source, c.state, func.count(), oldest).group_by(c.source, c.state)
        rows = self.connection.execute(query.order_by(func.count().desc(), c.source, c.state))
        return tuple(LetterCount(*row) for row in rows)

    def get(self, letter_id: int) -> DeadLetter | None:
        """One letter."""
        row = self.connection.execute(select(dead_letters).where(dead_letters.c.id == letter_id)).first()
        return None if row is None else _letter(row)

    def reason_of(self, inbox_id: int) -> str:
        """Why the event of an inbox row could not be applied (its latest letter); "" when no letter was kept."""
        c = dead_letters.c
        query = select(c.reason).where(c.inbox_id == inbox_id).order_by(c.id.desc()).limit(1)
        return str(self.connection.execute(query).scalar() or "")

    def latest_of(self, inbox_id: int) -> int | None:
        """The latest letter of an inbox item."""
        c = dead_letters.c
        query = select(func.max(c.id)).where(c.inbox_id == inbox_id)
        found: int | None = self.connection.execute(query).scalar()
        return found

    def held(self, letter_id: int) -> DeadLetter:
        """An open letter, held against everybody else until the end of this transaction.

        Raises NotFound, and StaleState naming who closed it.
        """
        wanted = select(dead_letters).where(dead_letters.c.id == letter_id)
        if writes(self.connection):
            wanted = wanted.with_for_update()
        row = self.connection.execute(wanted).first()
        if row is None:
            raise NotFound(f"there is no dead letter {letter_id}")
        if row.state != "open":
            raise StaleState(f"dead letter {letter_id} was {row.state} by {row.closed_by} at {row.closed_at:%F %T} UTC")
        return _letter(row)

    def attempted(self, letter_id: int) -> None:
        """One more attempt that did not succeed; the letter stays open."""
        more = dead_letters.update().where(dead_letters.c.id == letter_id).values(attempts=dead_letters.c.attempts + 1)
        self.connection.execute(more)

    def mark_item_replayed(self, inbox_id: int, by: str, now: datetime) -> tuple[int, ...]:
        """Every open letter of an inbox item whose event has been revived; returns their numbers."""
        c = dead_letters.c
        closed = dead_letters.update().where(c.inbox_id == inbox_id, c.state == "open").returning(c.id)
        values = {"state": "replayed", "closed_by": by, "closed_at": now, "replayed_as": inbox_id}
        return tuple(self.connection.execute(closed.values(values)).scalars())

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

    def oldest_open(self) -> datetime | None:
        """Since when the oldest open letter lies; None when there is none."""
        c = dead_letters.c
        query = select(func.min(c.received_at, type_=UtcTime())).where(c.state == "open")
        found: datetime | None = self.connection.execute(query).scalar()
        return found


def _meets(query: LetterQuery) -> list[ColumnElement[bool]]:
    c = dead_letters.c
    exact = ((c.state, query.state), (c.source, query.source), (c.order_id, query.order))
    wanted = [column == value for column, value in exact if value]
    return [*wanted, c.reason.icontains(query.reason, autoescape=True)] if query.reason else wanted


def _letter(row: Row[Any]) -> DeadLetter:
    values = dict(row._mapping)
    headers = msgspec.json.decode(values.pop("headers"), type=dict[str, str])
    return DeadLetter(letter_id=values.pop("id"), headers=headers, **values)
