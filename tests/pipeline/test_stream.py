"""From the stream into decisions: every record has its effect once, whatever stops the worker in between."""

import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
import structlog
from sqlalchemy.exc import OperationalError

from databases.alert_tables import AlertQuery
from databases.audit import AuditQuery
from databases.errors import ReadOnlyStorage, StorageError
from databases.streams import LeaseLost
from integrations.json_events import encode
from integrations.kafka.memory import MemoryBroker, MemoryConsumer
from integrations.kafka.port import CUSTOMS, DEAD_LETTERS, LOGISTICS, ORDERS, ORDERS_BULK
from tradewarden.pipeline import gather as gathering
from tradewarden.pipeline import stream as streaming
from tradewarden.pipeline.apply import Worker
from tradewarden.pipeline.gather import decision_id_of
from tradewarden.pipeline.intake import take
from tradewarden.pipeline.lanes import Lanes
from tradewarden.pipeline.reader import StreamReader
from tradewarden.pipeline.stream_letters import StreamStopped
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import simulate
from tradewarden.worker import work

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


def audited(app, action):
    with app.database.reading() as uow:
        return [entry.object_id for entry in reversed(uow.audit.search(AuditQuery(action=action)).items)]


def offsets(app):
    with app.database.reading() as uow:
        return {(state.topic, state.partition): state.next_offset for state in uow.streams.partitions()}


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


def test_records_that_come_again_are_not_even_counted(app, broker, events):
    send(broker, *events[:10])
    drain(reader(app, broker))
    broker.committed.clear()
    again = reader(app, broker)
    for partition in broker.records:
        again.ready().seek(partition, 0)
    assert not any(result.claimed or result.duplicate for result in drain(again))
    assert books(app).received == 10


def test_the_same_event_sent_twice_is_a_duplicate_and_another_content_a_conflict(app, broker, events):
    event = events[0]
    other = replace(event, order=replace(event.order, client_name="别的客户"))
    send(broker, event, event, other)
    [result] = drain(reader(app, broker))
    assert (result.decided, result.duplicate, result.conflict) == (1, 1, 1)
    assert len(alerts(app, "event_conflict")) == 1
    assert books(app).balanced


def test_what_another_door_left_for_a_client_is_worked_first(app, broker, events):
    [(client, _)] = Counter(event.order.client_uscc for event in events).most_common(1)
    mine = [event for event in events if event.order.client_uscc == client][:3]
    others = [event for event in events if event.order.client_uscc != client][:2]
    with app.database.writing() as uow:
        take(uow, [*mine[:2], others[0]], "rest", "tester", NOW)
    send(broker, mine[2], others[1])
    read = reader(app, broker)
    result = read.read(0)
    assert result.claimed == 4
    decided = audited(app, "order.decided")
    assert [order_id for order_id in decided if order_id in {event.order_id for event in mine}] == [
        event.order_id for event in mine
    ]
    assert books(app).pending == 1


def test_behind_a_long_queue_of_its_client_a_record_waits_its_turn(app, broker, events):
    client = events[0].order.client_uscc
    queued = [
        replace(events[0], event_id=f"q{n}", order_id=f"Q{n}", order=replace(events[0].order, order_id=f"Q{n}"))
        for n in range(20)
    ]
    with app.database.writing() as uow:
        take(uow, queued, "rest", "tester", NOW)
    late = next(event for event in events[1:] if event.order.client_uscc == client)
    send(broker, late)
    assert reader(app, broker).read(0).claimed == WORKER.batch_size
    assert books(app).pending == 5
    lanes = Lanes(app=app, worker=WORKER)
    while lanes.turn().claimed:
        pass
    assert audited(app, "order.decided")[-1] == late.order_id


def test_honest_gaps_are_read_twice_and_then_believed(app, broker, events):
    for event in events[:12]:
        send(broker, event)
        broker.skip((ORDERS, 0))
        broker.skip((ORDERS, 1))
    drain(reader(app, broker))
    assert books(app).applied == 12
    assert all(offsets(app)[partition] >= log[-1].offset for partition, log in broker.records.items())


class Forgetful(MemoryConsumer):
    """Loses one record of a poll, as a client library with a fault would."""

    lost = 0

    def poll(self, most, seconds):
        found = super().poll(most, seconds)
        if len(found) > 5 and not Forgetful.lost:
            Forgetful.lost = 1
            del found[2]
        return found


