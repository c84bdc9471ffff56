"""The worker loop: batch after batch until told to stop; a database that is away is waited for, not given up on."""

import threading
from collections.abc import Callable

import structlog

from databases.errors import DatabaseUnavailable
from tradewarden.pipeline.batch import BatchResult, Worker, process_batch
from tradewarden.wiring import Application

RETRY_SECONDS = 2.0
log = structlog.get_logger()


def work(
    app: Application,
    worker: Worker,
    stop: threading.Event,
    on_batch: Callable[[BatchResult], None] | None = None,
) -> None:
    """Run until `stop` is set. The batch in progress is finished first, so stopping never leaves half a decision."""
    log.info("worker.started", worker=worker.name)
    while not stop.is_set():
        try:
            result = process_batch(app, worker)
        except DatabaseUnavailable as error:
            log.error("worker.database_unavailable", detail=str(error)[:300], retry_seconds=RETRY_SECONDS)
            stop.wait(RETRY_SECONDS)
            continue
        if on_batch and result.claimed:
            on_batch(result)
        if not result.claimed:
            stop.wait(app.settings.idle_seconds)
    log.info("worker.stopped", worker=worker.name)
