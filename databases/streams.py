"""Streams 消息流: how far each partition has been applied, who reads it now, and which workers live.

The offset here is the one that counts: it is advanced in the transaction that applied the records. A lease only says
who reads; it is the locked row that keeps a worker whose lease was taken over (a zombie) from writing, so clocks that
disagree cost time, never a record.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection, Table, and_, func, or_, select, tuple_

from databases.bulk import upsert, writes
from databases.columns import metadata, number, time, words
from databases.dead_letters import dead_letters
from databases.deliveries import receptions
from databases.errors import StorageError

Partition = tuple[str, int]
"""Topic and partition number."""

RUNNING, WAITING, STOPPED, ENDED = "running", "waiting", "stopped", "ended"
"""States of a worker; `stopped` is the loud one: it needs a person, `reason` says why."""

ABANDONED_AFTER_S = 60.0

stream_partitions = Table(
    "stream_partitions",
    metadata,
    words("topic", primary_key=True),
    number("partition", primary_key=True, autoincrement=False),
    # the offset of the first record that has not been applied
    number("next_offset"),
    # the offset the next record will get, as last seen; the difference is the lag
    number("end_offset"),
    words("holder"),
    time("held_until", nullable=True),
    time("applied_at", nullable=True),
    time("seen_at", nullable=True),
)

stream_workers = Table(
    "stream_workers",
    metadata,
    words("name", primary_key=True),
    time("started_at"),
    time("seen_until"),
    words("state"),
    words("reason"),
    # what it reads, separated by blanks: a fair share counts only those who read the same topic
    words("topics"),
)


class LeaseLost(StorageError):
    """Another worker holds the partition now; nothing of this batch may be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionState:
    """One partition: `next_offset` is the first record not applied, `end_offset` where the topic ended when seen.

    `holder` is the worker that reads it until `held_until` ("" and None: nobody). `applied_at` is when the offset
    last moved, `seen_at` when the broker was last asked.
    """

    topic: str
    partition: int
    next_offset: int
    end_offset: int
    holder: str
    held_until: datetime | None
    applied_at: datetime | None
    seen_at: datetime | None

    @property
    def lag(self) -> int:
        """Records that wait in the broker."""
        return max(0, self.end_offset - self.next_offset)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerState:
    """One worker: alive while `seen_until` lies ahead. `state`: running, waiting, stopped (loudly) or ended."""

    name: str
    started_at: datetime
    seen_until: datetime
    state: str
    reason: str
    topics: str = ""