def test_a_record_the_client_library_lost_is_fetched(app, broker, events, monkeypatch):
    monkeypatch.setattr(Forgetful, "lost", 0)
    send(broker, *events)
    read = reader(app, broker)
    read.connect = lambda: Forgetful(broker, "g")
    drain(read)
    assert Forgetful.lost
    assert (books(app).applied, books(app).duplicate) == (40, 0)


def test_a_record_that_fails_alone_costs_itself(app, broker, events, monkeypatch):
    poison = events[5].order_id

    def explode(order, *rest):
        if order.order_id == poison:
            raise RuntimeError("this order can't be gathered")
        return original(order, *rest)

    original = gathering.screen_order
    monkeypatch.setattr(gathering, "screen_order", explode)
    send(broker, *events[:12], headers={"trace": "t1"})
    drain(reader(app, broker))
    counts = books(app)
    assert (counts.balanced, counts.applied, counts.dead, counts.pending) == (True, 11, 1, 0)
    [letter] = letters(app)
    assert (letter.source, letter.order_id, letter.attempts) == ("kafka:trade.orders", poison, 2)
    assert letter.raw == encode(events[5])
    assert letter.headers["trace"] == "t1"
    assert "can't be gathered" in letter.reason
    with app.database.reading() as uow:
        [told] = [message for message in uow.outbox.pending(100) if message.topic == DEAD_LETTERS]
    assert told.payload == letter.raw
    assert told.headers["place"] == letter.place
    assert (told.headers["attempts"], told.headers["id"]) == ("2", f"dead/{letter.place}")


@pytest.mark.parametrize("topic", [LOGISTICS, CUSTOMS])
def test_a_status_event_that_cannot_be_read_is_told_to_the_dead_letter_topic_too(app, broker, topic):
    broker.append(topic, b"O-1", b'{"kind": "no such"}', {"trace": "t1"})
    broker.append(topic, None, b"not json", {})
    drain(reader(app, broker, topics=(topic,)))
    assert (books(app).dead, books(app).balanced) == (2, True)
    kept = {letter.place: letter for letter in letters(app)}
    with app.database.reading() as uow:
        told = {message.headers["place"]: message for message in uow.outbox.pending(100)}
    assert told.keys() == kept.keys()
    assert {message.topic for message in told.values()} == {DEAD_LETTERS}
    assert {message.key for message in told.values()} == {"O-1", next(p for p in kept if kept[p].raw == b"not json")}
    for place, message in told.items():
        assert place.startswith(f"{topic}[")
        assert (message.payload, message.headers["reason"]) == (kept[place].raw, kept[place].reason)
        assert message.headers["id"] == f"dead/{place}"


def test_without_a_relay_nothing_is_put_in_line_for_it(app, broker):
    broker.append(LOGISTICS, None, b"not json", {})
    drain(reader(app, broker, worker=replace(WORKER, publish=False)))
    assert books(app).dead == 1
    with app.database.reading() as uow:
        assert uow.outbox.pending(1) == []


def test_a_record_without_a_key_is_judged_like_any_other(app, broker, events):
    for event in events[:8]:
        broker.append(ORDERS, None, encode(event), {})
    drain(reader(app, broker))
    counts = books(app)
    assert (counts.balanced, counts.received, counts.applied, counts.dead) == (True, 8, 8, 0)
    with app.database.reading() as uow:
        decided = [uow.inbox.status("test", event.event_id).decision_id for event in events[:8]]
    assert decided == [decision_id_of(event.order_id, 1) for event in events[:8]]


@pytest.mark.parametrize("first", [1, 2])
def test_revisions_without_a_key_may_come_either_way_round_and_the_higher_one_stands(app, broker, events, first):
    order = events[0].order
    sent = {n: as_event(replace(order, revision=n), "test", events[0].occurred_at) for n in (1, 2)}
    for number in (first, 3 - first):
        broker.append(ORDERS, None, encode(sent[number]), {})
        drain(reader(app, broker))
    with app.database.reading() as uow:
        assert uow.orders.get(order.order_id).summary.revision == 2
        states = [uow.inbox.status("test", sent[number].event_id).state for number in (1, 2)]
    assert states == ["applied" if first == 1 else "stored_older", "applied"]
    assert books(app).balanced


