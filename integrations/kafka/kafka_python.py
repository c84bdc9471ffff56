"""Kafka through kafka-python (2.3 and 3.x): idempotent producer, consumer without automatic commits.

In 3.x rebalance callbacks run on the client's own thread. So there are none here: who shares partitions leases them
in the database and assigns them; who reads as a group asks for the assignment after each poll.
"""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Self

from kafka import KafkaConsumer, KafkaProducer
from kafka import __version__ as LIBRARY
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import (
    InvalidRecordError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAlreadyExistsError,
)
from kafka.structs import OffsetAndMetadata, TopicPartition

from integrations.errors import Unavailable
from integrations.kafka.answering import answering
from integrations.kafka.port import Message, Partition, Record, Rejected, Undelivered

LARGEST_MESSAGE = 10 * 1024 * 1024
DELIVERY_SECONDS = 30
CLOSE_SECONDS = 3
READER_CLOSE_SECONDS = 0.5
"""A reader leaves nothing behind that is worth waiting for: its commits are advice."""
METADATA_SECONDS = 30
SESSION_SECONDS = 10
# version 2 demands more than the session's
REQUEST_SECONDS = 12
_REFUSALS = (MessageSizeTooLargeError, RecordListTooLargeError, InvalidRecordError)
_SMALLER = "Raise max.message.bytes of the topic, or look why the message is so large; the same bytes fail again."
_STEP = "Check that the broker runs and can be reached; nothing is lost, it is tried again."


class KafkaPythonProducer:
    """Sends with acks=all and idempotence: a message is neither lost nor doubled by retries of this process."""

    def __init__(self, servers: str) -> None:
        try:
            self._producer: Any = KafkaProducer(
                bootstrap_servers=answering(servers),
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
        until = time.monotonic() + DELIVERY_SECONDS
        where = "send"
        try:
            for message in messages:
                where = message.topic
                headers = [(name, value.encode()) for name, value in message.headers.items()]
                future = self._producer.send(message.topic, message.value, message.key.encode(), headers)
                waiting.append((message.topic, future))
            # each one is asked, not flushed: a flush forgets the halves of a batch that was too large and was split
            for topic, future in waiting:
                where = topic
                future.get(timeout=max(0.001, until - time.monotonic()))
        except KafkaError as error:
            raise _undelivered(where, error) from error

    def close(self) -> None:
        """Give back threads and sockets; what is still unsent is dropped."""
        try:
            self._producer.close(timeout=CLOSE_SECONDS)
        except KafkaError:
            # it waits for what it could not send, gives up and stays open; so that is dropped first
            sender = self._producer._sender
            sender.force_close()
            sender.join(CLOSE_SECONDS)
            with suppress(KafkaError):
                self._producer.close(timeout=CLOSE_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class KafkaPythonConsumer:
    """Reads `topics` as a member of `group`, or fixed `partitions`; both start at the committed offset.

    Without either it reads what `assign` says; the group then serves for the advisory commit only.
    """

    def __init__(
        self, servers: str, group: str, topics: Sequence[str] = (), partitions: Sequence[Partition] = ()
    ) -> None:
        self._servers = servers
        self._grouped = bool(topics or partitions)
        try:
            self._consumer: Any = KafkaConsumer(
                bootstrap_servers=answering(servers),
                client_id="tradewarden",
                group_id=group,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                isolation_level="read_committed",
                metadata_max_age_ms=METADATA_SECONDS * 1000,
                session_timeout_ms=SESSION_SECONDS * 1000,
                request_timeout_ms=REQUEST_SECONDS * 1000,
                reconnect_backoff_max_ms=1000,
                fetch_max_bytes=50 * 1024 * 1024,
                max_partition_fetch_bytes=LARGEST_MESSAGE,
            )
            if partitions:
                self._consumer.assign([TopicPartition(*partition) for partition in partitions])
            elif topics:
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
            if self._grouped:
                self._consumer.commit(offsets)
            else:
                self._consumer.commit_async(offsets)  # advice nobody waits for
        except KafkaError as error:
            raise _unavailable("commit", error) from error

    def assignment(self) -> frozenset[Partition]:
        return frozenset((found.topic, found.partition) for found in self._consumer.assignment())

    def partitions(self, topics: Sequence[str]) -> list[Partition]:
        try:
            answering(self._servers)
            return [(topic, number) for topic in topics for number in sorted(self._numbers(topic))]
        except (KafkaError, OSError) as error:
            raise _unavailable("partitions", error) from error

    def _numbers(self, topic: str) -> set[int]:
        found: set[int] | None = self._consumer.partitions_for_topic(topic)
        return found or set()

    def assign(self, starts: Mapping[Partition, int]) -> None:
        known = self.assignment()
        try:
            self._consumer.assign([TopicPartition(*partition) for partition in sorted(starts)])
            for partition in sorted(starts.keys() - known):
                self._consumer.seek(TopicPartition(*partition), starts[partition])
        except KafkaError as error:
            raise _unavailable("assign", error) from error

    def begin_offsets(self) -> Mapping[Partition, int]:
        try:
            begins = self._consumer.beginning_offsets([TopicPartition(*partition) for partition in self.assignment()])
        except KafkaError as error:
            raise _unavailable("beginning offsets", error) from error
        return {(found.topic, found.partition): offset for found, offset in begins.items()}

    def end_offsets(self) -> Mapping[Partition, int]:
        try:
            ends = self._consumer.end_offsets([TopicPartition(*partition) for partition in self.assignment()])
        except KafkaError as error:
            raise _unavailable("end offsets", error) from error
        return {(found.topic, found.partition): offset for found, offset in ends.items()}

    def close(self) -> None:
        self._consumer.close(autocommit=False, timeout_ms=int(READER_CLOSE_SECONDS * 1000))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def ensure_topics(servers: str, topics: Sequence[str], partitions: int) -> list[str]:
    """Make the topics that are missing, with so many partitions; returns which. Raises Unavailable.

    Copies are the broker's own default. A topic that exists keeps its number of partitions.
    """
    try:
        admin: Any = KafkaAdminClient(bootstrap_servers=answering(servers), client_id="tradewarden")
        try:
            known = set(admin.list_topics())
            missing = [topic for topic in topics if topic not in known]
            for topic in missing:
                _make(admin, topic, partitions)
        finally:
            admin.close()
    except (KafkaError, OSError) as error:
        raise _unavailable(servers, error) from error
    return missing


def _make(admin: Any, topic: str, partitions: int) -> None:
    """Version 3 takes names with options and calls objects outdated, version 2 knows objects only."""
    options = {"num_partitions": partitions, "replication_factor": -1}
    try:
        admin.create_topics([NewTopic(name=topic, **options)] if LIBRARY.startswith("2.") else {topic: options})
    except TopicAlreadyExistsError:
        return  # another process was quicker, which is what we wanted


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
