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
from tradewarden.pipeline.assess import assess
from tradewarden.pipeline.gather import decision_id_of, gather
from tradewarden.pipeline.record import Recorder
from tradewarden.pipeline.waves import waves
from tradewarden.wiring import Application

LANES: tuple[Lane, ...] = ("live", "bulk")
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


def process_batch(app: Application, worker: Worker) -> BatchResult:
    """Work one batch off the inbox. Raises StorageError when the database itself can't go on; then nothing changed."""
    try:
        return _attempt(app, worker, worker.batch_size)
    except (DatabaseUnavailable, ReadOnlyStorage):
        raise
    except Exception as error:  # noqa: BLE001 - some event poisons the batch: find it by taking them one at a time
        log.warning("batch.failed", error=type(error).__name__, detail=str(error)[:300])
        return _one_by_one(app, worker)


def _one_by_one(app: Application, worker: Worker) -> BatchResult:
    total = BatchResult()
    for _ in range(worker.batch_size):
        try:
            result = _attempt(app, worker, 1)
        except (DatabaseUnavailable, ReadOnlyStorage):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the event is kept as a dead letter with the reason
            log.error("event.poisoned", error=type(error).__name__, detail=str(error)[:300])
            result = _bury_next(app, worker, error)
        if not result.claimed:
            break
        total.claimed += result.claimed
        total.decided += result.decided
        total.older += result.older
        total.cancelled += result.cancelled
        total.dead += result.dead
        total.inbox_ids.extend(result.inbox_ids)
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
        readable = []
        for item in items:
            try:
                readable.append((item, decode_order(item.raw, item.source, item.received_at)))
            except DoorError as error:
                _bury(uow, item, str(error), worker, now)
                result.dead += 1
        for wave in waves(readable):
            _work(uow, wave, app, recorder, result)
        return result


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
    facts = {item.decision.decision_id: item.facts for item in assessed}
    recorder.revisions(
        uow,
        [
            (event, item.inbox_id, item.payload_hash, facts.get(decision_id_of(event.order_id, event.revision)))
            for item, event in wave
        ],
    )
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


def _bury_next(app: Application, worker: Worker, error: Exception) -> BatchResult:
    now = app.clock()
    with app.database.writing() as uow:
        items = uow.inbox.claim(1, worker.lanes)
        for item in items:
            _bury(uow, item, f"{type(error).__name__}: {error}"[:500], worker, now)
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
