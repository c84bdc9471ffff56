"""The worker loop: turn after turn until told to stop; whatever it can't go on without is waited for."""

import threading
from collections.abc import Callable
from contextlib import suppress

import structlog

from databases.errors import StorageBusy, StorageError
from databases.streams import Superseded
from tradewarden.pipeline.apply import BatchResult, Worker
from tradewarden.pipeline.lanes import Lanes
from tradewarden.pipeline.stream_letters import StreamStopped
from tradewarden.wiring import Application

RETRY_SECONDS = 2.0
BUSY_SECONDS = 0.05
log = structlog.get_logger()


def work(
    app: Application,
    worker: Worker,
    stop: threading.Event,
    on_batch: Callable[[BatchResult], None] | None = None,
    lanes: Lanes | None = None,
) -> None:
    """Run until `stop` is set; `lanes` adds streams to the inbox.

    The batch in progress is finished first, so stopping never leaves half a decision. Raises StreamStopped when so
    many records are dead letters that a person has to look, Superseded when another process has its name now.
    """
    lanes = lanes or Lanes(app=app, worker=worker)
    log.info("worker.started", worker=worker.name)
    idle = False
    while not stop.is_set():
        try:
            result = lanes.turn(idle)
        except StreamStopped as error:
            log.error("worker.stream_stopped", worker=worker.name, detail=str(error)[:500])
            lanes.stop_loudly(str(error))
            raise
        except Superseded as error:
            log.error("worker.superseded", worker=worker.name, detail=str(error)[:500])
            raise
        except StorageBusy as error:
            # two workers wanted the same rows in another order; the one that was sent back goes again at once
            log.info("worker.sent_back", worker=worker.name, detail=str(error)[:300])
            stop.wait(BUSY_SECONDS)
            continue
        except Exception as error:  # noqa: BLE001 - a worker that dies helps nobody: say it loudly, hold, try again
            _hold(lanes, error)
            stop.wait(RETRY_SECONDS)
            continue
        idle = not (result.claimed or result.polled)
        if on_batch and not idle:
            on_batch(result)
        if idle and not lanes.reads:
            stop.wait(app.settings.idle_seconds)
    with suppress(StorageError):  # whoever waits for our partitions gets them when the lease has run out
        lanes.end()
    log.info("worker.stopped", worker=worker.name)


def _hold(lanes: Lanes, error: Exception) -> None:
    name = lanes.worker.name
    log.error("worker.holding", worker=name, error=type(error).__name__, detail=str(error)[:500], retry=RETRY_SECONDS)
    with suppress(Exception):  # the database may be what is away; the log line above has said it
        lanes.hold(f"{type(error).__name__}: {error}")
