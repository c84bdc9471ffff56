"""The twin reads what is assigned, from the offsets it is told, as the real consumers do."""

import pytest

from integrations.errors import Unavailable
from integrations.kafka import HAS_CONFLUENT, connect_consumer
from integrations.kafka.memory import MemoryBroker, MemoryConsumer

FIRST, SECOND = ("orders", 0), ("orders", 1)


@pytest.fixture
def broker():
    made = MemoryBroker(partitions=2)
    for n in range(40):
        made.append("orders", b"%d" % n, b"%d" % n, {})
    return made


def offsets(records, partition):
    return [record.offset for record in records if (record.topic, record.partition) == partition]


def test_a_new_partition_starts_where_we_say_and_a_kept_one_goes_on(broker):
    consumer = MemoryConsumer(broker, "g")
    assert consumer.partitions(["orders"]) == [FIRST, SECOND]
    assert consumer.poll(10, 0) == []
    consumer.assign({FIRST: 3})
    assert offsets(consumer.poll(4, 0), FIRST) == [3, 4, 5, 6]
    consumer.assign({FIRST: 0, SECOND: 5})
    records = consumer.poll(1000, 0)
    assert offsets(records, FIRST)[0] == 7
    assert offsets(records, SECOND)[0] == 5
    consumer.assign({SECOND: 0})
    assert consumer.assignment() == {SECOND}
    with pytest.raises(Unavailable):
        consumer.seek(FIRST, 0)
    consumer.assign({FIRST: 1, SECOND: 0})
    assert offsets(consumer.poll(1000, 0), FIRST)[0] == 1


def test_offsets_without_records_are_passed_over(broker):
    end = broker.end(FIRST)
    broker.skip(FIRST, 3)
    assert broker.end(FIRST) == end + 3
    consumer = MemoryConsumer(broker, "g")
    consumer.assign({FIRST: end})
    assert consumer.poll(10, 0) == []
    assert consumer.end_offsets() == {FIRST: end + 3}
    assert consumer.begin_offsets() == {FIRST: 0}


def test_an_address_nobody_listens_on_is_unavailable():
    for client in ("kafka-python", "confluent"):
        with pytest.raises(Unavailable):
            connect_consumer("127.0.0.1:1", "g", client=client)


@pytest.mark.skipif(not HAS_CONFLUENT, reason="the extra confluent is not installed")
def test_confluent_reads_only_what_is_assigned():
    with pytest.raises(ValueError, match="assign"):
        connect_consumer("127.0.0.1:1", "g", topics=["orders"], client="confluent")
