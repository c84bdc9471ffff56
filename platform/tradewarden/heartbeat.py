"""Heartbeats: a process without a port says in the database that it lives and how it is; `tradewarden health` reads it.

The database is asked on purpose and not a file or a port: a process that can't reach the database does no work, so a
heartbeat that could still be heard would be a lie.
"""

import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from databases.streams import ENDED, RUNNING, STOPPED, WAITING, WorkerState
from tradewarden.wiring import Application

EVERY_SECONDS = 10.0
LIFE = timedelta(seconds=75)
"""Longer than a broker takes to fail a delivery twice, so that waiting for it does not look like death."""
SILENCE = timedelta(seconds=25)
"""Two heartbeats left out: another process may take the name; this one, should it live, ends at its next heartbeat."""
FORGOTTEN = timedelta(hours=24)
"""A process that was not heard for so long was replaced under another name."""
HOST = "{host}"
SILENT = "silent"
NEXT_STEPS = {
    SILENT: "read its log and start it again, or, if another does its work, `tradewarden health --forget {name}`",
    STOPPED: "mend what the reason names and start it again, or `tradewarden health --forget {name}`",
    WAITING: "mend what the reason names; it goes on by itself",
}


def process_name(name: str) -> str:
    """`{host}` in a name becomes the machine's name, in a container the container's: replicas differ by it."""
    return name.replace(HOST, socket.gethostname())


@dataclass(slots=True)
class Heartbeat:
    """Tells how a process is, at most every EVERY_SECONDS unless its state changes.

    With `started_at`, when its name was claimed, only as long as the name is its own.
    """

    app: Application
    name: str
    started_at: datetime | None = None
    monotonic: Callable[[], float] = time.monotonic
    _told: tuple[str, str] = field(default=("", ""), init=False)
    _due: float = field(default=0.0, init=False)

    def beat(self, state: str = RUNNING, reason: str = "", at_once: bool = False) -> bool:
        """Say it; answers whether it was written. Raises DatabaseUnavailable and Superseded."""
        if not at_once and (state, reason) == self._told and self.monotonic() < self._due:
            return False
        now = self.app.clock()
        with self.app.database.writing() as uow:
            uow.streams.own(self.name, self.started_at)
            uow.streams.heartbeat(self.name, now, now if state == ENDED else now + LIFE, state, reason)
        self._told, self._due = (state, reason), self.monotonic() + EVERY_SECONDS
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How a process is: `alive` it was heard in time, `ready` it also does its work, `word` says it in short.

    `next_step` says what to do, where something is to be done.
    """

    name: str
    alive: bool
    ready: bool
    word: str
    reason: str
    seen_until: datetime
    next_step: str = ""


def health_of(worker: WorkerState, now: datetime) -> Health:
    """What a heartbeat means now. A silent process and one that stopped for a reason are not alive."""
    silent = worker.seen_until <= now and worker.state not in {ENDED, STOPPED}
    word = SILENT if silent else worker.state
    alive = not silent and worker.state not in {ENDED, STOPPED}
    return Health(
        name=worker.name,
        alive=alive,
        ready=alive and worker.state == RUNNING,
        word=word,
        reason=worker.reason,
        seen_until=worker.seen_until,
        next_step=NEXT_STEPS.get(word, "").format(name=worker.name),
    )


def counts(found: Health, now: datetime) -> bool:
    """Whether it is one of the processes that should run: not ended, and not silent for FORGOTTEN."""
    return found.word != ENDED and not (found.word == SILENT and now - found.seen_until >= FORGOTTEN)
