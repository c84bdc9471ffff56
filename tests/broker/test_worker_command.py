"""`tradewarden worker` as operators run it: reads Kafka when brokers are set, stops loudly, ends quickly."""

import os
import signal
import subprocess
import sys
import time

import pytest

from databases.engine import Database
from integrations.json_events import encode
from integrations.kafka import Message, connect_producer
from integrations.kafka.port import ORDERS, ORDERS_BULK
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import Run, simulate

pytestmark = [pytest.mark.broker, pytest.mark.timeout(240)]
BROKEN = 150


@pytest.fixture
def start(broker, tmp_path):
    """Starts workers on one fresh data folder; whatever still runs in the end is killed by its id."""
    running = []

    def run(*arguments, **settings):
        environment = {
            **os.environ,
            "TRADEWARDEN_DATA_DIR": str(tmp_path / "data"),
            "TRADEWARDEN_KAFKA_SERVERS": broker.servers,
            "TRADEWARDEN_KAFKA_PARTITIONS": "4",
            "TRADEWARDEN_LEASE_SECONDS": "3",
            **settings,
        }
        log = (tmp_path / f"worker{len(running)}.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-c", "from tradewarden.cli.main import main; main()", "worker", *arguments],
            env=environment, stdout=log, stderr=log,
        )  # fmt: skip
        log.close()
        running.append(process)
        return process

    yield run
    for process in running:
        if process.poll() is None:
            process.kill()
        process.wait(30)


def send(broker, topic, values):
    with connect_producer(broker.servers) as producer:
        producer.send([Message(topic=topic, key=str(n % 7), value=value) for n, value in enumerate(values)])


def wait_for(condition, seconds=90):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def test_it_stops_loudly_and_goes_on_when_told(broker, start, tmp_path):
    events = [as_event(item.order, "test", item.declared_at) for item in simulate(Run(seed=6, orders=60, clients=10))]
    first = start("--name", "a")
    database = Database(f"sqlite:///{tmp_path / 'data' / 'tradewarden.db'}")
    assert wait_for(lambda: database.revision() == database.head())

    def states():
        with database.reading() as uow:
            return {worker.name: worker.state for worker in uow.streams.workers()}

    assert wait_for(lambda: states() == {"a": "running"})
    send(broker, ORDERS, [b"{broken %d" % n for n in range(BROKEN)])
    assert first.wait(90) == 2
    assert "records of the streams are dead letters" in (tmp_path / "worker0.log").read_text()
    assert states() == {"a": "stopped"}

    send(broker, ORDERS, [encode(event) for event in events[:40]])
    send(broker, ORDERS_BULK, [encode(event) for event in events[40:]])
    live = start("--name", "a", "--lane", "live", TRADEWARDEN_DEAD_RATIO="1")
    bulk = start("--name", "b", "--lane", "bulk")

    def books():
        with database.reading() as uow:
            return uow.inbox.counts()

    assert wait_for(lambda: books().received == BROKEN + 60), books()
    begun = time.monotonic()
    for process in (live, bulk):
        process.send_signal(signal.SIGTERM)
    assert [live.wait(30), bulk.wait(30)] == [0, 0]
    assert time.monotonic() - begun < 15
    counts = books()
    assert (counts.balanced, counts.applied, counts.dead, counts.pending) == (True, 60, BROKEN, 0)
    assert states() == {"a": "ended", "b": "ended"}
    database.dispose()