@pytest.mark.parametrize(
    "fault",
    [OperationalError("SELECT", {}, Exception("gone")), ReadOnlyStorage("full"), MemoryError(), OSError(5, "io")],
)
def test_a_fault_of_ours_is_no_record_s_fault(app, broker, events, monkeypatch, fault):
    if isinstance(fault, OperationalError):
        fault.orig = psycopg.OperationalError("the server went away")

    def fail(*_):
        raise fault

    send(broker, *events[:5])
    read = reader(app, broker)
    with monkeypatch.context() as patch:
        patch.setattr(gathering, "screen_order", fail)
        with pytest.raises((StorageError, MemoryError, OSError)):
            read.read(0)
    assert books(app).received == 0
    drain(read)
    assert (books(app).applied, books(app).dead) == (5, 0)


def test_a_worker_whose_partitions_were_taken_over_writes_nothing(app, broker, events, monkeypatch):
    send(broker, *events[:20])
    zombie, other = reader(app, broker), reader(app, broker, replace(WORKER, name="w2"))
    consumer = zombie.ready()
    later = replace(app, clock=lambda: NOW + timedelta(minutes=1))
    other.app = later
    assert other.read(0).decided == 16
    with pytest.raises(LeaseLost):
        streaming.consume(app, WORKER, consumer, zombie.reading, 0)
    drain(other)
    assert (books(app).applied, books(app).duplicate) == (20, 0)
    zombie.app = later
    assert not drain(zombie)


def stopped_by(app, broker):
    """The results until the stream stopped."""
    read = reader(app, broker)
    results = []

    def go_on():
        while True:
            results.append(read.read(0))
            assert results[-1].polled

    with pytest.raises(StreamStopped, match="dead letters"):
        go_on()
    return results


def test_too_many_dead_letters_stop_the_stream_loudly_and_starting_again_does_not_drain_it(app, broker, events):
    app = replace(app, settings=app.settings.model_copy(update={"dead_window": 40}))
    for n in range(100):
        broker.append(ORDERS, b"c", b"{broken %d" % n, {})
    results = stopped_by(app, broker)
    assert sum(result.dead for result in results) == 16
    before = offsets(app)
    assert stopped_by(app, broker) == []
    assert offsets(app) == before
    stop = threading.Event()
    lanes = Lanes(app=app, worker=WORKER, live=reader(app, broker))
    with pytest.raises(StreamStopped):
        work(app, WORKER, stop, lanes=lanes)
    with app.database.reading() as uow:
        [worker] = uow.streams.workers()
        assert {state.holder for state in uow.streams.partitions()} == {""}
    assert (worker.state, "dead letters" in worker.reason) == ("stopped", True)
    assert len(alerts(app, "stream_stopped")) == 1
    assert (books(app).dead, offsets(app)) == (16, before)


def test_the_dead_of_a_working_stream_stop_nothing(app, broker, events):
    app = replace(app, settings=app.settings.model_copy(update={"dead_window": 20}))
    for event in events:
        send(broker, event)
        broker.append(ORDERS, event.order.client_uscc.encode(), b"{", {}) if int(event.order_id[-1]) % 3 == 0 else None
    drain(reader(app, broker))
    assert books(app).applied == 40


def test_a_topic_made_anew_is_read_from_its_beginning(app, broker, events):
    send(broker, *events[:20])
    drain(reader(app, broker))
    broker.records.clear()
    send(broker, *events[18:25])
    drain(reader(app, broker))
    assert (books(app).applied, books(app).duplicate) == (25, 2)
    assert alerts(app, "stream_rewound")


def test_a_poll_holds_no_more_bytes_than_allowed(app, broker, events):
    size = len(encode(events[0]))
    app = replace(app, settings=app.settings.model_copy(update={"poll_bytes": 3 * size}))
    send(broker, *[replace(events[0], event_id=f"e{n}") for n in range(12)])
    results = drain(reader(app, broker))
    assert 1 <= max(result.polled for result in results) <= 3
    assert books(app).received == 12


