"""Hands: one worker process works several batches at once, so that a core is busy while the database answers.

It pays where that takes long (another machine, a slow disk). Beside a quick database the hands wait for each other
instead: with everything on two cores two hands did 530 orders/s and one 594 (`make bench`), so one is the default.

A hand is a worker in every respect: it has its own name, leases, consumers and audit chain, and is taken over by others
like a worker on another machine. Hands share the process and what stands in its memory: policy, lists, reference data.
"""

import threading
from collections.abc import Sequence
from dataclasses import replace

from tradewarden.pipeline.apply import Worker
from tradewarden.pipeline.lanes import Lanes
from tradewarden.wiring import Application
from tradewarden.worker import work


def hands_of(app: Application, worker: Worker) -> list[Worker]:
    """As many as set, the first under the name of the process; SQLite has one writer and so gets one hand."""
    count = 1 if app.database.is_sqlite else app.settings.hands
    others = [replace(worker, name=f"{worker.name}.{number}") for number in range(2, count + 1)]
    return [worker, *others]


def work_together(app: Application, hands: Sequence[Lanes], stop: threading.Event) -> None:
    """Let every hand work until `stop` is set; when one fails, the others finish their batches and stop too.

    Raises what the first one raised that failed.
    """
    failures: list[BaseException] = []

    def body(lanes: Lanes) -> None:
        try:
            work(app, lanes.worker, stop, lanes=lanes)
        except BaseException as error:  # noqa: BLE001 - handed on to the caller's thread, which raises it
            failures.append(error)
            stop.set()

    threads = [
        threading.Thread(target=body, args=(lanes,), name=f"hand {lanes.worker.name}", daemon=True) for lanes in hands
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
