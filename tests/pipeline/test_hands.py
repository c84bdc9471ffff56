"""Hands: several batches of one process at once, each hand a worker of its own over what the process remembers."""

import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from databases.streams import ENDED
from integrations.json_events import encode
from integrations.kafka.memory import MemoryBroker, MemoryConsumer
from integrations.kafka.port import ORDERS
from tradewarden.demo import synthetic_lists
from tradewarden.hands import hands_of, work_together
from tradewarden.pipeline.apply import BatchResult, Worker
from tradewarden.pipeline.lanes import Lanes
from tradewarden.pipeline.reader import StreamReader
from tradewarden.pipeline.screening import screen_order
from tradewarden.pipeline.stream_letters import StreamStopped
from tradewarden.settings import Settings
from tradewarden.setup import prepare
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import Run, simulate
from tradewarden.wiring import build, utc_now

RUN = Run(seed=9, orders=150, clients=15)


@pytest.fixture
def app(tmp_path, url):
    application = build(Settings(data_dir=tmp_path / "data", database_url=url, hands=3, idle_seconds=0.05), utc_now)
    prepare(application)
    with application.database.writing() as uow:
        for imported in synthetic_lists(utc_now()):
            uow.watchlists.import_version(imported, "test", utc_now())
    yield application
    application.database.dispose()


@pytest.fixture(scope="module")
def events():
    return [as_event(item.order, "test", item.declared_at) for item in simulate(RUN)]


def lanes_of(app, broker, worker):
    reader = StreamReader(app=app, worker=worker, connect=lambda: MemoryConsumer(broker, "g"), topics=[ORDERS])
    return Lanes(app=app, worker=worker, live=reader)


def until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not (done := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return done


def test_as_many_hands_as_set_and_one_on_sqlite(app):
    names = [hand.name for hand in hands_of(app, Worker(name="w"))]
    assert names == (["w"] if app.database.is_sqlite else ["w", "w.2", "w.3"])


def test_every_order_is_decided_once_and_in_order_of_its_client(app, events):
    broker, stop = MemoryBroker(partitions=6), threading.Event()
    hands = [lanes_of(app, broker, hand) for hand in hands_of(app, Worker(name="w", batch_size=8, lanes=("live",)))]
    failures = []

    def run():
        try:
            work_together(app, hands, stop)
        except Exception as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()

    def books():
        with app.database.reading() as uow:
            return uow.inbox.counts()

    def holders():
        with app.database.reading() as uow:
            return {partition.holder for partition in uow.streams.partitions()}

    try:
        assert until(lambda: holders() == {hand.worker.name for hand in hands}), (holders(), failures)
        for event in events + events[:20]:
            broker.append(ORDERS, event.order.client_uscc.encode(), encode(event), {})
        assert until(lambda: books().received >= 170), (books(), failures)
    finally:
        stop.set()
        thread.join(30)
    assert not thread.is_alive()
    assert not failures
    counts = books()
    assert (counts.balanced, counts.applied, counts.duplicate, counts.dead) == (True, 150, 20, 0)
    with app.database.reading() as uow:
        assert {worker.state for worker in uow.streams.workers()} == {ENDED}
        seen = {}
        for event in events:
            item = uow.inbox.of_order(event.order_id)[0]
            seen.setdefault(item.client_key, []).append(item.inbox_id)
        actors = {head.stream for head in uow.audit.streams() if head.stream.startswith("w")}
        problems = [problem for actor in actors for problem in uow.audit.verify(actor)]
    assert all(ids == sorted(ids) for ids in seen.values())
    assert actors == {hand.worker.name for hand in hands}
    assert not problems


def test_when_one_hand_fails_all_stop_and_the_failure_is_told(app, monkeypatch):
    stop, both = threading.Event(), threading.Barrier(2)
    hands = [Lanes(app=app, worker=Worker(name=name)) for name in ("w", "w.2")]

    def turn(self, idle=False):
        if not idle:
            both.wait(10)
        if self.worker.name == "w.2":
            raise StreamStopped("too many")
        return BatchResult()

    monkeypatch.setattr(Lanes, "turn", turn)
    with pytest.raises(StreamStopped, match="too many"):
        work_together(app, hands, stop)
    assert stop.is_set()
    with app.database.reading() as uow:
        assert [(worker.name, worker.state) for worker in uow.streams.workers()] == [("w", ENDED)]


def test_a_party_is_screened_again_when_a_batch_began_with_other_lists_or_another_threshold(app, events):
    order = events[0].order
    with app.database.writing() as uow:
        context = app.standing.context(uow, app.checks, utc_now())
    stricter = replace(context.policy.screening, minimum_score=context.policy.screening.minimum_score + 1)
    others = [
        replace(context, lists_version="other"),
        replace(context, policy=replace(context.policy, screening=stricter)),
        replace(context, today=context.today + timedelta(days=1)),
    ]
    first = screen_order(order, "d-1", app.standing, context)
    for number, other in enumerate(others):
        found = screen_order(order, f"d-{number + 2}", app.standing, other)
        assert "d-1" not in {result.reused_from for result in found.results}
    again = screen_order(order, "d-9", app.standing, context)
    assert {result.reused_from for result in again.results} == {"d-1"}
    assert first.subject_keys == again.subject_keys
