"""One batch: claim from the inbox, judge, record, commit; all in one transaction, so a kill at any point undoes it all.

A poisonous event costs itself, never its batch: when a batch fails, its events are taken one by one, and the one that
fails alone goes to the dead letters.
"""

import structlog

from tradewarden.failpoints import reach
from tradewarden.pipeline.apply import (
    BatchResult,
    Poisoned,
    TooManyDead,
    Worker,
    apply,
    bury,
    readable,
    recorder_of,
    tell_dead,
)
from tradewarden.tracing import traced
from tradewarden.wiring import Application

__all__ = ["TooManyDead", "Worker", "process_batch"]

DEAD_LIMIT = 10
log = structlog.get_logger()


@traced("batch")
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
        recorder = recorder_of(uow, app, worker, now)
        reach("apply")
        apply(uow, app, recorder, readable(uow, items, worker, now, result), result)
        reach("apply")
        reach("commit")
    reach("commit")
    tell_dead(result.letters)
    return result


def _bury_next(app: Application, worker: Worker, reason: str) -> BatchResult:
    now = app.clock()
    with app.database.writing() as uow:
        items = uow.inbox.claim(1, worker.lanes)
        result = BatchResult(claimed=len(items), dead=len(items), inbox_ids=[item.inbox_id for item in items])
        for item in items:
            result.letters |= bury(uow, item, reason[:500], worker, now)
    tell_dead(result.letters)
    return result
