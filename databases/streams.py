"""Streams 消息流: how far each partition has been applied, who reads it now, and which workers live.

The offset here is the one that counts: it is advanced in the transaction that applied the records. A lease only says
who reads; it is the locked row that keeps a worker whose lease was taken over (a zombie) from writing, so clocks that
disagree cost time, never a record.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection, Table, bindparam, func, or_, select, text, tuple_

from databases.bulk import json_keys, keys_table, upsert, writes
from databases.columns import UtcTime, metadata, number, time, words
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


class Superseded(StorageError):
    """Another process took this one's name after its lease had run out, or a person took it off the list."""


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


@dataclass(frozen=True, slots=True)
class _Held:
    """How far a partition is, and who reads it until when."""

    next_offset: int
    holder: str
    held_until: datetime | None

    def is_free(self, now: datetime) -> bool:
        """Whether anybody may take it: nobody holds it, or not any more."""
        return not self.holder or self.held_until is None or self.held_until <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerState:
    """One worker: alive while `seen_until` lies ahead. `state`: running, waiting, stopped (loudly) or ended."""

    name: str
    started_at: datetime
    seen_until: datetime
    state: str
    reason: str
    topics: str = ""


class NameHeard(StorageError):
    """A process of this name still counts as living."""

    def __init__(self, worker: WorkerState) -> None:
        super().__init__(f"process {worker.name!r}: heard, expected nobody of this name; give it another name")
        self.worker = worker


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

    def claim(self, names: Iterable[str], now: datetime, until: datetime, silent: datetime) -> None:
        """Take names for one process; `now` is the start it is known by in `own`, different for each start.

        Free is a name nobody had, that was ended or stopped, or whose owner counts as living until `silent` at most.
        Raises NameHeard, and then none of the names may be used: the transaction is to be given up.
        """
        c = stream_workers.c
        values = {"started_at": now, "seen_until": until, "state": RUNNING, "reason": "", "topics": ""}
        free = or_(c.state.in_([STOPPED, ENDED]), c.seen_until <= silent)
        for name in sorted(names):
            entry = upsert(self.connection, stream_workers).values(name=name, **values)
            taken = entry.on_conflict_do_update(index_elements=["name"], set_=values, where=free).returning(c.name)
            if self.connection.execute(taken).first() is None:
                row = self.connection.execute(select(stream_workers).where(c.name == name)).one()
                raise NameHeard(WorkerState(**row._mapping))

    def own(self, name: str, started_at: datetime | None) -> None:
        """Make sure, until the end of this transaction, that the name is still that of the process started then.

        With None the name was never claimed, and nothing is asked. Raises Superseded when it is another's.
        """
        if started_at is None:
            return
        c = stream_workers.c
        query = select(c.started_at).where(c.name == name)
        found = self.connection.scalar(query.with_for_update() if writes(self.connection) else query)
        if found != started_at:
            seen = f"taken over by one started at {found.isoformat()}" if found else "taken off the list"
            raise Superseded(
                f"process {name!r} (started at {started_at.isoformat()}): {seen}, expected to be the only one of its "
                "name; it was not heard for longer than its lease. It ends; start it again under another name"
            )

    def forget(self, name: str) -> None:
        """A worker that won't come back leaves the list; what it held is taken when its lease has run out."""
        self.connection.execute(stream_workers.delete().where(stream_workers.c.name == name))

    def lease(self, worker: str, wanted: Sequence[Partition], now: datetime, until: datetime) -> dict[Partition, int]:
        """The partitions of `wanted` this worker holds until `until`, each with its next offset.

        Of each topic a fair share: its partitions divided by the living workers that read it, rounded up. Its own ones
        come first, so a worker that is started again under its name goes on at once; surplus is given back; free and
        expired ones are taken. A partition whose batch is just being written is waited for; one that another worker
        took meanwhile is looked at again at the next renewal.
        """
        self._enter(wanted)
        found = self._rows(wanted)
        readers = self._readers(worker, now)
        chosen: list[Partition] = []
        surplus: list[Partition] = []
        for topic, group in groupby(sorted(found), key=lambda partition: partition[0]):
            places = list(group)
            share = -(-len(places) // len({name for name, topics in readers.items() if topic in topics} | {worker}))
            mine = [place for place in places if found[place].holder == worker]
            free = [place for place in places if found[place].holder != worker and found[place].is_free(now)]
            chosen += (mine + free)[:share]
            surplus += mine[share:]
        locked = self._rows([*chosen, *surplus], lock=writes(self.connection))
        mine_now = [place for place in chosen if locked[place].holder == worker or locked[place].is_free(now)]
        self._hold(mine_now, worker, until)
        self._hold([place for place in surplus if locked[place].holder == worker], "", None)
        return {place: locked[place].next_offset for place in mine_now}

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

    def _readers(self, worker: str, now: datetime) -> dict[str, list[str]]:
        """The other living workers, with the topics each of them reads."""
        c = stream_workers.c
        living = select(c.name, c.topics).where(c.seen_until > now, c.state.not_in([STOPPED, ENDED]), c.name != worker)
        return {row.name: row.topics.split() for row in self.connection.execute(living)}

    def _rows(self, partitions: Iterable[Partition], lock: bool = False) -> dict[Partition, _Held]:
        """The rows of these partitions; locked one after the other in the same order by everybody."""
        c = stream_partitions.c
        query = select(c.topic, c.partition, c.next_offset, c.holder, c.held_until).order_by(c.topic, c.partition)
        query = query.where(tuple_(c.topic, c.partition).in_(sorted(set(partitions))))
        rows = self.connection.execute(query.with_for_update() if lock else query)
        return {(topic, number_): _Held(offset, holder, until) for topic, number_, offset, holder, until in rows}

    def _hold(self, partitions: Sequence[Partition], holder: str, until: datetime | None) -> None:
        if partitions:
            c = stream_partitions.c
            taken = stream_partitions.update().where(tuple_(c.topic, c.partition).in_(partitions))
            self.connection.execute(taken.values(holder=holder, held_until=until))

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
        wanted = sorted(set(partitions))
        if locks := writes(self.connection):
            self._end_if_abandoned(abandoned_after_s)
        found = self._rows(wanted, lock=locks)
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
        self._move(
            "next_offset = k.next_offset, end_offset = k.end_offset, applied_at = :now, seen_at = :now",
            [(*place, offset, max(offset, end)) for place, (offset, end) in sorted(following.items())],
            now,
        )

    def seen(self, ends: Mapping[Partition, int], now: datetime) -> None:
        """Where partitions end according to the broker, so that the lag is known also while nothing is applied."""
        self._rows(ends, lock=writes(self.connection))
        self._move(
            "end_offset = k.end_offset, seen_at = :now", [(*place, 0, end) for place, end in sorted(ends.items())], now
        )

    def _move(self, changes: str, keys: Sequence[tuple[str, int, int, int]], now: datetime) -> None:
        """One statement for all partitions; `keys` are topic, partition, next offset and end offset."""
        if keys:
            given = keys_table(
                self.connection, topic="text", partition="integer", next_offset="bigint", end_offset="bigint"
            )
            statement = text(
                f"UPDATE stream_partitions SET {changes} FROM {given} AS k WHERE stream_partitions.topic = k.topic "  # noqa: S608
                "AND stream_partitions.partition = k.partition"
            )
            timed = statement.bindparams(bindparam("now", type_=UtcTime()))
            self.connection.execute(timed, {"keys": json_keys(keys), "now": now})

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