class Streams:
    """Offsets, leases and living workers inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def partitions(self) -> list[PartitionState]:
        """Every partition ever read, by topic and number."""
        c = stream_partitions.c
        rows = self.connection.execute(select(stream_partitions).order_by(c.topic, c.partition))
        return [PartitionState(**row._mapping) for row in rows]

    def workers(self) -> list[WorkerState]:
        """Every worker ever seen, by name."""
        rows = self.connection.execute(select(stream_workers).order_by(stream_workers.c.name))
        return [WorkerState(**row._mapping) for row in rows]

    def start(self, name: str, now: datetime, until: datetime, topics: Iterable[str] = ()) -> None:
        """A worker begins (again): it is running and reads `topics`; counted as living until `until`."""
        values = {"started_at": now, "seen_until": until, "state": RUNNING, "reason": "", "topics": " ".join(topics)}
        begin = upsert(self.connection, stream_workers).values(name=name, **values)
        self.connection.execute(begin.on_conflict_do_update(index_elements=["name"], set_=values))

    def heartbeat(self, name: str, now: datetime, until: datetime, state: str = RUNNING, reason: str = "") -> None:
        """A worker says how it is; one that never started is entered as starting now."""
        values = {"seen_until": until, "state": state, "reason": reason}
        beat = upsert(self.connection, stream_workers).values(name=name, started_at=now, topics="", **values)
        self.connection.execute(beat.on_conflict_do_update(index_elements=["name"], set_=values))

    def lease(self, worker: str, wanted: Sequence[Partition], now: datetime, until: datetime) -> dict[Partition, int]:
        """The partitions of `wanted` this worker holds until `until`, each with its next offset.

        Of each topic a fair share: its partitions divided by the living workers that read it, rounded up. Its own ones
        come first, so a worker that is started again under its name goes on at once; surplus is given back; free and
        expired ones are taken. A partition whose batch is just being written is waited for.
        """
        self._enter(wanted)
        held: dict[Partition, int] = {}
        for topic, group in groupby(sorted(wanted), key=lambda partition: partition[0]):
            numbers = [number for _, number in group]
            share = -(-len(numbers) // max(1, self._readers(topic, worker, now)))
            held |= self._share(worker, topic, numbers, share, now, until)
        return held

    def _enter(self, wanted: Sequence[Partition]) -> None:
        c = stream_partitions.c
        topics = {topic for topic, _ in wanted}
        known = {tuple(row) for row in self.connection.execute(select(c.topic, c.partition).where(c.topic.in_(topics)))}
        rows = [
            {"topic": topic, "partition": number, "next_offset": 0, "end_offset": 0, "holder": ""}
            for topic, number in sorted(wanted)
            if (topic, number) not in known
        ]
        if rows:
            fresh = upsert(self.connection, stream_partitions)
            self.connection.execute(fresh.on_conflict_do_nothing(index_elements=["topic", "partition"]), rows)

    def _readers(self, topic: str, worker: str, now: datetime) -> int:
        """Living workers that read the topic, this one included."""
        c = stream_workers.c
        living = select(c.name, c.topics).where(c.seen_until > now, c.state.not_in([STOPPED, ENDED]))
        others = {row.name for row in self.connection.execute(living) if topic in row.topics.split()}
        return len(others | {worker})

    def _share(
        self, worker: str, topic: str, numbers: Sequence[int], share: int, now: datetime, until: datetime
    ) -> dict[Partition, int]:
        c = stream_partitions.c
        rows = self.connection.execute(
            select(c.partition, c.holder, c.held_until).where(c.topic == topic, c.partition.in_(numbers))
        ).all()
        mine = sorted(row.partition for row in rows if row.holder == worker)
        free = sorted(
            row.partition
            for row in rows
            if row.holder != worker and (not row.holder or row.held_until is None or row.held_until <= now)
        )
        for number_ in mine[share:]:
            self._give_back(worker, (topic, number_))
        held: dict[Partition, int] = {}
        for number_ in mine[:share] + free:
            if len(held) < share and (offset := self._take(worker, (topic, number_), now, until)) is not None:
                held[topic, number_] = offset
        return held

    def _take(self, worker: str, partition: Partition, now: datetime, until: datetime) -> int | None:
        """The next offset when the partition is this worker's now, None when somebody else was quicker."""
        c = stream_partitions.c
        free = or_(c.holder.in_(["", worker]), c.held_until.is_(None), c.held_until <= now)
        wanted = and_(c.topic == partition[0], c.partition == partition[1], free)
        taken = stream_partitions.update().where(wanted).values(holder=worker, held_until=until)
        return self.connection.execute(taken.returning(c.next_offset)).scalar()

    def _give_back(self, worker: str, partition: Partition) -> None:
        c = stream_partitions.c
        mine = and_(c.topic == partition[0], c.partition == partition[1], c.holder == worker)
        self.connection.execute(stream_partitions.update().where(mine).values(holder="", held_until=None))

    def release(self, worker: str) -> None:
        """Give back everything this worker holds, so that others need not wait for the end of its lease."""
        mine = stream_partitions.c.holder == worker
        self.connection.execute(stream_partitions.update().where(mine).values(holder="", held_until=None))

    def lock(
        self, worker: str, partitions: Iterable[Partition], abandoned_after_s: float = ABANDONED_AFTER_S
    ) -> dict[Partition, int]:
        """The next offset of each partition, locked until the end of this transaction.

        A worker that stands still in the middle of it (its machine was paused) would keep the others out for as long
        as its connection lives; PostgreSQL ends the transaction after `abandoned_after_s` seconds without a statement.
        Raises LeaseLost when one of them is no longer held by this worker.
        """
        c = stream_partitions.c
        wanted = sorted(set(partitions))
        query = select(c.topic, c.partition, c.next_offset, c.holder).where(tuple_(c.topic, c.partition).in_(wanted))
        query = query.order_by(c.topic, c.partition)
        if writes(self.connection):
            query = query.with_for_update()
            self._end_if_abandoned(abandoned_after_s)
        found = {(row.topic, row.partition): row for row in self.connection.execute(query)}
        for partition in wanted:
            row = found.get(partition)
            if row is None or row.holder != worker:
                holder = f"held by {row.holder!r}" if row is not None and row.holder else "held by nobody"
                raise LeaseLost(
                    f"stream {partition[0]}[{partition[1]}]: {holder}, expected {worker!r}; this worker was away for "
                    "longer than its lease, nothing of this batch is written, who holds it reads the records"
                )
        return {partition: row.next_offset for partition, row in found.items()}

    def _end_if_abandoned(self, seconds: float) -> None:
        if self.connection.dialect.name == "postgresql":
            setting = "idle_in_transaction_session_timeout"
            self.connection.execute(select(func.set_config(setting, str(int(seconds * 1000)), True)))

    def advance(self, following: Mapping[Partition, tuple[int, int]], now: datetime) -> None:
        """Move locked partitions to (next offset, end offset): everything below the first has been applied."""
        c = stream_partitions.c
        for (topic, number_), (next_offset, end_offset) in sorted(following.items()):
            moved = stream_partitions.update().where(c.topic == topic, c.partition == number_)
            values = {"next_offset": next_offset, "end_offset": max(next_offset, end_offset), "applied_at": now}
            self.connection.execute(moved.values(**values, seen_at=now))

    def seen(self, ends: Mapping[Partition, int], now: datetime) -> None:
        """Where partitions end according to the broker, so that the lag is known also while nothing is applied."""
        c = stream_partitions.c
        for (topic, number_), end_offset in sorted(ends.items()):
            looked = stream_partitions.update().where(c.topic == topic, c.partition == number_)
            self.connection.execute(looked.values(end_offset=end_offset, seen_at=now))

    def rewind(self, partition: Partition, offset: int) -> None:
        """Read a partition again from `offset`: its topic was made anew or cut off. The inbox drops what it knows."""
        c = stream_partitions.c
        back = stream_partitions.update().where(c.topic == partition[0], c.partition == partition[1])
        self.connection.execute(back.values(next_offset=offset))

    def recent(self, records: int) -> tuple[int, int]:
        """Of about the last `records` records of all streams: how many came, how many of them are dead letters."""
        c = receptions.c
        since, received = None, 0
        rows = select(c.at, c.received).where(c.door.like("kafka:%")).order_by(c.id.desc()).limit(records)
        for at, count in self.connection.execute(rows):
            since, received = at, received + count
            if received >= records:
                break
        if since is None:
            return 0, 0
        letters = dead_letters.c
        died = select(func.count()).where(letters.source.like("kafka:%"), letters.received_at >= since)
        return received, int(self.connection.execute(died).scalar_one())
