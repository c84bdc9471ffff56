"""One batch: claim from the inbox, judge, record, commit; all in one transaction, so a kill at any point undoes it all.

A poisonous event costs itself, never its batch: when a batch fails, its events are taken one by one, and the one that
fails alone goes to the dead letters.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from databases.audit_chain import NewEntry
from databases.dead_letters import NewDeadLetter
from databases.errors import DatabaseUnavailable, ReadOnlyStorage
from databases.inbox import Finished, InboxItem, Lane
from databases.orders import OrderHead
from databases.unit_of_work import UnitOfWork
from integrations.errors import DoorError
from integrations.json_events import decode_order
from risk.nouns.order import EventType, OrderEvent
from tradewarden.errors import TradeWardenError
from tradewarden.pipeline.assess import assess
from tradewarden.pipeline.gather import decision_id_of, gather
from tradewarden.pipeline.record import Recorder
from tradewarden.pipeline.waves import waves
from tradewarden.wiring import Application

LANES: tuple[Lane, ...] = ("live", "bulk")
DEAD_LIMIT = 10
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """Who works: its name is the actor of its audit entries, its stream the chain they go to."""

    name: str = "worker"
    batch_size: int = 64
    lanes: tuple[Lane, ...] = LANES
    publish: bool = False


@dataclass(slots=True)
class BatchResult:
    """What a batch did. `claimed` 0 means there was nothing to do."""

    claimed: int = 0
    decided: int = 0
    older: int = 0
    cancelled: int = 0
    dead: int = 0
    inbox_ids: list[int] = field(default_factory=list)

    def add(self, other: "BatchResult") -> None:
        """Count another result in."""
        self.claimed += other.claimed
        self.decided += other.decided
        self.older += other.older
        self.cancelled += other.cancelled
        self.dead += other.dead
        self.inbox_ids.extend(other.inbox_ids)


class Poisoned(Exception):
    """Working the claimed events failed; the cause is the error. Anything else that fails is not the events' fault."""


class TooManyDead(TradeWardenError):
    """So many events fail that the fault must be ours: stop instead of draining the inbox into the dead letters."""


def process_batch(app: Application, worker: Worker) -> BatchResult:
    """Work one batch off the inbox.

    Raises StorageError and CannotStart when the platform itself can't go on, and TooManyDead; then the events stay.
    """
    try:
        return _attempt(app, worker, worker.batch_size)
    except Poisoned as error:
        log.warning("batch.failed", error=repr(error.__cause__)[:300])
        return _one_by_one(app, worker)


def _one_by_one(app: Application, worker: Worker) -> BatchResult:
    total = BatchResult()
    for _ in range(worker.batch_size):
        try:
            result = _attempt(app, worker, 1)
        except Poisoned as error:
            if total.dead >= DEAD_LIMIT and total.dead * 2 > total.claimed:
                raise TooManyDead(
                    f"{total.dead} of {total.claimed} events failed one after the other, the last with "
                    f"{error.__cause__!r}. Nothing more is taken until this is mended; see the dead letters."
                ) from error
            log.error("event.poisoned", error=repr(error.__cause__)[:300])
            result = _bury_next(app, worker, repr(error.__cause__))
        if not result.claimed:
            break
        total.add(result)
    return total


def _attempt(app: Application, worker: Worker, limit: int) -> BatchResult:
    now = app.clock()
    with app.database.writing() as uow:
        items = uow.inbox.claim(limit, worker.lanes)
        result = BatchResult(claimed=len(items), inbox_ids=[item.inbox_id for item in items])
        if not items:
            return result
        context = app.standing.context(uow, app.checks, now)
        recorder = Recorder(actor=worker.name, stream=worker.name, now=now, context=context, publish=worker.publish)
        try:
            for wave in waves(_readable(uow, items, worker, now, result)):
                _work(uow, wave, app, recorder, result)
        except (DatabaseUnavailable, ReadOnlyStorage):
            raise
        except Exception as error:
            raise Poisoned from error
        return result


def _readable(
    uow: UnitOfWork, items: Sequence[InboxItem], worker: Worker, now: datetime, result: BatchResult
) -> list[tuple[InboxItem, OrderEvent]]:
    """The items that decode; the others are buried at once."""
    readable = []
    for item in items:
        try:
            readable.append((item, decode_order(item.raw, item.source, item.received_at)))
        except DoorError as error:
            _bury(uow, item, str(error), worker, now)
            result.dead += 1
    return readable


def _work(
    uow: UnitOfWork,
    wave: Sequence[tuple[InboxItem, OrderEvent]],
    app: Application,
    recorder: Recorder,
    result: BatchResult,
) -> None:
    heads = uow.orders.heads([event.order_id for _, event in wave])
    fresh = [event for _, event in wave if event.order is not None and not _is_older(event, heads)]
    gathered = gather(uow, fresh, app.standing, recorder.context, recorder.now)
    assessed = [assess(app.checks, item, recorder.context) for item in gathered]
    recorder.revisions(uow, [(event, item) for item, event in wave])
    recorder.decisions(uow, assessed)
    finished = [_finished(item, event, heads) for item, event in wave]
    cancelled = [event for _, event in wave if event.order is None and not _is_older(event, heads)]
    _cancel(uow, cancelled, recorder)
    uow.inbox.mark_applied(finished, recorder.now)
    result.decided += len(assessed)
    result.cancelled += len(cancelled)
    result.older += sum(item.state == "stored_older" for item in finished)


def _is_older(event: OrderEvent, heads: dict[str, OrderHead]) -> bool:
    """Whether something at least as new stands already; a cancellation ranks just above its own revision."""
    head = heads.get(event.order_id)
    standing = 2 * event.revision + (event.type is EventType.CANCELLED)
    return head is not None and head.standing >= standing


def _finished(item: InboxItem, event: OrderEvent, heads: dict[str, OrderHead]) -> Finished:
    if _is_older(event, heads):
        return Finished(item.inbox_id, "stored_older")
    if event.order is None:
        return Finished(item.inbox_id, "cancelled")
    return Finished(item.inbox_id, "applied", decision_id_of(event.order_id, event.revision))


def _cancel(uow: UnitOfWork, events: Sequence[OrderEvent], recorder: Recorder) -> None:
    if not events:
        return
    uow.alerts.supersede([event.order_id for event in events], recorder.now)
    uow.audit.append(
        recorder.stream,
        [
            NewEntry(
                at=recorder.now,
                actor=recorder.actor,
                action="order.cancelled",
                object_type="order",
                object_id=event.order_id,
                details={"revision": event.revision, "source": event.source, "event_id": event.event_id},
            )
            for event in events
        ],
    )


def _bury_next(app: Application, worker: Worker, reason: str) -> BatchResult:
    now = app.clock()
    with app.database.writing() as uow:
        items = uow.inbox.claim(1, worker.lanes)
        for item in items:
            _bury(uow, item, reason[:500], worker, now)
        return BatchResult(claimed=len(items), dead=len(items), inbox_ids=[item.inbox_id for item in items])


def _bury(uow: UnitOfWork, item: InboxItem, reason: str, worker: Worker, now: datetime) -> None:
    uow.dead_letters.add(
        [
            NewDeadLetter(
                source=item.source,
                place=f"inbox {item.inbox_id}",
                reason=reason,
                raw=item.raw,
                event_id=item.event_id,
                order_id=item.order_id,
                inbox_id=item.inbox_id,
            )
        ],
        now,
    )
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
