"""The broker's twin for tests: topics in memory, with partitions, groups and redelivery of what was not committed."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self
from zlib import crc32

from integrations.errors import Unavailable
from integrations.kafka.port import Message, Partition, Record, Undelivered

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class MemoryBroker:
    """Records by partition and committed offsets by group. While `down`, nobody gets through."""

    partitions: int = 4
    down: bool = False
    records: dict[Partition, list[Record]] = field(default_factory=dict)
    committed: dict[tuple[str, Partition], int] = field(default_factory=dict)
    skipped: dict[Partition, int] = field(default_factory=dict)

    def append(self, topic: str, key: bytes | None, value: bytes | None, headers: Mapping[str, str]) -> None:
        """Add a record to the partition of its key."""
        partition = (topic, crc32(key or b"") % self.partitions)
        log = self.records.setdefault(partition, [])
        encoded = tuple((name, text.encode()) for name, text in headers.items())
        record = Record(
            topic=topic,
            partition=partition[1],
            offset=self.end(partition),
            key=key,
            value=value,
            headers=encoded,
            sent_at=_EPOCH,
        )
        log.append(record)

    def begin(self, partition: Partition) -> int:
        """The first offset that is still there."""
        log = self.records.get(partition)
        return log[0].offset if log else self.end(partition)

    def end(self, partition: Partition) -> int:
        """The offset the next record gets; `skipped` ones (marks of transactions) count."""
        log = self.records.get(partition)
        return max(log[-1].offset + 1 if log else 0, self.skipped.get(partition, 0))

    def skip(self, partition: Partition, count: int = 1) -> None:
        """Let offsets pass that hold no record, as the marks of transactions and compaction do."""
        self.skipped[partition] = self.end(partition) + count


class MemoryProducer:
    """Appends to a MemoryBroker."""

    def __init__(self, broker: MemoryBroker) -> None:
        self.broker = broker

    def send(self, messages: Sequence[Message]) -> None:
        if self.broker.down:
            raise Undelivered("kafka", "send", "down", "confirmed messages", "Start the broker.")
        for message in messages:
            self.broker.append(message.topic, message.key.encode(), message.value, message.headers)

    def close(self) -> None:
        """Nothing to give back."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class MemoryConsumer:
    """Reads a MemoryBroker; as the only member of its group it has every partition of its topics.

    Without topics and partitions it reads nothing until `assign`.
    """

    def __init__(
        self, broker: MemoryBroker, group: str, topics: Sequence[str] = (), partitions: Sequence[Partition] = ()
    ) -> None:
        self.broker = broker
        self.group = group
        self._assigned = frozenset(partitions or ((topic, n) for topic in topics for n in range(broker.partitions)))
        self._positions: dict[Partition, int] = {}

    def poll(self, most: int, seconds: float) -> list[Record]:  # noqa: ARG002  # nothing to wait for in memory
        self._demand_broker()
        found: list[Record] = []
        for partition in sorted(self._assigned):
            log = self.broker.records.get(partition, [])
            start = bisect_left(log, self._position(partition), key=lambda record: record.offset)
            taken = log[start : start + most - len(found)]
            if taken:
                self._positions[partition] = taken[-1].offset + 1
            found += taken
        return found

    def seek(self, partition: Partition, offset: int) -> None:
        if partition not in self._assigned:
            raise Unavailable("kafka", f"seek {partition}", "not assigned", "an assigned partition", "Poll again.")
        self._positions[partition] = offset

    def commit(self, following: Mapping[Partition, int]) -> None:
        self._demand_broker()
        self.broker.committed.update({(self.group, partition): offset for partition, offset in following.items()})

    def assignment(self) -> frozenset[Partition]:
        return self._assigned

    def partitions(self, topics: Sequence[str]) -> list[Partition]:
        self._demand_broker()
        return [(topic, number) for topic in topics for number in range(self.broker.partitions)]

    def assign(self, starts: Mapping[Partition, int]) -> None:
        self._positions = {partition: self._positions.get(partition, offset) for partition, offset in starts.items()}
        self._assigned = frozenset(starts)

    def begin_offsets(self) -> Mapping[Partition, int]:
        self._demand_broker()
        return {partition: self.broker.begin(partition) for partition in self._assigned}

    def end_offsets(self) -> Mapping[Partition, int]:
        self._demand_broker()
        return {partition: self.broker.end(partition) for partition in self._assigned}

    def close(self) -> None:
        """Nothing to give back."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _position(self, partition: Partition) -> int:
        return self._positions.get(partition, self.broker.committed.get((self.group, partition), 0))

    def _demand_broker(self) -> None:
        if self.broker.down:
            raise Unavailable("kafka", "broker", "down", "a broker that answers", "Start the broker.")
