"""A process has its name to itself, as its leases, heartbeats and audit chain go by it.

Each start is known by its time, which stands in the database beside the name. A newcomer waits until the earlier one of
its name has been silent for long enough, and takes the name over; if that one is heard meanwhile, it lives, and the
newcomer is refused. One that was only away finds at its next sign of life that the name is no longer its own, and ends.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from databases.streams import NameHeard, WorkerState
from tradewarden.errors import CannotStart
from tradewarden.heartbeat import LIFE, SILENCE
from tradewarden.wiring import Application

LOOK_SECONDS = 0.5
PATIENCE = timedelta(seconds=5)
"""How much longer than the silence it waits for: clocks may differ a little."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Life:
    """A sign of life counts for `heard`; after `silence` without one another start may take the name."""

    heard: timedelta = LIFE
    silence: timedelta = SILENCE


@dataclass(slots=True)
class Claim:
    """The names of one process, taken before it does anything."""

    app: Application
    names: Sequence[str]
    life: Life = Life()
    monotonic: Callable[[], float] = time.monotonic

    def take(self, stop: threading.Event) -> datetime | None:
        """The time by which this start is known; None when `stop` was set while it waited.

        Raises CannotStart when another process goes by one of the names.
        """
        begun, known = self.monotonic(), dict[str, WorkerState]()
        while True:
            now = self.app.clock()
            try:
                with self.app.database.writing() as uow:
                    heard, silence = self.life.heard, self.life.silence
                    uow.streams.claim(self.names, now, now + heard, now + heard - silence)
                return now
            except NameHeard as error:
                other = error.worker
            if other.name not in known:
                self._say(other)
            patient = self.monotonic() - begun <= (self.life.silence + PATIENCE).total_seconds()
            if known.setdefault(other.name, other) != other or not patient:
                raise self._refusal(other, now)
            if stop.wait(LOOK_SECONDS):
                return None

    def _say(self, other: WorkerState) -> None:
        until = self._last_sign(other) + self.life.silence
        log.warning(
            "process.waiting",
            process=other.name,
            detail=f"waiting until {until.astimezone(UTC):%H:%M:%S} UTC for the earlier `{other.name}`",
        )

    def _refusal(self, other: WorkerState, now: datetime) -> CannotStart:
        ago = max(0, round((now - self._last_sign(other)).total_seconds()))
        since = f"{other.started_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        return CannotStart(
            f"`{other.name}` was heard {ago} s ago from another process, started at {since}. "
            "Give this one a --name of its own, or stop that one."
        )

    def _last_sign(self, other: WorkerState) -> datetime:
        return other.seen_until - self.life.heard
