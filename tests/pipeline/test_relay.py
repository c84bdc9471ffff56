"""The relay: everything written with a decision goes out, in order of its key, again when a broker was away.

Brokers and producers here are twins in memory that can be down, refuse single messages, or let a test look around
while they answer; the real broker is met in tests/broker.
"""

import threading
import time
from collections import defaultdict
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from databases.alert_tables import AlertQuery
from databases.errors import StorageBusy
from databases.outbox import SET_ASIDE_AFTER, Message, StoredMessage
from integrations.kafka import Rejected, Undelivered
from integrations.kafka.memory import MemoryBroker, MemoryProducer
from integrations.kafka.port import ALERTS, DECISIONS
from tradewarden.backlog import OLDEST, alarm_backlog, outbox_jobs, prune_sent
from tradewarden.heartbeat import health_of
from tradewarden.pipeline.batch import Worker, process_batch
from tradewarden.pipeline.intake import take
from tradewarden.relay import BATCH, LEASE, Relay, relay_batch
from tradewarden.sending import LARGE_BYTES, Reconnecting, send_round
from tradewarden.settings import Settings
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import simulate

from .conftest import NOW


def refusal(kind=Undelivered, where="send"):
    return kind("kafka", where, "no", "confirmed messages", "Wait.")


class Picky(MemoryProducer):
    """Refuses the ids in `refused` as `kind` says, after taking what stands before them; counts what it sent."""

    def __init__(self, broker, refused=(), kind=Rejected, topics=()):
        super().__init__(broker)
        self.refused, self.kind, self.topics = set(refused), kind, set(topics)
        self.calls = []

    def send(self, messages):
        self.calls.append(len(messages))
        for message in messages:
            if message.headers["id"] in self.refused or message.topic in self.topics:
                raise refusal(self.kind, message.topic)
            super().send([message])


@pytest.fixture
def decided(app, run):
    """The application with every order of the run decided and its messages in the outbox."""
    events = [as_event(item.order, "test", item.declared_at) for item in simulate(run)]
    with app.database.writing() as uow:
        take(uow, events, "test", "tester", NOW)
    while process_batch(app, Worker(batch_size=64, publish=True)).claimed:
        pass
    return app


def put(app, *named, at=NOW, payload=b"{}"):
    """Messages `key/number` into the outbox; an @topic may follow."""
    messages = []
    for name in named:
        whole, _, topic = name.partition("@")
        messages.append(
            Message(topic=topic or DECISIONS, key=whole.split("/")[0], payload=payload, headers={"id": name})
        )
    with app.database.writing() as uow:
        uow.outbox.append(messages, at)


def ids(broker, topic=None):
    return [
        dict(record.headers)["id"].decode()
        for (name, _), records in broker.records.items()
        if topic in {None, name}
        for record in records
    ]


def by_key(broker):
    """The ids of each key in the order of their first appearance: what a receiver that drops repeats sees."""
    seen = defaultdict(list)
    for (topic, _), records in broker.records.items():
        for record in records:
            name = dict(record.headers)["id"].decode()
            if name not in seen[topic, record.key]:
                seen[topic, record.key].append(name)
    return seen


def waiting(app):
    with app.database.reading() as uow:
        return uow.outbox.backlog()[0]


def test_every_decision_and_alert_goes_out_once(decided, run):
    broker = MemoryBroker()
    producer = MemoryProducer(broker)
    while relay_batch(decided, producer).sent:
        pass
    sent = ids(broker, DECISIONS)
    assert len(sent) == len(set(sent)) == run.orders
    assert 0 < len(ids(broker, ALERTS)) < run.orders
    assert waiting(decided) == 0


def test_a_broker_that_is_away_costs_nothing(app):
    put(app, "A/1", "A/2", "B/1")
    broker = MemoryBroker(down=True)
    for alone in (False, True):
        with pytest.raises(Undelivered):
            relay_batch(app, MemoryProducer(broker), alone=alone)
    with app.database.reading() as uow:
        assert [message.attempts for message in uow.outbox.pending(9)] == [0, 0, 0]
    broker.down = False
    assert relay_batch(app, MemoryProducer(broker)).sent == 3
    assert by_key(broker)[DECISIONS, b"A"] == ["A/1", "A/2"]


def test_no_lock_is_held_while_the_broker_answers(app):
    """Another transaction writes while the producer is sending; on SQLite that fails if the relay holds the lock."""
    put(app, "A/1")
    written = []

    class Slow(MemoryProducer):
        def send(self, messages):
            put(app, "B/1")
            written.append(True)
            super().send(messages)

    try:
        relay_batch(app, Slow(MemoryBroker()))
    except StorageBusy:
        pytest.fail("the relay holds a lock while it sends")
    assert written == [True]
    assert waiting(app) == 1


