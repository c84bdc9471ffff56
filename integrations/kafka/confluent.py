"""Kafka through confluent-kafka (librdkafka), the optional extra `confluent`: the same port, several times as fast.

Imported only by who chose this client, since the library may not be installed.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Self

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka import Message as Found

from integrations.errors import Unavailable
from integrations.kafka.answering import ANSWER_SECONDS
from integrations.kafka.answering import answering as check_answering
from integrations.kafka.kafka_python import (
    DELIVERY_SECONDS,
    LARGEST_MESSAGE,
    METADATA_SECONDS,
    READER_CLOSE_SECONDS,
)
from integrations.kafka.port import Message, Partition, Record, Undelivered

_STEP = "Check that the broker runs and can be reached; nothing is lost, it is tried again."
_FETCH_BYTES = 50 * 1024 * 1024
_QUEUED_BYTES = 16 * 1024 * 1024


class ConfluentProducer:
    """Sends with acks=all and idempotence: a message is neither lost nor doubled by retries of this process."""

    def __init__(self, servers: str) -> None:
        try:
            check_answering(servers)
            self._producer = Producer(
                {
                    "bootstrap.servers": servers,
                    "client.id": "tradewarden",
                    "acks": "all",
                    "enable.idempotence": True,
                    "compression.type": "gzip",
                    "linger.ms": 5,
                    "message.max.bytes": LARGEST_MESSAGE,
                    "delivery.timeout.ms": DELIVERY_SECONDS * 1000,
                }
            )
        except (KafkaException, OSError) as error:
            raise Undelivered("kafka", servers, repr(error), "a broker that answers", _STEP) from error

    def send(self, messages: Sequence[Message]) -> None:
        failed: list[KafkaError] = []

        def told(error: KafkaError | None, _message: Found) -> None:
            if error is not None:
                failed.append(error)

        try:
            for message in messages:
                self._queue(message, told)
            waiting = self._producer.flush(DELIVERY_SECONDS)
        except (KafkaException, BufferError) as error:
            raise Undelivered("kafka", "send", repr(error), "confirmed messages", _STEP) from error
        if failed or waiting:
            seen = repr(failed[0]) if failed else f"{waiting} not confirmed within {DELIVERY_SECONDS} s"
            raise Undelivered("kafka", "send", seen, "confirmed messages", _STEP)

    def _queue(self, message: Message, told: Any) -> None:
        headers: list[tuple[str, str | bytes | None]] = [
            (name, text.encode()) for name, text in message.headers.items()
        ]
        arguments = {"value": message.value, "key": message.key.encode(), "headers": headers, "on_delivery": told}
        try:
            self._producer.produce(message.topic, **arguments)
        except BufferError:
            self._producer.flush(DELIVERY_SECONDS)  # its queue is full: let it drain, then once more
            self._producer.produce(message.topic, **arguments)

    def close(self) -> None:
        self._producer.flush(5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class ConfluentConsumer:
    """Reads what `assign` says, outside any group; the group serves for the advisory commit only."""

    def __init__(self, servers: str, group: str) -> None:
        try:
            check_answering(servers)
            self._consumer = Consumer(
                {
                    "bootstrap.servers": servers,
                    "client.id": "tradewarden",
                    "group.id": group,
                    "enable.auto.commit": False,
                    "enable.auto.offset.store": False,
                    "auto.offset.reset": "earliest",
                    "isolation.level": "read_committed",
                    "fetch.max.bytes": _FETCH_BYTES,
                    "max.partition.fetch.bytes": LARGEST_MESSAGE,
                    # what is read ahead is held in memory: bounded, the broker keeps the rest
                    "queued.max.messages.kbytes": _QUEUED_BYTES // 1024,
                    "receive.message.max.bytes": 2 * _FETCH_BYTES,
                    "topic.metadata.refresh.interval.ms": METADATA_SECONDS * 1000,
                    # questions wait behind a fetch that waits for records
                    "fetch.wait.max.ms": 50,
                    "allow.auto.create.topics": False,
                }
            )
        except (KafkaException, OSError) as error:
            raise _unavailable(servers, error) from error
        self._servers = servers
        self._assigned: frozenset[Partition] = frozenset()
        self._known: tuple[float, dict[str, list[int]]] = (0.0, {})

    def poll(self, most: int, seconds: float) -> list[Record]:
        try:
            found = self._consumer.consume(1, seconds)
            if found and most > 1:
                found += self._consumer.consume(most - 1, 0.0)
        except KafkaException as error:
            raise _unavailable("poll", error) from error
        records = []
        for message in found:
            fault = message.error()
            if fault is None:
                records.append(_record(message))
            elif fault.code() != KafkaError._PARTITION_EOF and not records:
                raise _unavailable("poll", KafkaException(fault))
        return [record for record in records if (record.topic, record.partition) in self._assigned]

    def seek(self, partition: Partition, offset: int) -> None:
        if partition not in self._assigned:
            raise _unavailable(f"seek {partition}", ValueError("not assigned"))
        # assigning again, unlike its seek, also works before the first fetch of a partition
        self._consumer.incremental_unassign([TopicPartition(*partition)])
        self._consumer.incremental_assign([TopicPartition(*partition, offset)])

    def commit(self, following: Mapping[Partition, int]) -> None:
        offsets = [TopicPartition(topic, number, offset) for (topic, number), offset in following.items()]
        try:
            self._consumer.commit(offsets=offsets, asynchronous=True)
        except KafkaException as error:
            raise _unavailable("commit", error) from error

    def assignment(self) -> frozenset[Partition]:
        return self._assigned

    def partitions(self, topics: Sequence[str]) -> list[Partition]:
        try:
            check_answering(self._servers)
            until, known = self._known
            if until <= time.monotonic() or not known.keys() >= set(topics):
                found = self._consumer.list_topics(timeout=ANSWER_SECONDS).topics
                known = {topic: sorted(found[topic].partitions) for topic in topics if topic in found}
                self._known = (time.monotonic() + METADATA_SECONDS, known)
        except (KafkaException, OSError) as error:
            raise _unavailable("partitions", error) from error
        return [(topic, number) for topic in topics for number in known.get(topic, ())]

    def assign(self, starts: Mapping[Partition, int]) -> None:
        fresh = [TopicPartition(*partition, starts[partition]) for partition in sorted(starts.keys() - self._assigned)]
        gone = [TopicPartition(*partition) for partition in sorted(self._assigned - starts.keys())]
        try:
            if gone:
                self._consumer.incremental_unassign(gone)
            if fresh:
                self._consumer.incremental_assign(fresh)
        except KafkaException as error:
            raise _unavailable("assign", error) from error
        self._assigned = frozenset(starts)

    def begin_offsets(self) -> Mapping[Partition, int]:
        return {partition: self._bounds(partition)[0] for partition in self._assigned}

    def end_offsets(self) -> Mapping[Partition, int]:
        return {partition: self._end(partition) for partition in self._assigned}

    def _end(self, partition: Partition) -> int:
        """As the last fetch told it; asked for only before the first one."""
        found = self._consumer.get_watermark_offsets(TopicPartition(*partition), cached=True)
        return found[1] if found and found[1] >= 0 else self._bounds(partition)[1]

    def _bounds(self, partition: Partition) -> tuple[int, int]:
        try:
            found = self._consumer.get_watermark_offsets(TopicPartition(*partition), timeout=ANSWER_SECONDS)
        except KafkaException as error:
            raise _unavailable("offsets", error) from error
        if found is None:
            raise _unavailable("offsets", TimeoutError(f"no answer within {ANSWER_SECONDS} s"))
        return found

    def close(self) -> None:
        """Give up the connection, waiting a moment for a commit on its way.

        With the broker gone the library waits for that commit until it comes back, so it does this by itself: the
        commit is advisory, and the thread ends when the broker answers or the process ends.
        """
        closing = threading.Thread(target=self._consumer.close, name="kafka-close", daemon=True)
        closing.start()
        closing.join(READER_CLOSE_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _record(found: Found) -> Record:
    _, milliseconds = found.timestamp()
    key, value, headers = found.key(), found.value(), found.headers()
    named = headers.items() if isinstance(headers, dict) else headers or ()
    return Record(
        topic=found.topic() or "",
        partition=found.partition() or 0,
        offset=found.offset() or 0,
        key=_bytes(key),
        value=_bytes(value),
        headers=tuple((name, _bytes(text) or b"") for name, text in named),
        sent_at=datetime.fromtimestamp(max(milliseconds, 0) / 1000, UTC),
    )


def _bytes(text: str | bytes | None) -> bytes | None:
    return text.encode() if isinstance(text, str) else text


def _unavailable(where: str, error: BaseException) -> Unavailable:
    return Unavailable("kafka", where, repr(error), "a broker that answers", _STEP)
