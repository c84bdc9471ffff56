"""Every alarm, on both engines: raised by its cause, not doubled, closed when that is gone, quiet after a person."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from databases.alerts import AlertQuery, NewAlert, Proposal
from databases.dead_letters import NewDeadLetter
from databases.inbox import IncomingEvent
from tradewarden.alarms import EVERYTHING, GONE_NOTE, QUIET, alarms, sound
from tradewarden.settings import Settings

from .conftest import NOW

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LIMITS = Settings(
    alarm_lag_minutes=5,
    alarm_pending_minutes=10,
    alarm_dead_letter_hours=24,
    alarm_silence_hours=6,
    alarm_unscreened_days=90,
)


@pytest.fixture
def look(app):
    """Looks for one alarm at a time of NOW plus `after`; answers with the subjects that are open then."""

    def looked(kind, after=timedelta(0)):
        [alarm] = [alarm for alarm in alarms(LIMITS) if alarm.kind == kind]
        with app.database.writing() as uow:
            alarm.look(uow, NOW + after)
        with app.database.reading() as uow:
            return [alert.subject for alert in uow.alerts.queue(AlertQuery(kind=kind)).items]

    return looked


def received(app, number, at, lane="live"):
    event = IncomingEvent(
        source="erp", event_id=f"E-{number}", order_id=f"O-{number}", revision=1, client_key="C", raw=b"{}",
        payload_hash=str(number), lane=lane,
    )  # fmt: skip
    with app.database.writing() as uow:
        [one] = uow.inbox.accept([event], at, "rest")
    return one.inbox_id


def execute(app, statement, **values):
    with app.database.writing() as uow:
        uow.connection.execute(text(statement), values)


def partition(app, number=0, topic="trade.orders", end=0, applied=0):
    """A partition as a worker leaves it: `applied` of `end` records, held until ten minutes after NOW."""
    with app.database.writing() as uow:
        uow.streams.start("w1", NOW, NOW + 10 * MINUTE, [topic])
        uow.streams.lease("w1", [(topic, number)], NOW, NOW + 10 * MINUTE)
    moved(app, number, topic, end, applied)


def moved(app, number=0, topic="trade.orders", end=0, applied=0):
    execute(
        app,
        'UPDATE stream_partitions SET next_offset = :a, end_offset = :e WHERE topic = :t AND "partition" = :n',
        a=applied, e=end, t=topic, n=number,
    )  # fmt: skip


def test_books_out_of_balance(app, look):
    received(app, 1, NOW)
    assert look("reconciliation") == []
    execute(app, "UPDATE receptions SET received = 3")
    assert sorted(look("reconciliation")) == ["door rest", "inbox"]
    execute(app, "UPDATE receptions SET received = 1")
    assert look("reconciliation") == []


def test_a_stream_that_does_not_keep_up(app, look):
    partition(app, end=100)
    assert look("stream_lag") == []
    moved(app, end=500, applied=99)
    assert look("stream_lag", 4 * MINUTE) == []
    assert look("stream_lag", 5 * MINUTE) == ["trade.orders[0]"]
    with app.database.reading() as uow:
        [alert] = uow.alerts.queue(AlertQuery(kind="stream_lag")).items
    assert alert.details == {"lag": 401, "minutes": 5}
    moved(app, end=600, applied=500)
    assert look("stream_lag", 6 * MINUTE) == []


def test_a_busy_stream_that_keeps_up_is_not_late(app, look):
    partition(app, end=100)
    for minute in range(30):
        assert look("stream_lag", minute * MINUTE) == []
        moved(app, end=200 + 100 * minute, applied=100 + 100 * minute)


def test_a_bulk_import_may_take_longer(app, look):
    partition(app, topic="trade.orders.bulk", end=1_000_000)
    look("stream_lag")
    assert look("stream_lag", HOUR) == []
    assert look("stream_lag", 3 * HOUR) == ["trade.orders.bulk[0]"]


def test_a_partition_nobody_holds(app, look):
    partition(app)
    assert look("partition_unheld", 10 * MINUTE) == []
    assert look("partition_unheld", 13 * MINUTE) == ["trade.orders"]
    with app.database.writing() as uow:
        uow.streams.lease("w1", [("trade.orders", 0)], NOW + 13 * MINUTE, NOW + 20 * MINUTE)
    assert look("partition_unheld", 14 * MINUTE) == []


def test_partitions_nobody_holds_are_one_alarm_for_each_cause(app, look):
    later = 20 * MINUTE
    for topic, count in (("trade.customs", 3), ("trade.orders", 6)):
        for number in range(count):
            partition(app, number, topic)
    execute(app, "UPDATE stream_partitions SET end_offset = 2, seen_at = applied_at")
    assert look("partition_unheld", later) == [EVERYTHING]
    assert unheld(app) == [{"partitions": "trade.customs[0-2], trade.orders[0-5]", "count": 9, "lag": None}]
    with app.database.writing() as uow:
        uow.streams.start("w2", NOW + later, NOW + 3 * later, ["trade.orders"])
        kept = [("trade.orders", number) for number in (0, 1, 3)]
        uow.streams.lease("w2", kept, NOW + later, NOW + 3 * later)
        uow.streams.seen({("trade.orders", number): 4 for number in (2, 4, 5)}, NOW)
    assert sorted(look("partition_unheld", later + MINUTE)) == ["trade.customs", "trade.orders"]
    assert sorted(unheld(app), key=lambda one: one["partitions"]) == [
        {"partitions": "trade.customs[0-2]", "count": 3, "lag": None},
        {"partitions": "trade.orders[2,4-5]", "count": 3, "lag": 12},
    ]


def unheld(app):
    with app.database.reading() as uow:
        return [dict(alert.details) for alert in uow.alerts.queue(AlertQuery(kind="partition_unheld")).items]


def test_a_worker_that_stopped_or_fell_silent(app, look):
    with app.database.writing() as uow:
        for name in ("loud", "silent", "well", "ended"):
            uow.streams.start(name, NOW, NOW + MINUTE)
        uow.streams.heartbeat("loud", NOW, NOW, "stopped", "half of the records can't be read")
        uow.streams.heartbeat("well", NOW, NOW + HOUR)
        uow.streams.heartbeat("ended", NOW, NOW, "ended")
    assert (look("stream_stopped"), look("worker_stopped")) == (["loud"], [])
    assert (look("stream_stopped", 3 * MINUTE), look("worker_stopped", 3 * MINUTE)) == (["loud"], ["silent"])
    with app.database.writing() as uow:
        uow.streams.start("loud", NOW + 4 * MINUTE, NOW + HOUR)
    assert (look("stream_stopped", 4 * MINUTE), look("worker_stopped", 4 * MINUTE)) == ([], ["silent"])
    assert look("worker_stopped", 2 * DAY) == []


def test_silence_although_orders_usually_come(app, look):
    for week in (1, 2, 3):
        received(app, week, NOW - timedelta(weeks=week) - HOUR)
    assert look("silence") == ["orders"]
    received(app, 9, NOW)
    assert look("silence") == []


@pytest.mark.parametrize("weeks", [(), (1, 2), (1, 4)])
def test_silence_that_is_usual_is_none(app, look, weeks):
    for week in weeks:
        received(app, week, NOW - timedelta(weeks=week) - HOUR)
    received(app, 9, NOW - timedelta(weeks=1) - 7 * HOUR)
    assert look("silence") == []


def test_dead_letters_that_lie_open(app, look):
    with app.database.writing() as uow:
        letter = NewDeadLetter(source="kafka:trade.orders", place="", reason="", raw=b"")
        [number] = uow.dead_letters.add([letter], NOW)
        uow.dead_letters.add([replace(letter, source="rest")], NOW + 23 * HOUR)
    assert look("dead_letter", 23 * HOUR) == []
    assert look("dead_letter", 24 * HOUR) == ["kafka:trade.orders"]
    with app.database.writing() as uow:
        uow.dead_letters.discard(number, "ops", NOW)
    assert look("dead_letter", 25 * HOUR) == []


def test_orders_received_and_not_judged(app, look):
    number = received(app, 1, NOW)
    received(app, 2, NOW - HOUR, lane="bulk")
    assert look("unjudged", 9 * MINUTE) == []
    assert look("unjudged", 10 * MINUTE) == ["live"]
    with app.database.writing() as uow:
        uow.inbox.claim(5, ("live",))
        uow.inbox.mark_dead([number], NOW)
    assert look("unjudged", 11 * MINUTE) == []


def test_lists_that_are_too_old(app, look):
    assert look("stale_list") == []
    assert sorted(look("stale_list", 8 * DAY)) == ["SYN-PUNISHED", "SYN-SANCTIONS"]
    assert look("stale_list") == []


def test_approved_clients_in_no_screening(app, look):
    assert look("unscreened", 89 * DAY) == []
    assert look("unscreened", 91 * DAY) == ["clients"]
    execute(app, "UPDATE clients SET admission = 'suspended'")
    assert look("unscreened", 91 * DAY) == []


def closed_by_person(app, alert_id, at):
    with app.database.writing() as uow:
        uow.alerts.assign(alert_id, "eve", "eve", at)
        [reason, *_] = uow.alerts.reasons("acknowledge")
        uow.alerts.propose(alert_id, Proposal(disposition="acknowledge", reason_code=reason.code), "eve", at)


def test_an_alarm_is_not_doubled_and_closes_with_a_note(app):
    cause = NewAlert(kind="silence", subject="orders", due_at=NOW + HOUR)
    with app.database.writing() as uow:
        assert sound(uow, NOW, "silence", [cause]) == 1
        assert sound(uow, NOW, "silence", [cause]) == 0
        [alert] = uow.alerts.alarms(["silence"])
        assert sound(uow, NOW + HOUR, "stream_lag", []) == 0
        assert sound(uow, NOW + HOUR, "silence", []) == 1
        assert uow.alerts.alarms(["silence"]) == []
        closed = uow.alerts.get(alert.alert_id)
        steps = uow.alerts.steps(alert.alert_id)
        assert sound(uow, NOW + 2 * HOUR, "silence", [cause]) == 1
    assert (closed.state, closed.disposition, closed.closed_by) == ("closed", "gone", "system")
    assert (closed.note, closed.closed_at) == (GONE_NOTE, NOW + HOUR)
    assert [(step.step, step.actor) for step in steps] == [("closed", "system")]


def test_an_alarm_a_person_has_closed_stays_quiet_for_a_day(app):
    cause = NewAlert(kind="silence", subject="orders", due_at=NOW + HOUR)
    with app.database.writing() as uow:
        sound(uow, NOW, "silence", [cause])
        [alert] = uow.alerts.alarms(["silence"])
    closed_by_person(app, alert.alert_id, NOW)
    with app.database.writing() as uow:
        assert sound(uow, NOW + HOUR, "silence", [cause]) == 0
        assert sound(uow, NOW + HOUR, "silence", [cause, replace(cause, subject="other")]) == 1
        assert sound(uow, NOW + QUIET + HOUR, "silence", [cause]) == 2
