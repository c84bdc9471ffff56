"""Apply: judge and record events that are in the inbox, in the caller's transaction; the same for doors and streams.

Whoever calls it claims the events first (from the inbox, or by having accepted them just now) and commits afterwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from databases.audit_chain import NewEntry
from databases.connections import translated
from databases.dead_letters import NewDeadLetter
from databases.errors import DatabaseUnavailable, MigrationMissing, ReadOnlyStorage
from databases.inbox import InboxItem, Lane
from databases.streams import LeaseLost
from databases.unit_of_work import UnitOfWork
from integrations.errors import DoorError
from integrations.json_events import decode_order
from tradewarden.errors import TradeWardenError
from tradewarden.pipeline.record import Recorder
from tradewarden.pipeline.waves import Arrived
from tradewarden.pipeline.work import work
from tradewarden.wiring import Application

LANES: tuple[Lane, ...] = ("live", "bulk")
TOLD = 20
"""So many dead letters are named in a log line; all are counted."""
log = structlog.get_logger()
OURS = (DatabaseUnavailable, ReadOnlyStorage, MigrationMissing, LeaseLost)
"""Errors of the memory itself; never the fault of an event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Who works: its name is the actor of its audit entries, its stream the chain they go to."""

    name: str = "worker"
    batch_size: int = 64
    lanes: tuple[Lane, ...] = LANES
    publish: bool = False


@dataclass(slots=True)
class BatchResult:
    """What a batch did. `polled` are the records read from a stream, `claimed` the events that were worked.

    Both 0 means there was nothing to do. `letters` are the dead letters kept: number to place.
    """

    claimed: int = 0
    decided: int = 0
    older: int = 0
    cancelled: int = 0
    dead: int = 0
    inbox_ids: list[int] = field(default_factory=list)
    polled: int = 0
    duplicate: int = 0
    conflict: int = 0
    letters: dict[int, str] = field(default_factory=dict)

    def add(self, other: "BatchResult") -> None:
        """Count another result in."""
        self.claimed += other.claimed
        self.decided += other.decided
        self.older += other.older
        self.cancelled += other.cancelled
        self.dead += other.dead
        self.inbox_ids.extend(other.inbox_ids)
        self.polled += other.polled
        self.duplicate += other.duplicate
        self.conflict += other.conflict
        self.letters |= other.letters


class Poisoned(Exception):
    """Working the claimed events failed; the cause is the error. Anything else that fails is not the events' fault."""


class TooManyDead(TradeWardenError):
    """So many events fail that the fault must be ours: stop instead of draining them into the dead letters."""


def is_ours(error: BaseException, app: Application) -> bool:
    """Whether an error is the platform's fault (database away, no memory, broken code): no event pays for it."""
    if isinstance(error, MemoryError | OSError | NameError | ImportError):
        return True
    return isinstance(error, Exception) and isinstance(translated(error, app.database.url, "write"), OURS)


def recorder_of(uow: UnitOfWork, app: Application, worker: Worker, now: datetime) -> Recorder:
    """How this worker records now. Raises CannotStart when no policy is in force."""
    context = app.standing.context(uow, app.checks, now)
    return Recorder(actor=worker.name, stream=worker.name, now=now, context=context, publish=worker.publish)


def apply(
    uow: UnitOfWork, app: Application, recorder: Recorder, arrived: Sequence[Arrived], result: BatchResult
) -> None:
    """Judge and record claimed events in the order given, and count them in `result`.

    Raises Poisoned when the events are at fault, and the error itself when it is ours.
    """
    try:
        worked = work(uow, app, recorder, arrived)
    except Exception as error:
        if is_ours(error, app):
            raise
        raise Poisoned from error
    result.decided += worked.decided
    result.cancelled += worked.cancelled
    result.older += worked.older


def readable(
    uow: UnitOfWork, items: Sequence[InboxItem], worker: Worker, now: datetime, result: BatchResult
) -> list[Arrived]:
    """The inbox items that decode; the others are buried at once."""
    found = []
    for item in items:
        try:
            found.append((item, decode_order(item.raw, item.source, item.received_at)))
        except DoorError as error:
            result.letters |= bury(uow, item, str(error), worker, now)
            result.dead += 1
    return found


def bury(uow: UnitOfWork, item: InboxItem, reason: str, worker: Worker, now: datetime) -> dict[int, str]:
    """Close an inbox item as dead and keep why; returns the letter's number and place."""
    letter = NewDeadLetter(
        source=item.source,
        place=f"inbox {item.inbox_id}",
        reason=reason,
        raw=item.raw,
        event_id=item.event_id,
        order_id=item.order_id,
        inbox_id=item.inbox_id,
    )
    [number] = uow.dead_letters.add([letter], now)
    uow.inbox.mark_dead([item.inbox_id], now)
    uow.audit.append(
        worker.name,
        [
            NewEntry(
                at=now,
                actor=worker.name,
                action="event.dead",
                object_type="event",
                object_id=f"{item.source}/{item.event_id}",
                reason=reason[:300],
            )
        ],
    )
    return {number: letter.place}


def tell_dead(letters: Mapping[int, str]) -> None:
    """One warning for the dead letters of a transaction that is committed: where they stood and their numbers."""
    if letters:
        log.warning(
            "dead_letters.kept",
            count=len(letters),
            letter_id=list(letters)[:TOLD],
            place=list(letters.values())[:TOLD],
            step="tradewarden dead-letters list",
        )
