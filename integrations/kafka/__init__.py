"""The stream's door: producers and consumers on a Kafka broker."""

from collections.abc import Sequence

from integrations.kafka.kafka_python import KafkaPythonConsumer, KafkaPythonProducer
from integrations.kafka.port import Consumer, Message, Partition, Producer, Record, Rejected, Undelivered

__all__ = [
    "Consumer",
    "Message",
    "Producer",
    "Record",
    "Rejected",
    "Undelivered",
    "connect_consumer",
    "connect_producer",
]


def connect_producer(servers: str) -> Producer:
    """A producer on `servers` (host:port, comma separated). Raises Undelivered when none answers."""
    return KafkaPythonProducer(servers)


def connect_consumer(
    servers: str, group: str, topics: Sequence[str] = (), partitions: Sequence[Partition] = ()
) -> Consumer:
    """A consumer of whole topics in a group, or of fixed partitions. Raises Unavailable when no broker answers."""
    return KafkaPythonConsumer(servers, group, topics, partitions)
