"""Lanes: live orders first, from the inbox and the stream; a bulk import only in the room they leave.

A turn takes at most one batch of each, and a bulk batch is as small as the machine is slow; so a live order waits for
about BULK_SECONDS, no matter how long the import is. What is not taken stays in the broker: memory holds one batch.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from databases.streams import ENDED, WAITING
from tradewarden.pipeline.apply import BatchResult, Worker
from tradewarden.pipeline.batch import process_batch
from tradewarden.pipeline.reader import RENEWALS, StreamReader
from tradewarden.wiring import Application

BULK_BATCH = 128
SMALLEST_BULK = 4
BULK_SECONDS = 0.4
SHORT_SECONDS = 0.02


@dataclass(slots=True, kw_only=True)
class Lanes:
    """What one worker serves. Without readers it is the inbox alone. `started_at`: when its name was claimed."""

    app: Application
    worker: Worker
    live: StreamReader | None = None
    bulk: StreamReader | None = None
    started_at: datetime | None = None
    monotonic: Callable[[], float] = time.monotonic
    _told: datetime | None = field(default=None, init=False)
    _size: int = field(default=SMALLEST_BULK, init=False)

    def turn(self, idle: bool = False) -> BatchResult:
        """One turn over the lanes; `idle` says that the last one found nothing, so waiting for a record costs nobody.

        Raises StorageError (Superseded among them), TooManyDead and StreamStopped.
        """
        self._live_sign()
        wait = self.app.settings.idle_seconds if idle else SHORT_SECONDS
        total = BatchResult()
        if "live" in self.worker.lanes:
            total.add(process_batch(self.app, replace(self.worker, lanes=("live",))))
            if self.live is not None:
                total.add(self.live.try_read(wait if not total.claimed else SHORT_SECONDS))
        room = max(total.claimed, total.polled) < self.worker.batch_size
        if "bulk" in self.worker.lanes:
            total.add(self._bulk(room, wait))
        return total

    def _bulk(self, room: bool, wait: float) -> BatchResult:
        if not room:
            if self.bulk is not None:
                self.bulk.keep()
            return BatchResult()
        begun = self.monotonic()
        done = process_batch(self.app, replace(self.worker, lanes=("bulk",), batch_size=self._bulk_size))
        if self.bulk is not None and not done.claimed:
            self.bulk.worker = replace(self.bulk.worker, batch_size=self._bulk_size)
            done.add(self.bulk.try_read(SHORT_SECONDS if self.live is not None else wait))
        self._fit(self.monotonic() - begun, max(done.claimed, done.polled))
        return done

    @property
    def _bulk_size(self) -> int:
        """Events of a bulk batch: nobody waits for it when only the bulk lane is served."""
        return min(self.worker.batch_size, self._size) if "live" in self.worker.lanes else self.worker.batch_size

    def _fit(self, seconds: float, events: int) -> None:
        """Larger batches while they are quick, smaller ones as soon as a live order would have waited too long."""
        if seconds > BULK_SECONDS:
            self._size = max(SMALLEST_BULK, self._size // 2)
        elif events >= self._size and seconds < BULK_SECONDS / 2:
            self._size = min(BULK_BATCH, self._size * 2)

    @property
    def reads(self) -> bool:
        """Whether a stream is read, so that an idle turn has waited already."""
        return self.live is not None or self.bulk is not None

    def _live_sign(self) -> None:
        """A worker of the inbox alone has no lease to renew; it says that it lives all the same."""
        now = self.app.clock()
        life = timedelta(seconds=self.app.settings.lease_seconds)
        if self.reads or (self._told is not None and self._told <= now < self._told + life / RENEWALS):
            return
        with self.app.database.writing() as uow:
            uow.streams.own(self.worker.name, self.started_at)
            uow.streams.heartbeat(self.worker.name, now, now + life)
        self._told = now

    def hold(self, reason: str) -> None:
        """Put on record that the worker waits, and for what. Raises StorageError."""
        now = self.app.clock()
        with self.app.database.writing() as uow:
            life = timedelta(seconds=self.app.settings.lease_seconds)
            uow.streams.own(self.worker.name, self.started_at)
            uow.streams.heartbeat(self.worker.name, now, now + life, WAITING, reason[:500])
        self._told = None

    def stop_loudly(self, reason: str) -> None:
        """Put on record that the worker stopped by itself, and raise the alarm. Raises StorageError."""
        for reader in filter(None, (self.live, self.bulk)):
            reader.stop_loudly(reason)

    def end(self) -> None:
        """Give everything back. Raises StorageError."""
        for reader in filter(None, (self.live, self.bulk)):
            reader.reconnect()
        now = self.app.clock()
        with self.app.database.writing() as uow:
            uow.streams.own(self.worker.name, self.started_at)
            if self.reads:
                uow.streams.release(self.worker.name)
            uow.streams.heartbeat(self.worker.name, now, now, ENDED)
