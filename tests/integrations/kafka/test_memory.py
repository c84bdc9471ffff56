"""The broker's twin keeps the promises the platform relies on: order by key, redelivery, a broker that is away."""

import pytest

from integrations.errors import Unavailable
from integrations.kafka.memory import MemoryBroker, MemoryConsumer, MemoryProducer
from integrations.kafka.port import ORDERS, Message, Undelivered


def messages(count, key="client"):
    return [Message(topic=ORDERS, key=key, value=b"%d" % n, headers={"id": str(n)}) for n in range(count)]


def test_messages_of_a_key_keep_their_order():
    broker = MemoryBroker()
    with MemoryProducer(broker) as producer:
        producer.send(messages(5))
    with MemoryConsumer(broker, "workers", [ORDERS]) as consumer:
        records = consumer.poll(10, 0)
    assert [record.value for record in records] == [b"0", b"1", b"2", b"3", b"4"]
    assert [record.offset for record in records] == [0, 1, 2, 3, 4]
    assert records[3].headers == (("id", b"3"),)


def test_what_was_not_committed_comes_again():
    broker = MemoryBroker()
    MemoryProducer(broker).send(messages(5))
    consumer = MemoryConsumer(broker, "workers", [ORDERS])
    first = consumer.poll(3, 0)
    consumer.commit({(ORDERS, first[0].partition): first[1].offset + 1})
    again = MemoryConsumer(broker, "workers", [ORDERS]).poll(10, 0)
    assert [record.offset for record in again] == [2, 3, 4]
    assert len(MemoryConsumer(broker, "others", [ORDERS]).poll(10, 0)) == 5


def test_seek_and_lag():
    broker = MemoryBroker()
    MemoryProducer(broker).send(messages(5))
    consumer = MemoryConsumer(broker, "workers", [ORDERS])
    [partition] = {(record.topic, record.partition) for record in consumer.poll(10, 0)}
    consumer.seek(partition, 4)
    assert [record.offset for record in consumer.poll(10, 0)] == [4]
    assert consumer.end_offsets()[partition] == 5
    with pytest.raises(Unavailable):
        consumer.seek(("elsewhere", 0), 0)


def test_broker_that_is_away():
    broker = MemoryBroker(down=True)
    with pytest.raises(Undelivered):
        MemoryProducer(broker).send(messages(1))
    consumer = MemoryConsumer(broker, "workers", [ORDERS])
    for call in (lambda: consumer.poll(1, 0), lambda: consumer.commit({}), consumer.end_offsets):
        with pytest.raises(Unavailable):
            call()
    assert broker.records == {}
