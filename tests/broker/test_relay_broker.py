"""The relay on a real broker: killed, paused and refusing, it loses nothing and keeps the order of every key."""

import gc
import threading
import time
import warnings
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from kafka import KafkaAdminClient

from databases.outbox import SET_ASIDE_AFTER, Message
from integrations.kafka import connect_consumer, connect_producer
from tradewarden.relay import Relay, relay_batch
from tradewarden.settings import Settings
from tradewarden.setup import prepare
from tradewarden.wiring import build

pytestmark = [pytest.mark.broker, pytest.mark.timeout(240)]
KEYS = 10
FIRST, SECOND = 1500, 500


@pytest.fixture
def app(tmp_path, broker):
    application = build(Settings(data_dir=tmp_path / "data", kafka_servers=broker.servers, idle_seconds=0.05))
    prepare(application)
    yield application
    application.database.dispose()
    with warnings.catch_warnings():
        # the client library leaves the sockets of connections that were refused to the garbage collector
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def put(app, topic, numbers, payload=b"{}"):
    messages = [
        Message(topic=topic, key=f"K{number % KEYS}", payload=payload, headers={"id": str(number)})
        for number in numbers
    ]
    with app.database.writing() as uow:
        uow.outbox.append(messages, datetime.now(UTC))


def backlog(app):
    with app.database.reading() as uow:
        return uow.outbox.backlog()[0]


def wait_until(met, seconds):
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


def first_appearances(servers, topic, seconds=30.0):
    """The ids of each key in the order of their first appearance, and how many records came in all."""
    seen, records = defaultdict(list), 0
    with connect_consumer(servers, f"check-{topic}", topics=[topic]) as consumer:
        deadline, quiet = time.monotonic() + seconds, 0
        while quiet < 4 and time.monotonic() < deadline:
            found = consumer.poll(500, 0.5)
            quiet = 0 if found or not records else quiet + 1
            for record in found:
                records += 1
                number = int(dict(record.headers)["id"])
                if number not in seen[record.key]:
                    seen[record.key].append(number)
    return seen, records


def test_the_broker_is_killed_in_between(app, broker, topic):
    put(app, topic, range(FIRST))
    stop = threading.Event()
    relay = Relay(app, lambda: connect_producer(broker.servers), stop)
    thread = threading.Thread(target=relay.run, daemon=True)
    thread.start()
    try:
        wait_until(lambda: backlog(app) < FIRST, 60)
        broker.kill()
        put(app, topic, range(FIRST, FIRST + SECOND))
        assert backlog(app) > 0
        broker.start()
        wait_until(lambda: backlog(app) == 0, 150)
    finally:
        stop.set()
        thread.join(60)
    assert not thread.is_alive()
    seen, records = first_appearances(broker.servers, topic)
    assert records >= FIRST + SECOND
    for key in range(KEYS):
        assert seen[f"K{key}".encode()] == list(range(key, FIRST + SECOND, KEYS))


def test_two_relays_on_one_outbox_keep_the_order(app, broker, topic):
    put(app, topic, range(FIRST))
    stop = threading.Event()
    relays = [Relay(app, lambda: connect_producer(broker.servers), stop, name) for name in ("relay-a", "relay-b")]
    threads = [threading.Thread(target=relay.run, daemon=True) for relay in relays]
    for thread in threads:
        thread.start()
    try:
        wait_until(lambda: backlog(app) == 0, 60)
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    seen, records = first_appearances(broker.servers, topic)
    assert records == FIRST
    assert all(seen[f"K{key}".encode()] == list(range(key, FIRST, KEYS)) for key in range(KEYS))


def test_a_message_the_broker_refuses_is_set_aside_and_the_others_arrive(app, broker, topic):
    admin = KafkaAdminClient(bootstrap_servers=broker.servers)
    options = {"num_partitions": 1, "replication_factor": 1, "configs": {"max.message.bytes": "2000"}}
    admin.create_topics({topic: options})
    admin.close()
    # random, so that compression doesn't make it small enough after all
    put(app, topic, [0], Random(1).randbytes(5000))
    put(app, topic, [KEYS])
    put(app, topic, range(1, KEYS))
    now = datetime.now(UTC)
    stop = threading.Event()
    relay = Relay(app, lambda: connect_producer(broker.servers), stop)
    thread = threading.Thread(target=relay.run, daemon=True)
    thread.start()
    try:
        wait_until(lambda: backlog(app) == 1, 90)
    finally:
        stop.set()
        thread.join(60)
    seen, _ = first_appearances(broker.servers, topic)
    assert seen[b"K0"] == [KEYS]
    assert all(seen[f"K{key}".encode()] == [key] for key in range(1, KEYS))
    with app.database.reading() as uow:
        (aside,) = uow.outbox.set_aside()
        assert (aside.headers["id"], aside.attempts) == ("0", SET_ASIDE_AFTER)
        assert aside.created_at <= now
        assert uow.outbox.backlog()[0] == 1
    with connect_producer(broker.servers) as producer:
        assert relay_batch(app, producer).sent == 0


def test_a_paused_broker_does_not_keep_the_relay_from_stopping(app, broker, topic):
    """A delivery may still be waited for; the process itself leaves after its grace period (tests of the processes)."""
    put(app, topic, range(10))
    stop = threading.Event()
    relay = Relay(app, lambda: connect_producer(broker.servers), stop)
    broker.pause()
    try:
        thread = threading.Thread(target=relay.run, daemon=True)
        thread.start()
        time.sleep(1)
        stop.set()
    finally:
        broker.resume()
    thread.join(60)
    assert not thread.is_alive()
    with app.database.writing() as uow:
        now = datetime.now(UTC)
        assert uow.outbox.lease("next", now, now + timedelta(seconds=1))