def test_killed_between_sending_and_marking_it_sends_again_under_the_same_id(app, monkeypatch):
    put(app, "A/1", "A/2")
    broker = MemoryBroker()
    with monkeypatch.context() as patch:
        patch.setattr("tradewarden.relay._mark", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            relay_batch(app, MemoryProducer(broker))
    assert relay_batch(app, MemoryProducer(broker)).sent == 2
    assert ids(broker) == ["A/1", "A/2", "A/1", "A/2"]
    assert by_key(broker)[DECISIONS, b"A"] == ["A/1", "A/2"]


def test_two_relays_take_turns(app):
    put(app, "A/1")
    with app.database.writing() as uow:
        assert uow.outbox.lease("other", NOW, NOW + LEASE)
    assert relay_batch(app, MemoryProducer(MemoryBroker()), "me").standby
    with app.database.writing() as uow:
        assert not uow.outbox.lease("me", NOW + LEASE - timedelta(microseconds=1), NOW + LEASE)
        assert uow.outbox.lease("other", NOW, NOW + LEASE)
        assert uow.outbox.lease("me", NOW + LEASE, NOW + 2 * LEASE)
        assert not uow.outbox.lease("other", NOW + LEASE, NOW + 2 * LEASE)
        assert uow.outbox.lease("me", NOW + LEASE, NOW + LEASE)
        assert uow.outbox.lease("other", NOW + LEASE, NOW + 2 * LEASE)


@pytest.mark.parametrize("kind", [Rejected, Undelivered])
def test_a_bad_message_holds_its_key_and_nobody_else_and_is_set_aside(app, kind):
    put(app, "A/1", "A/2", "A/3", "B/1", "C/1")
    broker = MemoryBroker()
    producer = Picky(broker, refused={"A/1"}, kind=kind)
    with pytest.raises(Undelivered):
        relay_batch(app, producer)
    first = relay_batch(app, producer, alone=True)
    assert (first.sent, first.held, first.set_aside) == (2, True, 0)
    for number in range(2, SET_ASIDE_AFTER + 1):
        put(app, f"B/{number}")
        done = relay_batch(app, producer)
        assert (done.sent, done.held) == (1, True)
    assert done.set_aside == 1
    assert "A/2" not in ids(broker)
    assert relay_batch(app, producer).sent == 2
    assert by_key(broker)[DECISIONS, b"A"] == ["A/2", "A/3"]
    with app.database.writing() as uow:
        (alert,) = uow.alerts.queue(AlertQuery(kind="outbox_message")).items
        assert alert.details["id"] == "A/1"
        assert [message.headers["id"] for message in uow.outbox.set_aside()] == ["A/1"]
        assert uow.outbox.backlog() == (1, NOW)
        assert uow.outbox.try_again() == 1
    producer.refused.clear()
    assert relay_batch(app, producer).sent == 1


def test_one_refused_message_alone_is_set_aside_although_nothing_else_goes_out(app):
    put(app, "A/1")
    producer = Picky(MemoryBroker(), refused={"A/1"})
    with pytest.raises(Rejected):
        relay_batch(app, producer)
    results = [relay_batch(app, producer, alone=True) for _ in range(SET_ASIDE_AFTER)]
    assert [done.set_aside for done in results] == [0, 0, 0, 0, 1]
    assert relay_batch(app, producer).sent == 0


def test_a_topic_that_takes_nothing_blames_no_message(app):
    """A topic that was never made: its messages wait, whatever their number, and the other topic goes on."""
    put(app, *(f"{key}/1@{ALERTS}" for key in "ABCDEFGH"), "A/1", "B/1")
    producer = Picky(MemoryBroker(), topics={ALERTS}, kind=Undelivered)
    for _ in range(SET_ASIDE_AFTER + 2):
        put(app, "Z/1")
        done = relay_batch(app, producer, alone=True)
        assert done.sent
        assert done.set_aside == 0
    with app.database.reading() as uow:
        assert {message.attempts for message in uow.outbox.pending(99)} == {0}
        assert uow.outbox.backlog()[0] == 8


def test_a_large_message_travels_alone():
    large = b"x" * LARGE_BYTES
    messages = [stored(1, "A", b"s"), stored(2, "B", large), stored(3, "B", b"s"), stored(4, "C", b"s")]
    producer = Picky(MemoryBroker())
    done = send_round(producer, messages)
    assert producer.calls == [2, 1, 1]
    assert [message.message_id for message in done.sent] == [1, 4, 2, 3]


def stored(number, key, payload=b"", attempts=0):
    return StoredMessage(
        topic="t", key=key, payload=payload, headers={"id": f"{key}/{number}"}, message_id=number,
        created_at=NOW, attempts=attempts,
    )  # fmt: skip


FATES = st.lists(
    st.tuples(st.sampled_from("ABC"), st.sampled_from(["plain", "plain", "plain", "large", "tried", "refused"])),
    max_size=25,
)


@settings(max_examples=150, deadline=None)
@given(FATES, st.lists(st.sampled_from(["ok", "down", "half", "unmarked"]), max_size=12))
def test_whatever_fails_and_whenever_each_key_keeps_its_order(fates, days):
    """A model of the outbox: rounds with a broker that is down, dies half way or a relay that dies before marking."""
    broker = MemoryBroker()
    bad = set()
    line = []
    for number, (key, fate) in enumerate(fates):
        size = LARGE_BYTES if fate == "large" else 1
        line.append([stored(number, key, b"x" * size), 1 if fate == "tried" else 0])
        if fate == "refused":
            bad.add(f"{key}/{number}")
    done = set()
    for day in [*days, *["ok"] * (2 + len(bad) * SET_ASIDE_AFTER)]:
        producer = Flaky(broker, bad, {"down": 0, "half": 2}.get(day, 999))
        alone = (day == "ok" and any(day_ != "ok" for day_ in days)) or bool(bad)
        pending = [
            stored(message.message_id, message.key, message.payload, attempts)
            for message, attempts in line
            if message.message_id not in done and attempts < SET_ASIDE_AFTER
        ]
        try:
            round_ = send_round(producer, pending, alone)
        except Undelivered:
            continue
        if day == "unmarked":
            continue
        done |= {message.message_id for message in round_.sent}
        for entry in line:
            entry[1] += entry[0].message_id in {message.message_id for message in round_.failed}
    for key in "ABC":
        good = [m.headers["id"] for m, _ in line if m.key == key and m.headers["id"] not in bad]
        assert by_key(broker)["t", key.encode()] == good


class Flaky(Picky):
    """Goes down for good after `left` messages."""

    def __init__(self, broker, refused, left):
        super().__init__(broker, refused)
        self.left = left

    def send(self, messages):
        for message in messages:
            if self.left <= 0:
                raise refusal()
            self.left -= 1
            super().send([message])


class Dying:
    """Connects to a broker that comes back: the first producers fail, each is closed and never used again."""

    def __init__(self, broker, failures):
        self.broker, self.failures, self.made, self.closed = broker, failures, 0, 0

    def __call__(self):
        self.made += 1
        if self.made <= self.failures:
            raise refusal(where="connect")
        outer = self

        class Producer(MemoryProducer):
            def close(self):
                outer.closed += 1

        return Producer(self.broker)


def test_the_loop_waits_for_a_broker_tells_how_it_is_and_ends(app, monkeypatch):
    monkeypatch.setattr("tradewarden.relay.FIRST_RETRY_SECONDS", 0.01)
    put(app, "A/1", "A/2")
    broker, stop = MemoryBroker(), threading.Event()
    connect = Dying(broker, failures=3)
    relay = Relay(app, connect, stop, "relay-1")
    relay.retry_seconds = 0.01
    states = []
    thread = threading.Thread(target=relay.run)
    thread.start()
    deadline = time.monotonic() + 20
    while waiting(app) and time.monotonic() < deadline:
        time.sleep(0.02)
        with app.database.reading() as uow:
            states += [(worker.state, worker.reason[:6]) for worker in uow.streams.workers()]
    stop.set()
    thread.join(20)
    assert not thread.is_alive()
    assert ids(broker) == ["A/1", "A/2"]
    assert (connect.made, connect.closed) == (4, 1)
    assert ("waiting", "broker") in states


def test_a_producer_that_failed_is_closed_and_never_used_again():
    broker, made = MemoryBroker(), []

    class Spoilt(MemoryProducer):
        """As the client library's: after one failure it fails always."""

        failed = closed = False

        def send(self, messages):
            self.failed = self.failed or any(message.headers["id"] == "A/1" for message in messages)
            if self.failed:
                raise refusal(Rejected)
            super().send(messages)

        def close(self):
            self.closed = True

    def connect():
        made.append(Spoilt(broker))
        return made[-1]

    producer = Reconnecting(connect)
    done = send_round(producer, [stored(1, "A"), stored(2, "B"), stored(3, "C")], alone=True)
    assert [message.message_id for message in done.sent] == [2, 3]
    assert [message.message_id for message in done.failed] == [1]
    assert [one.closed for one in made] == [True, False]
    producer.close()
    assert made[-1].closed


def test_an_idle_relay_tells_when_its_broker_goes_and_when_it_is_back(app, monkeypatch):
    monkeypatch.setattr("tradewarden.relay.LOOK_SECONDS", 0.05)
    monkeypatch.setattr("tradewarden.relay.FIRST_RETRY_SECONDS", 0.01)
    monkeypatch.setattr("tradewarden.relay.LONGEST_RETRY_SECONDS", 0.05)
    broker, stop, made = MemoryBroker(), threading.Event(), []

    def connect():
        if broker.down:
            raise refusal(where="broker:9092")
        made.append(MemoryProducer(broker))
        return made[-1]

    def told(ready):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with app.database.reading() as uow:
                found = [health_of(worker, app.clock()) for worker in uow.streams.workers()]
            if found and found[0].ready is ready:
                return found[0]
            time.sleep(0.02)
        return None

    thread = threading.Thread(target=Relay(app, connect, stop, "relay-1").run)
    thread.start()
    try:
        assert told(ready=True)
        broker.down = True
        away = told(ready=False)
        assert away.alive
        assert away.reason.startswith("broker:")
        broker.down = False
        assert told(ready=True)
        put(app, "A/1")
        deadline = time.monotonic() + 20
        while waiting(app) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert ids(broker) == ["A/1"]
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


def test_a_relay_with_work_connects_once(app):
    stop, made = threading.Event(), []

    class Counted(MemoryProducer):
        def __init__(self, broker):
            super().__init__(broker)
            made.append(self)

        def send(self, messages):
            super().send(messages)
            stop.set()

    put(app, "A/1")
    broker = MemoryBroker()
    Relay(app, lambda: Counted(broker), stop, "relay-1").run()
    assert (len(made), ids(broker)) == (1, ["A/1"])


def test_the_end_is_told_and_the_lease_given_back(app):
    stop = threading.Event()
    stop.set()
    Relay(app, Dying(MemoryBroker(), 0), stop, "relay-1").run()
    real = app.database.writing
    with real() as uow:
        (worker,) = uow.streams.workers()
        assert (worker.name, worker.state) == ("relay-1", "ended")
        assert uow.outbox.lease("another", NOW, NOW + LEASE)


def test_sent_messages_go_after_a_while_and_waiting_ones_never(app):
    old = NOW - timedelta(days=30)
    put(app, "A/1", "A/2", "A/3", at=old)
    with app.database.writing() as uow:
        first, second, _ = [message.message_id for message in uow.outbox.pending(9)]
        uow.outbox.mark_sent([first], old)
        uow.outbox.mark_sent([second], NOW)
        assert uow.outbox.prune(old, 9) == 0
        assert prune_sent(uow, NOW, timedelta(days=14)) == 1
        assert prune_sent(uow, NOW + timedelta(days=99), timedelta(days=14)) == 1
        assert uow.outbox.backlog() == (1, old)
    put(app, *(f"B/{number}" for number in range(7)))
    with app.database.writing() as uow:
        uow.outbox.mark_sent([message.message_id for message in uow.outbox.pending(9)], old)
        assert [uow.outbox.prune(NOW, 3) for _ in range(4)] == [3, 3, 2, 0]


@pytest.mark.parametrize(
    ("most", "age", "raised"), [(3, timedelta(0), 1), (4, timedelta(0), 0), (4, OLDEST, 1), (4, OLDEST / 2, 0)]
)
def test_too_many_or_too_old_messages_raise_one_alarm(app, most, age, raised):
    put(app, "A/1", "A/2", "A/3", at=NOW - age)
    with app.database.writing() as uow:
        assert alarm_backlog(uow, NOW, most) == raised
        assert alarm_backlog(uow, NOW, most) == 0


def test_the_jobs_follow_the_settings(app):
    jobs = {name: job for name, _, job in outbox_jobs(Settings(outbox_keep_days=1, outbox_alarm=1))}
    put(app, "A/1")
    with app.database.writing() as uow:
        assert jobs["outbox_backlog"](uow, NOW) == 1
        uow.outbox.mark_sent([uow.outbox.pending(1)[0].message_id], NOW - timedelta(days=2))
        assert jobs["outbox_prune"](uow, NOW) == 1


def test_a_batch_is_bounded(app):
    put(app, *(f"K{number}/1" for number in range(BATCH + 1)))
    producer = MemoryProducer(MemoryBroker())
    assert [relay_batch(app, producer).sent for _ in range(3)] == [BATCH, 1, 0]
