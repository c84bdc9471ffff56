"""The Kafka adapter on a real broker: what is confirmed is there, what was not committed comes again."""

import gc
import threading
import time
from contextlib import suppress

import pytest

from integrations.errors import Unavailable
from integrations.kafka import CLIENTS, HAS_CONFLUENT, Message, connect_consumer, connect_producer, ensure_topics

pytestmark = [pytest.mark.broker, pytest.mark.timeout(180)]


def messages(topic, first, last):
    return [Message(topic=topic, key="client", value=b"%d" % n, headers={"id": str(n)}) for n in range(first, last)]


def read(consumer, count, seconds=30.0):
    """Poll until `count` records are there; more would be a fault too, so one more poll is made."""
    records = []
    deadline = time.monotonic() + seconds
    while len(records) < count and time.monotonic() < deadline:
        records += consumer.poll(500, 0.5)
    return records + consumer.poll(500, 0.2)


def values(records):
    return [int(record.value) for record in records]


def test_uncommitted_records_come_again_also_after_a_crash_of_the_broker(broker, topic):
    with connect_producer(broker.servers) as producer:
        producer.send(messages(topic, 0, 5))
    with connect_consumer(broker.servers, "group-a", topics=[topic]) as consumer:
        records = read(consumer, 5)
        assert values(records) == [0, 1, 2, 3, 4]
        assert (records[2].key, records[2].headers) == (b"client", (("id", b"2"),))
        where = (topic, records[0].partition)
        assert where in consumer.assignment()
        assert consumer.end_offsets()[where] == 5
        consumer.commit({where: 3})
    broker.kill()
    broker.start()
    with connect_producer(broker.servers) as producer:
        producer.send(messages(topic, 5, 7))
    with connect_consumer(broker.servers, "group-a", topics=[topic]) as consumer:
        assert values(read(consumer, 4)) == [3, 4, 5, 6]


# a connection attempt that fails leaves its socket to the collector; that is the library's way
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("client", [name for name in CLIENTS if name != "confluent" or HAS_CONFLUENT])
def test_closing_does_not_wait_for_a_broker_that_is_gone(broker, topic, client):
    ensure_topics(broker.servers, [topic], 1)
    with connect_producer(broker.servers) as producer:
        producer.send(messages(topic, 0, 5))
    consumer = connect_consumer(broker.servers, "group-c", client=client)
    consumer.assign({(topic, 0): 0})
    assert values(read(consumer, 5)) == [0, 1, 2, 3, 4]
    broker.kill()
    try:
        with suppress(Unavailable):
            consumer.commit({(topic, 0): 5})
        closing = threading.Thread(target=consumer.close, daemon=True)
        closing.start()
        closing.join(20)
        assert not closing.is_alive()
    finally:
        broker.start()
    del consumer, closing
    gc.collect()


def test_fixed_partitions_start_where_we_say(broker, topic):
    with connect_producer(broker.servers) as producer:
        producer.send(messages(topic, 0, 10))
    with connect_consumer(broker.servers, "group-b", partitions=[(topic, n) for n in range(4)]) as consumer:
        [number] = {record.partition for record in read(consumer, 10)}
        consumer.seek((topic, number), 7)
        assert values(read(consumer, 3)) == [7, 8, 9]
        with pytest.raises(Unavailable):
            consumer.seek(("elsewhere", 0), 0)


def test_large_order_passes(broker, topic):
    big = bytes(range(256)) * 4096 * 7
    with connect_producer(broker.servers) as producer:
        producer.send([Message(topic=topic, key="client", value=big)])
    with connect_consumer(broker.servers, "group-c", topics=[topic]) as consumer:
        [record] = read(consumer, 1)
    assert record.value == big
