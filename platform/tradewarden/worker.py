"""The worker loop: batch after batch until told to stop; whatever it can't go on without is waited for."""

import threading
from collections.abc import Callable

import structlog

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
        except Exception as error:  # noqa: BLE001 - a worker that dies helps nobody: say it loudly, hold, try again
            log.error("worker.holding", error=type(error).__name__, detail=str(error)[:500], retry=RETRY_SECONDS)
            stop.wait(RETRY_SECONDS)
            continue
        if on_batch and result.claimed:
            on_batch(result)
        if not result.claimed:
            stop.wait(app.settings.idle_seconds)
    log.info("worker.stopped", worker=worker.name)
