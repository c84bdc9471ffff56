"""The relay: everything written with a decision goes out, in order of its key, again when a broker was away."""

from contextlib import suppress

import pytest

from integrations.kafka import Undelivered
from integrations.kafka.memory import MemoryBroker, MemoryProducer
from integrations.kafka.port import ALERTS, DECISIONS
from tradewarden.pipeline.batch import Worker, process_batch
from tradewarden.pipeline.intake import take
from tradewarden.relay import relay_batch
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import simulate

from .conftest import NOW


@pytest.fixture
def decided(app, run):
    """The application with every order of the run decided and its messages in the outbox."""
    events = [as_event(item.order, "test", item.declared_at) for item in simulate(run)]
    with app.database.writing() as uow:
        take(uow, events, "test", "tester", NOW)
    while process_batch(app, Worker(batch_size=64, publish=True)).claimed:
        pass
    return app


def _sent(broker, topic):
    return [record for (name, _), records in broker.records.items() if name == topic for record in records]


def test_every_decision_and_alert_goes_out_once(decided, run):
    broker = MemoryBroker()
    producer = MemoryProducer(broker)
    while relay_batch(decided, producer):
        pass
    ids = [dict(record.headers)["id"] for record in _sent(broker, DECISIONS)]
    assert len(ids) == len(set(ids)) == run.orders
    assert 0 < len(_sent(broker, ALERTS)) < run.orders
    with decided.database.reading() as uow:
        assert uow.outbox.backlog()[0] == 0


def test_a_broker_that_is_away_costs_nothing(decided, run):
    broker = MemoryBroker(down=True)
    producer = MemoryProducer(broker)
    with pytest.raises(Undelivered):
        relay_batch(decided, producer)
    broker.down = False
    with suppress(Undelivered):
        while relay_batch(decided, producer):
            pass
    assert len(_sent(broker, DECISIONS)) == run.orders
