"""Dead letters of a stream: kept with all that came, told to the dead-letter topic, and never too many of them."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import TypeVar

from databases.audit_chain import NewEntry
from databases.columns import printable
from databases.dead_letters import NewDeadLetter
from databases.outbox import Message
from databases.unit_of_work import UnitOfWork
from integrations.errors import DoorError
from integrations.json_events.clues import clues
from integrations.kafka.port import DEAD_LETTERS, Record
from tradewarden.errors import TradeWardenError
from tradewarden.pipeline.apply import Worker

T = TypeVar("T")
LARGEST_FORWARDED = 8 * 1024 * 1024
"""A longer message the broker might refuse; the letter in the database holds all of it."""
SHOWN = 64 * 1024
REASON = 500


class StreamStopped(TradeWardenError):
    """So many records are dead letters that the fault must be ours or the sender's: a person has to look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A record that can't be applied, and why; the ids where it could be read that far."""

    record: Record
    reason: str
    event_id: str = ""
    order_id: str = ""
    attempts: int = 1


@dataclass(slots=True)
class RecentDead:
    """Which of the last records were dead letters; above the share the stream stops before it buries more."""

    share: float
    last: deque[bool] = field(default_factory=deque)

    @classmethod
    def known(cls, share: float, window: int, received: int, dead: int) -> "RecentDead":
        """As the database remembers it, so that starting again does not begin with a clean slate."""
        alive = max(0, min(received, window) - dead)
        return cls(share, deque([False] * alive + [True] * min(dead, window), maxlen=window))

    def with_more(self, alive: int, dead: int) -> "RecentDead":
        """What it would be with these records. Raises StreamStopped when that are too many."""
        more = deque(self.last, maxlen=self.last.maxlen)
        more.extend([False] * alive + [True] * dead)
        window = more.maxlen or 1
        if dead and self.share < 1 and sum(more) > self.share * window:
            raise StreamStopped(
                f"{sum(more)} of the last {len(more)} records of the streams are dead letters; the limit is "
                f"{self.share:.0%} of {window}. Nothing more is taken, nothing is lost. Look at the dead letters, mend "
                "the sender or update this platform, then start the worker again (TRADEWARDEN_DEAD_RATIO is the limit)."
            )
        return RecentDead(self.share, more)


def place_of(record: Record) -> str:
    """Where a record stands, as operators write it."""
    return f"{record.topic}[{record.partition}]@{record.offset}"


def door_of(topic: str) -> str:
    """The door of a topic, as the books name it."""
    return f"kafka:{topic}"


def read_or_bury(record: Record, read: Callable[[Record], T]) -> T | Unreadable:
    """What `read` makes of a record, or why it can't; whatever a record holds never stops the stream."""
    try:
        return read(record)
    except DoorError as error:
        return Unreadable(record=record, reason=str(error))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - what breaks the decoder is a dead letter, never a crash
        return Unreadable(record=record, reason=f"the decoder failed: {error!r}")


def bury_records(uow: UnitOfWork, unreadable: Sequence[Unreadable], worker: Worker, now: datetime) -> dict[int, str]:
    """Keep the records as letters in this transaction, put it on record, and tell the dead-letter topic.

    Returns the letters' numbers and places.
    """
    kept = keep_letters(uow, unreadable, worker.name, now)
    if worker.publish:
        tell_letters(uow, unreadable, now)
    return kept


def tell_letters(uow: UnitOfWork, unreadable: Sequence[Unreadable], now: datetime) -> None:
    """Put the records in line for the dead-letter topic, whatever topic they came from: their `place` names it."""
    uow.outbox.append([_message(item) for item in unreadable], now)


def keep_letters(uow: UnitOfWork, unreadable: Sequence[Unreadable], actor: str, now: datetime) -> dict[int, str]:
    """Keep the records as letters in this transaction, and put it on record in the actor's own chain.

    Returns the letters' numbers and places.
    """
    kept: dict[int, str] = {}
    for topic, group in groupby(
        sorted(unreadable, key=lambda item: item.record.topic), key=lambda item: item.record.topic
    ):
        letters = [_letter(item, door_of(topic)) for item in group]
        numbers = uow.dead_letters.add(letters, now)
        kept |= {number: letter.place for number, letter in zip(numbers, letters, strict=True)}
    uow.audit.append(actor, [_entry(item, actor, now) for item in unreadable])
    return kept


def _letter(item: Unreadable, door: str) -> NewDeadLetter:
    """Ids that no decoder has read are taken from the bytes, so that the letter is found by them; see `clues`."""
    found = clues(item.record.value or b"")
    return NewDeadLetter(
        source=door,
        place=place_of(item.record),
        reason=_reason(item),
        raw=item.record.value or b"",
        headers=headers_of(item.record),
        event_id=item.event_id or found.event_id,
        order_id=item.order_id or found.order_id,
        attempts=item.attempts,
    )


def headers_of(record: Record) -> dict[str, str]:
    """Headers as text; a name that comes twice gets a number, a key stands under `kafka.key`, bad bytes as escapes."""
    found: dict[str, str] = {}
    for name, value in record.headers:
        free = name if name not in found else f"{name}#{sum(known.split('#')[0] == name for known in found) + 1}"
        found[printable(free)] = _text(value)
    if record.key is not None:
        found.setdefault("kafka.key", _text(record.key))
    if record.value is None:
        found["kafka.tombstone"] = "true"
    return found


def _text(value: bytes | None) -> str:
    return printable((value or b"").decode("utf-8", "backslashreplace"))


def _reason(item: Unreadable) -> str:
    return printable(item.reason)[:REASON]


def _entry(item: Unreadable, actor: str, now: datetime) -> NewEntry:
    return NewEntry(
        at=now,
        actor=actor,
        action="event.dead",
        object_type="event",
        object_id=place_of(item.record),
        details={"attempts": item.attempts, "event": item.event_id, "order": item.order_id},
        reason=_reason(item)[:300],
    )


def _message(item: Unreadable) -> Message:
    value = item.record.value or b""
    place = place_of(item.record)
    headers = {"id": f"dead/{place}", "reason": _reason(item), "place": place, "attempts": str(item.attempts)}
    if len(value) > LARGEST_FORWARDED:
        headers["cut_from_bytes"] = str(len(value))
        value = value[:SHOWN]
    return Message(topic=DEAD_LETTERS, key=_text(item.record.key) or place, payload=value, headers=headers)
