"""From the stream into decisions: every record has its effect once, whatever stops the worker in between."""

from dataclasses import replace
from datetime import timedelta

import pytest

from databases.alerts import AlertQuery
from databases.streams import LeaseLost
from integrations.json_events import encode
from integrations.kafka.memory import MemoryBroker, MemoryConsumer
from integrations.kafka.port import DEAD_LETTERS, LOGISTICS, ORDERS, ORDERS_BULK
from tradewarden.pipeline import stream as streaming
from tradewarden.pipeline.apply import Worker
from tradewarden.pipeline.gather import decision_id_of
from tradewarden.pipeline.intake import take
from tradewarden.pipeline.lanes import Lanes
from tradewarden.pipeline.reader import StreamReader
from tradewarden.pipeline.stream_letters import StreamStopped
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import simulate

from .conftest import NOW

WORKER = Worker(name="w1", batch_size=16, publish=True)


@pytest.fixture
def broker():
    return MemoryBroker(partitions=2)


@pytest.fixture
def events(run):
    return [as_event(item.order, "test", item.declared_at) for item in simulate(replace(run, orders=40))]


def send(broker, *events, topic=ORDERS, headers=None):
    for event in events:
        key = event.order.client_uscc.encode() if event.order else event.order_id.encode()
        broker.append(topic, key, encode(event), headers or {})


def reader(app, broker, worker=WORKER, topics=(ORDERS, LOGISTICS)):
    return StreamReader(app=app, worker=worker, connect=lambda: MemoryConsumer(broker, "g"), topics=topics)


def drain(reader):
    results = []
    while (result := reader.read(0)).polled:
        results.append(result)
    return results


def books(app):
    with app.database.reading() as uow:
        return uow.inbox.counts()


def lag(app):
    with app.database.reading() as uow:
        return sum(state.lag for state in uow.streams.partitions())


def alerts(app, kind):
    with app.database.reading() as uow:
        return [alert for alert in uow.alerts.queue(AlertQuery()).items if alert.kind == kind]


def letters(app):
    with app.database.reading() as uow:
        return uow.dead_letters.list().items


def test_every_record_is_decided_once_and_the_offsets_stand_behind_the_last(app, broker, events):
    send(broker, *events)
    results = drain(reader(app, broker))
    assert sum(result.decided for result in results) == len(events)
    assert max(result.polled for result in results) <= WORKER.batch_size
    counts = books(app)
    assert (counts.balanced, counts.received, counts.applied, counts.pending) == (True, 40, 40, 0)
    with app.database.reading() as uow:
        states = {(state.topic, state.partition): state for state in uow.streams.partitions()}
        assert not [problem for head in uow.audit.streams() for problem in uow.audit.verify(head.stream)]
        assert uow.inbox.status("test", events[0].event_id).decision_id == decision_id_of(events[0].order_id, 1)
    for partition in broker.records:
        assert states[partition].next_offset == broker.end(partition) == broker.committed["g", partition]
    assert lag(app) == 0
