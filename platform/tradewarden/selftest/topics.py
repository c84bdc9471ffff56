"""The self-test's own side of the broker: sends whatever bytes it likes and reads topics from end to end.

It uses the library directly, so that what it sees does not depend on the adapter under test.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self
from uuid import uuid4

from kafka import KafkaConsumer, KafkaProducer
from kafka.errors import KafkaError
from kafka.structs import TopicPartition

from integrations.kafka import ensure_topics
from integrations.kafka.port import INCOMING, OUTGOING, Partition
from tradewarden.errors import CannotDo
from tradewarden.selftest.poison import NULL_KEY
from tradewarden.selftest.traffic import Sent

PARTITIONS = 4
CONFIRM_SECONDS = 20
GIVE_UP_SECONDS = 90


class Seen(NamedTuple):
    """A record on a topic."""

    partition: Partition
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Mapping[str, bytes]


@dataclass(slots=True)
class Topics:
    """Topics of one broker; makes those of the platform when opened. `sent_again` counts messages sent twice."""

    servers: str
    sent_again: int = 0
    _producer: Any = field(default=None, init=False)

    def send(self, messages: Sequence[Sent]) -> None:
        """Send until the broker has confirmed all; a broker that is away is waited for. Raises CannotDo."""
        deadline = time.monotonic() + GIVE_UP_SECONDS
        while True:
            try:
                self._send(messages)
            except KafkaError as error:
                self.close()
                self.sent_again += len(messages)
                if time.monotonic() > deadline:
                    raise CannotDo(f"The broker took no messages for {GIVE_UP_SECONDS} s: {error!r}") from error
                time.sleep(0.5)
            else:
                return

    def _send(self, messages: Sequence[Sent]) -> None:
        if self._producer is None:
            self._producer = KafkaProducer(
                bootstrap_servers=self.servers,
                acks="all",
                enable_idempotence=True,
                linger_ms=2,
                max_request_size=4 * 1024 * 1024,
                request_timeout_ms=5000,
                delivery_timeout_ms=CONFIRM_SECONDS * 1000,
                max_block_ms=CONFIRM_SECONDS * 1000,
            )
        futures = []
        for message in messages:
            key = None if message.what == NULL_KEY else message.key.encode()
            futures.append(self._producer.send(message.topic, message.value, key))
        for future in futures:
            future.get(timeout=CONFIRM_SECONDS)

    def ends(self, topics: Iterable[str] = (*INCOMING, *OUTGOING)) -> dict[Partition, int]:
        """Where the partitions of topics end now."""
        with self._reader() as consumer:
            places = [TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)]
            return {(place.topic, place.partition): end for place, end in consumer.end_offsets(places).items()}

    def read(self, begin: Mapping[Partition, int], topics: Iterable[str]) -> list[Seen]:
        """Everything from `begin` on, partition by partition in order. Raises CannotDo when it does not come."""
        wanted = set(topics)
        ends = self.ends(wanted)
        seen: dict[Partition, list[Seen]] = {}
        with self._reader() as consumer:
            places = {where: TopicPartition(*where) for where, end in ends.items() if end > begin.get(where, 0)}
            consumer.assign(list(places.values()))
            for where, place in places.items():
                consumer.seek(place, begin.get(where, 0))
            missing = {where: ends[where] for where in places}
            deadline = time.monotonic() + GIVE_UP_SECONDS
            while missing:
                if time.monotonic() > deadline:
                    raise CannotDo(f"The broker did not hand out what lies on {sorted(missing)}.")
                for place, records in consumer.poll(500).items():
                    where = (place.topic, place.partition)
                    seen.setdefault(where, []).extend(_seen(where, record) for record in records)
                missing = {w: end for w, end in missing.items() if consumer.position(places[w]) < end}
        return [record for where in sorted(seen) for record in seen[where]]

    def _reader(self) -> "_Closing":
        return _Closing(
            KafkaConsumer(
                bootstrap_servers=self.servers,
                group_id=f"selftest-{uuid4().hex[:8]}",
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                isolation_level="read_committed",
            )
        )

    def close(self) -> None:
        """Give back the producer; the next `send` makes another."""
        if self._producer is not None:
            self._producer.close(timeout=1)
            self._producer = None

    def __enter__(self) -> Self:
        ensure_topics(self.servers, (*INCOMING, *OUTGOING), PARTITIONS)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Closing:
    """A consumer that is closed in the end, without committing."""

    def __init__(self, consumer: Any) -> None:
        self.consumer = consumer

    def __enter__(self) -> Any:
        return self.consumer

    def __exit__(self, *_: object) -> None:
        self.consumer.close(autocommit=False)


def _seen(where: Partition, record: Any) -> Seen:
    return Seen(where, record.offset, record.key, record.value, dict(record.headers or ()))
