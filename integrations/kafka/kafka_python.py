"""Kafka through kafka-python (2.3 and 3.x): idempotent producer, consumer without automatic commits.

In 3.x rebalance callbacks run on the client's own thread. So there are none here: who needs to know asks for the
assignment after each poll, in the thread that also holds the database transaction.
"""

import socket
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Self

from kafka import KafkaConsumer, KafkaProducer
from kafka.errors import InvalidRecordError, KafkaError, MessageSizeTooLargeError, RecordListTooLargeError
from kafka.structs import OffsetAndMetadata, TopicPartition

from integrations.errors import Unavailable
from integrations.kafka.port import Message, Partition, Record, Rejected, Undelivered

LARGEST_MESSAGE = 10 * 1024 * 1024
DELIVERY_SECONDS = 30
CONNECT_SECONDS = 10
_REFUSALS = (MessageSizeTooLargeError, RecordListTooLargeError, InvalidRecordError)
_SMALLER = "Raise max.message.bytes of the topic, or look why the message is so large; the same bytes fail again."
_STEP = "Check that the broker runs and can be reached; nothing is lost, it is tried again."


class KafkaPythonProducer:
    """Sends with acks=all and idempotence: a message is neither lost nor doubled by retries of this process."""

    def __init__(self, servers: str) -> None:
        try:
            self._producer: Any = KafkaProducer(
                bootstrap_servers=_answering(servers),
                client_id="tradewarden",
                acks="all",
                enable_idempotence=True,
                compression_type="gzip",
                linger_ms=5,
                max_request_size=LARGEST_MESSAGE,
                max_block_ms=DELIVERY_SECONDS * 1000,
                request_timeout_ms=DELIVERY_SECONDS * 500,
                delivery_timeout_ms=DELIVERY_SECONDS * 1000,
            )
        except (KafkaError, OSError) as error:
            raise Undelivered("kafka", servers, repr(error), "a broker that answers", _STEP) from error

    def send(self, messages: Sequence[Message]) -> None:
        waiting = []
        try:
            for message in messages:
                headers = [(name, value.encode()) for name, value in message.headers.items()]
                future = self._producer.send(message.topic, message.value, message.key.encode(), headers)
                waiting.append((message, future))
            self._producer.flush(timeout=DELIVERY_SECONDS)
        except KafkaError as error:
            raise _undelivered("send", error) from error
        for message, future in waiting:
            if not future.succeeded():
                raise _undelivered(message.topic, future.exception)

    def close(self) -> None:
        self._producer.close(timeout=5)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class KafkaPythonConsumer:
    """Reads either `topics` as a member of `group`, or fixed `partitions`; both start at the committed offset."""

    def __init__(
        self, servers: str, group: str, topics: Sequence[str] = (), partitions: Sequence[Partition] = ()
    ) -> None:
        try:
            self._consumer: Any = KafkaConsumer(
                bootstrap_servers=_answering(servers),
                client_id="tradewarden",
                group_id=group,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                isolation_level="read_committed",
                fetch_max_bytes=50 * 1024 * 1024,
                max_partition_fetch_bytes=LARGEST_MESSAGE,
            )
            if partitions:
                self._consumer.assign([TopicPartition(*partition) for partition in partitions])
            else:
                self._consumer.subscribe(list(topics))
        except (KafkaError, OSError) as error:
            raise _unavailable(servers, error) from error

    def poll(self, most: int, seconds: float) -> list[Record]:
        try:
            batches = self._consumer.poll(timeout_ms=int(seconds * 1000), max_records=most)
        except KafkaError as error:
            raise _unavailable("poll", error) from error
        return [_record(found) for records in batches.values() for found in records]

    def seek(self, partition: Partition, offset: int) -> None:
        try:
            self._consumer.seek(TopicPartition(*partition), offset)
        except (KafkaError, ValueError, AssertionError) as error:  # the latter two are how it says "not assigned"
            raise _unavailable(f"seek {partition}", error) from error

    def commit(self, following: Mapping[Partition, int]) -> None:
        offsets = {TopicPartition(*where): OffsetAndMetadata(offset, "", -1) for where, offset in following.items()}
        try:
            self._consumer.commit(offsets)
        except KafkaError as error:
            raise _unavailable("commit", error) from error

    def assignment(self) -> frozenset[Partition]:
        return frozenset((found.topic, found.partition) for found in self._consumer.assignment())

    def end_offsets(self) -> Mapping[Partition, int]:
        try:
            ends = self._consumer.end_offsets([TopicPartition(*partition) for partition in self.assignment()])
        except KafkaError as error:
            raise _unavailable("end offsets", error) from error
        return {(found.topic, found.partition): offset for found, offset in ends.items()}

    def close(self) -> None:
        self._consumer.close(autocommit=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _answering(servers: str) -> list[str]:
    """The servers as a list, once one of them accepts a connection. Raises OSError when none does.

    The library, built against nobody, leaves its thread and sockets behind; so it is built only when there is one.
    """
    failure: OSError = ConnectionError("no server named")
    found = [server.strip() for server in servers.split(",") if server.strip()]
    for server in found:
        host, _, port = server.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_SECONDS).close()
        except OSError as error:
            failure = error
        except ValueError:
            failure = ConnectionError(f"{server} is no host:port")
        else:
            return found
    raise failure


def _record(found: Any) -> Record:
    return Record(
        topic=found.topic,
        partition=found.partition,
        offset=found.offset,
        key=found.key,
        value=found.value,
        headers=tuple(found.headers or ()),
        sent_at=datetime.fromtimestamp(max(found.timestamp, 0) / 1000, UTC),
    )


def _undelivered(where: str, error: BaseException | None) -> Undelivered:
    if isinstance(error, _REFUSALS):
        return Rejected("kafka", where, repr(error), "a message the broker takes", _SMALLER)
    return Undelivered("kafka", where, repr(error), "confirmed messages", _STEP)


def _unavailable(where: str, error: BaseException) -> Unavailable:
    return Unavailable("kafka", where, repr(error), "a broker that answers", _STEP)
