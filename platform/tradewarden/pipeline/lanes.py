"""Lanes: live orders first, from the inbox and the stream; a bulk import only in the room they leave.

A turn takes at most one batch of each, and a bulk batch is small; so a live order never waits for more than that, no
matter how long the import is. What is not taken stays in the broker: memory holds one batch.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from databases.streams import ENDED, WAITING
from tradewarden.pipeline.apply import BatchResult, Worker
from tradewarden.pipeline.batch import process_batch
from tradewarden.pipeline.reader import RENEWALS, StreamReader
from tradewarden.wiring import Application

BULK_BATCH = 128
SHORT_SECONDS = 0.02


@dataclass(slots=True, kw_only=True)
class Lanes:
    """What one worker serves. Without readers it is the inbox alone."""

    app: Application
    worker: Worker
    live: StreamReader | None = None
    bulk: StreamReader | None = None
    _told: datetime | None = field(default=None, init=False)

    def turn(self, idle: bool = False) -> BatchResult:
        """One turn over the lanes; `idle` says that the last one found nothing, so waiting for a record costs nobody.

        Raises StorageError, TooManyDead and StreamStopped.
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
        size = min(self.worker.batch_size, BULK_BATCH)
        done = process_batch(self.app, replace(self.worker, lanes=("bulk",), batch_size=size))
        if self.bulk is not None and not done.claimed:
            done.add(self.bulk.try_read(SHORT_SECONDS if self.live is not None else wait))
        return done

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
            if self._told is None:
                uow.streams.start(self.worker.name, now, now + life)
            else:
                uow.streams.heartbeat(self.worker.name, now, now + life)
        self._told = now

    def hold(self, reason: str) -> None:
        """Put on record that the worker waits, and for what. Raises StorageError."""
        now = self.app.clock()
        with self.app.database.writing() as uow:
            life = timedelta(seconds=self.app.settings.lease_seconds)
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
            uow.streams.release(self.worker.name)
            uow.streams.heartbeat(self.worker.name, now, now, ENDED)
