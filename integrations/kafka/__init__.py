"""The stream's door: producers and consumers on a Kafka broker."""

from collections.abc import Sequence

from integrations.errors import Unavailable
from integrations.kafka.kafka_python import KafkaPythonConsumer, KafkaPythonProducer, ensure_topics
from integrations.kafka.port import Consumer, Message, Partition, Producer, Record, Rejected, Undelivered

try:
    from integrations.kafka.confluent import ConfluentConsumer, ConfluentProducer
except ImportError:  # the extra is not installed
    HAS_CONFLUENT = False
else:
    HAS_CONFLUENT = True

__all__ = [
    "CLIENTS",
    "HAS_CONFLUENT",
    "Consumer",
    "Message",
    "Producer",
    "Record",
    "Rejected",
    "Undelivered",
    "connect_consumer",
    "connect_producer",
    "ensure_topics",
]

KAFKA_PYTHON, CONFLUENT = CLIENTS = ("kafka-python", "confluent")


def connect_producer(servers: str, client: str = KAFKA_PYTHON) -> Producer:
    """A producer on `servers` (host:port, comma separated). Raises Undelivered when none answers."""
    if client == CONFLUENT:
        _demand_confluent()
        return ConfluentProducer(servers)
    return KafkaPythonProducer(servers)


def connect_consumer(
    servers: str,
    group: str,
    topics: Sequence[str] = (),
    partitions: Sequence[Partition] = (),
    client: str = KAFKA_PYTHON,
) -> Consumer:
    """A consumer of whole topics in a group, of fixed partitions, or (neither given) of what `assign` will say.

    confluent knows only the last. Raises Unavailable when no broker answers.
    """
    if client == CONFLUENT:
        _demand_confluent()
        if topics or partitions:
            raise ValueError("the confluent client reads what `assign` says; give neither topics nor partitions")
        return ConfluentConsumer(servers, group)
    return KafkaPythonConsumer(servers, group, topics, partitions)


def _demand_confluent() -> None:
    if not HAS_CONFLUENT:
        step = "Install it with `pip install tradewarden[confluent]`, or set TRADEWARDEN_KAFKA_CLIENT=kafka-python."
        raise Unavailable("kafka", "client", "confluent-kafka is not installed", "the optional library", step)
