"""Stop on request: Ctrl-C and SIGTERM set an event, and what is in hand is finished first; a second one leaves at once.

Leaving at once, or after the grace period, is safe at any point: a transaction that was not committed is undone by the
database, and messages that were sent but not marked go out again with the same id.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from types import FrameType

import structlog

GRACE_SECONDS = 10.0
log = structlog.get_logger()


def stop_on_signal() -> threading.Event:
    """An event that SIGTERM or SIGINT sets; the second one ends the process. Call it in the main thread."""
    stop = threading.Event()

    def finish(number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            leave(128 + number)
        stop.set()

    signal.signal(signal.SIGTERM, finish)
    signal.signal(signal.SIGINT, finish)
    return stop


def until_stopped(work: Callable[[threading.Event], None], grace_seconds: float = GRACE_SECONDS) -> None:
    """Do `work(stop)` until a signal sets `stop`, then give it the grace period, and leave with status 0.

    It runs in a thread, so that a broker or database that does not answer can't keep the process from leaving.
    Raises what `work` raises.
    """
    stop = stop_on_signal()
    failures: list[BaseException] = []

    def body() -> None:
        try:
            work(stop)
        except BaseException as error:  # noqa: BLE001 - handed on to the main thread, which raises it
            failures.append(error)

    thread = threading.Thread(target=body, name="work", daemon=True)
    thread.start()
    while thread.is_alive() and not stop.wait(0.5):
        pass
    finish([thread], grace_seconds)
    if failures:
        raise failures[0]


def finish(threads: Sequence[threading.Thread], grace_seconds: float = GRACE_SECONDS) -> None:
    """Wait for threads that were told to stop; one that is still busy after the grace period is left behind."""
    for thread in threads:
        thread.join(grace_seconds)
    busy = [thread.name for thread in threads if thread.is_alive()]
    if busy:
        log.warning("process.left_busy", threads=busy, waited_seconds=grace_seconds)
        leave(0)


def leave(status: int) -> None:
    """End the process without waiting for anybody."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