def test_a_bulk_import_waits_for_live_orders(app, broker, events):
    bulk, live = events[:30], events[30:]
    worker = replace(WORKER, batch_size=4)
    send(broker, *bulk, topic=ORDERS_BULK)
    with app.database.writing() as uow:
        take(uow, [replace(live[0], event_id="file")], "file", "tester", NOW, "bulk")
    lanes = Lanes(
        app=app,
        worker=worker,
        live=reader(app, broker, worker),
        bulk=reader(app, broker, worker, [ORDERS_BULK]),
    )
    first = lanes.turn()
    assert first.claimed == 1
    assert lanes.turn().polled == 4
    send(broker, *live[1:])
    order = []
    while (result := lanes.turn()).polled:
        order.append(result)
    decided = audited(app, "order.decided")
    places = [decided.index(event.order_id) for event in live[1:]]
    assert max(places) <= 1 + 4 + len(live[1:]) + 4
    assert len(decided) == 40
    assert max(result.polled for result in order) <= 8


def test_status_events_of_the_feeds_are_kept(app, broker):
    broker.append(LOGISTICS, b"k", b"not json", {})
    [result] = drain(reader(app, broker))
    assert result.dead == 1
    [letter] = letters(app)
    assert (letter.source, letter.raw) == ("kafka:trade.logistics", b"not json")
    assert books(app).balanced


def test_a_stop_is_heard_after_the_batch_in_hand(app, broker, events):
    send(broker, *events)
    stop = threading.Event()
    lanes = Lanes(app=app, worker=WORKER, live=reader(app, broker))
    work(app, WORKER, stop, lambda _: stop.set(), lanes)
    assert books(app).applied == WORKER.batch_size
    with app.database.reading() as uow:
        assert [found.state for found in uow.streams.workers()] == ["ended"]
        assert {state.holder for state in uow.streams.partitions()} == {""}
    assert lag(app) == 40 - WORKER.batch_size


def test_a_broker_that_is_away_does_not_stop_the_inbox(app, broker, events):
    broker.down = True
    with app.database.writing() as uow:
        take(uow, events[:5], "rest", "tester", NOW)
    read = reader(app, broker)
    lanes = Lanes(app=app, worker=WORKER, live=read)
    assert lanes.turn().decided == 5
    with app.database.reading() as uow:
        [worker] = uow.streams.workers()
    assert worker.state == "waiting"
    assert "down" in worker.reason
    broker.down = False
    send(broker, *events[5:10])
    read.monotonic = lambda: 1e12
    assert lanes.turn().decided == 5
    with app.database.reading() as uow:
        assert uow.streams.workers()[0].state == "running"


def test_an_outage_is_said_once_and_every_minute_and_its_end_once(app, broker):
    clock = [0.0]
    readers = [reader(app, broker), reader(app, broker, topics=[ORDERS_BULK])]
    for one in readers:
        one.monotonic = lambda: clock[0]

    def said(seconds):
        with structlog.testing.capture_logs() as lines:
            for _ in range(seconds):
                clock[0] += 1
                readers[0].try_read(0)
                readers[1].keep() if clock[0] % 2 else readers[1].try_read(0)
        return sorted(
            (line["event"], line["lane"]) for line in lines if line["event"] in {"stream.waiting", "stream.back"}
        )

    lanes = ("bulk", "live")
    assert said(5) == []
    broker.down = True
    assert said(30) == [("stream.waiting", lane) for lane in lanes]
    assert said(28) == []
    assert said(60) == [("stream.waiting", lane) for lane in lanes]
    broker.down = False
    assert said(30) == [("stream.back", lane) for lane in lanes]
    broker.down = True
    assert said(30) == [("stream.waiting", lane) for lane in lanes]


def test_records_the_broker_deleted_before_they_were_read_are_alarmed(app, broker, events):
    send(broker, *events[:20])
    drain(reader(app, broker))
    send(broker, *events[20:])
    gone = 0
    for partition, log in broker.records.items():
        keep = min(offsets(app)[partition] + 2, log[-1].offset)
        gone += sum(offsets(app)[partition] <= record.offset < keep for record in log)
        broker.records[partition] = [record for record in log if record.offset >= keep]
    drain(reader(app, broker))
    assert gone
    assert books(app).applied == 40 - gone
    assert sum(alert.details["records"] for alert in alerts(app, "stream_lost")) == gone
    assert lag(app) == 0


def test_a_worker_of_the_inbox_alone_leaves_the_partitions_of_its_name(app, broker, events):
    read = reader(app, broker)
    read.ready()
    stop = threading.Event()
    with app.database.writing() as uow:
        take(uow, events[:3], "rest", "tester", NOW)
    work(app, WORKER, stop, lambda _: stop.set())
    with app.database.reading() as uow:
        assert {state.holder for state in uow.streams.partitions()} == {"w1"}
