"""A reader: one lane's consumer with the partitions this worker leases, from connecting to giving them back.

Losing the broker, the database or a partition costs time only: the reader starts again at the offsets in the database.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from databases.alerts import NewAlert
from databases.streams import RUNNING, STOPPED, WAITING, LeaseLost
from integrations.errors import Unavailable
from integrations.kafka.port import Consumer, Partition
from tradewarden.pipeline.apply import BatchResult, Worker
from tradewarden.pipeline.stream import Reading, consume, lane_of
from tradewarden.wiring import Application

RENEWALS = 5
"""How often a lease is renewed within its time."""
RETRY_SECONDS = 2.0
SAY_AGAIN_SECONDS = 60.0
"""How often an outage that lasts is logged."""
ALARM_DUE = timedelta(hours=4)
log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class StreamReader:
    """Reads `topics`; `connect` makes the consumer, again after each failure. Used by one thread.

    `all_topics` is what the worker reads with all its readers, which its fair share is reckoned from.
    With `started_at`, when the worker's name was claimed, it ends (Superseded) when the name is no longer its own.
    """

    app: Application
    worker: Worker
    connect: Callable[[], Consumer]
    topics: Sequence[str]
    all_topics: Sequence[str] = ()
    started_at: datetime | None = None
    reading: Reading = field(default_factory=Reading)
    monotonic: Callable[[], float] = time.monotonic
    _consumer: Consumer | None = None
    _renewed: datetime | None = None
    _retry_at: float = 0.0
    _away_since: float | None = None
    _say_at: float = 0.0

    def try_read(self, seconds: float) -> BatchResult:
        """As `read`, but a broker that is away is said and waited for, so that the inbox goes on meanwhile."""
        if self.monotonic() < self._retry_at:
            return BatchResult()
        try:
            found = self.read(seconds)
        except Unavailable as error:
            self._wait(error)
            try:
                self.tell(WAITING, str(error))  # first: closing may take its time
            finally:
                self.reconnect()
            return BatchResult()
        self._back()
        return found

    def _wait(self, error: Unavailable) -> None:
        """Try again later; said once for an outage of this lane, then every SAY_AGAIN_SECONDS."""
        now = self.monotonic()
        self._retry_at = now + RETRY_SECONDS
        if self._away_since is None:
            self._away_since = self._say_at = now
        if now >= self._say_at:
            self._say_at = now + SAY_AGAIN_SECONDS
            log.error(
                "stream.waiting", **self._who, detail=str(error)[:300], away_seconds=round(now - self._away_since)
            )

    def _back(self) -> None:
        """The broker answers: said once after an outage."""
        if self._away_since is not None:
            log.info("stream.back", **self._who, away_seconds=round(self.monotonic() - self._away_since))
            self._away_since = None

    @property
    def _who(self) -> dict[str, str]:
        return {"worker": self.worker.name, "lane": lane_of(self.topics[0])}

    def read(self, seconds: float) -> BatchResult:
        """One batch, waiting at most `seconds` for its first record.

        Raises Unavailable, StorageError and StreamStopped; the next call goes on where the database says.
        """
        consumer = self.ready()
        if not consumer.assignment():
            time.sleep(seconds)  # more workers than partitions: this one stands by
            return BatchResult()
        try:
            return consume(self.app, self.worker, consumer, self.reading, seconds)
        except LeaseLost as error:
            log.warning("stream.lease_lost", worker=self.worker.name, detail=str(error)[:200])
            self._renewed = None
            return BatchResult()

    def keep(self) -> None:
        """Renew the lease without reading, while other work has the right of way."""
        if self._consumer is None or self.monotonic() < self._retry_at:
            return
        try:
            self.ready()
        except Unavailable as error:
            self._wait(error)
            self.reconnect()
        else:
            self._back()

    def ready(self) -> Consumer:
        """The consumer, connected, its lease renewed when that is due. Raises Unavailable and StorageError."""
        now = self.app.clock()
        if self._consumer is None:
            self._consumer = self.connect()
            with self.app.database.writing() as uow:
                uow.streams.own(self.worker.name, self.started_at)
                begun = self.started_at or now
                uow.streams.start(self.worker.name, begun, now + self._lease, self.all_topics or self.topics)
        # also when the clock was set back
        if self._renewed is None or not self._renewed <= now < self._renewed + self._lease / RENEWALS:
            self.renew(self._consumer, now)
            self._renewed = now
        return self._consumer

    @property
    def _lease(self) -> timedelta:
        return timedelta(seconds=self.app.settings.lease_seconds)

    def renew(self, consumer: Consumer, now: datetime) -> None:
        """Say that we live, take our share of the partitions, and look where they end."""
        wanted = consumer.partitions(self.topics)
        until = now + self._lease
        with self.app.database.writing() as uow:
            uow.streams.own(self.worker.name, self.started_at)
            uow.streams.heartbeat(self.worker.name, now, until, RUNNING)
            held = uow.streams.lease(self.worker.name, wanted, now, until)
        if held.keys() != consumer.assignment():
            log.info("stream.partitions", worker=self.worker.name, held=sorted(held))
            consumer.assign(held)
            self._alarm_lost(consumer, held, now)
        ends = consumer.end_offsets()
        self.reading.ends.update(ends)
        with self.app.database.writing() as uow:
            uow.streams.seen({partition: ends[partition] for partition in held if partition in ends}, now)
        behind = {partition: ends[partition] for partition in held if ends.get(partition, 0) < held[partition]}
        if behind:
            self._start_over(consumer, behind, held, now)

    def _alarm_lost(self, consumer: Consumer, held: dict[Partition, int], now: datetime) -> None:
        """Records the broker deleted by its retention before anybody read them are lost to us: say it, loudly."""
        lost = {partition: begin for partition, begin in consumer.begin_offsets().items() if begin > held[partition]}
        if not lost:
            return
        log.error("stream.lost", partitions={f"{name}[{number}]": begin for (name, number), begin in lost.items()})
        alerts = [
            NewAlert(
                kind="stream_lost",
                subject=f"{partition[0]}[{partition[1]}]",
                due_at=now + ALARM_DUE,
                details={"applied": held[partition], "begins": begin, "records": begin - held[partition]},
            )
            for partition, begin in lost.items()
        ]
        with self.app.database.writing() as uow:
            uow.alerts.raise_many(alerts, now)

    def _start_over(
        self, consumer: Consumer, ends: dict[Partition, int], held: dict[Partition, int], now: datetime
    ) -> None:
        """A topic that ends before what we applied was made anew or lost its end: read what it has, the inbox knows."""
        begins = consumer.begin_offsets()
        with self.app.database.writing() as uow:
            for partition, end in ends.items():
                uow.streams.rewind(partition, begins[partition])
                alert = NewAlert(
                    kind="stream_rewound",
                    subject=f"{partition[0]}[{partition[1]}]",
                    due_at=now + ALARM_DUE,
                    details={"applied": held[partition], "ends": end, "begins": begins[partition]},
                )
                uow.alerts.raise_many([alert], now)
        for partition, end in ends.items():
            log.error("stream.rewound", partition=partition, applied=held[partition], ends=end)
            consumer.seek(partition, begins[partition])

    def tell(self, state: str, reason: str) -> None:
        """Put on record how this worker is, for instance that it waits, and for what. Raises StorageError."""
        now = self.app.clock()
        with self.app.database.writing() as uow:
            uow.streams.own(self.worker.name, self.started_at)
            uow.streams.heartbeat(self.worker.name, now, now + self._lease, state, reason[:500])

    def stop_loudly(self, reason: str) -> None:
        """Put on record that this worker stopped by itself, alarm, and leave its partitions where they stand."""
        now = self.app.clock()
        details = {"reason": reason[:500]}
        alert = NewAlert(kind="stream_stopped", subject=self.worker.name, due_at=now + ALARM_DUE, details=details)
        with self.app.database.writing() as uow:
            uow.streams.own(self.worker.name, self.started_at)
            uow.streams.heartbeat(self.worker.name, now, now, STOPPED, reason[:500])
            uow.streams.release(self.worker.name)
            uow.alerts.raise_many([alert], now)

    def reconnect(self) -> None:
        """Drop the connection; the next read makes a new one."""
        consumer, self._consumer, self._renewed = self._consumer, None, None
        if consumer is not None:
            consumer.close()
