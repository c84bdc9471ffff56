"""The inbox: every event once, conflicts kept, lanes, and a reconciliation that always adds up."""

import threading
from dataclasses import replace

import pytest
from sqlalchemy import text

from databases.dead_letters import NewDeadLetter
from databases.errors import StaleState, UnstorableText
from databases.inbox import Finished, InboxCounts, IncomingEvent


def event(number, *, payload="p", lane="live", source="api", order="O"):
    return IncomingEvent(
        source=source,
        event_id=f"e{number}",
        order_id=f"{order}-{number}",
        revision=1,
        client_key="C",
        raw=f"{payload}{number}".encode(),
        payload_hash=f"hash of {payload}{number}",
        lane=lane,
    )


def states(answers):
    return [answer.state for answer in answers]


def test_an_event_is_taken_once(database, now):
    with database.writing() as unit:
        first = unit.inbox.accept([event(1), event(2)], now)
        second = unit.inbox.accept([event(2), event(3)], now)
    assert states(first) == ["accepted", "accepted"]
    assert states(second) == ["duplicate", "accepted"]
    assert second[0].inbox_id == first[1].inbox_id


def test_the_same_id_with_another_payload_is_a_conflict_and_kept(database, now):
    with database.writing() as unit:
        unit.inbox.accept([event(1)], now)
        again = unit.inbox.accept([event(1, payload="other"), event(1, payload="other"), event(1)], now)
    assert states(again) == ["conflict", "conflict", "duplicate"]
    with database.reading() as unit:
        kept = unit.inbox.conflicts()
        assert kept.total == 1
        assert kept.items[0].raw == b"other1"
        assert kept.items[0].inbox_id == again[0].inbox_id
        assert unit.inbox.by_id(again[0].inbox_id).raw == b"p1"


def test_repeats_within_one_call(database, now):
    with database.writing() as unit:
        answers = unit.inbox.accept([event(1), event(1), event(1, payload="x"), event(1, source="kafka")], now)
    assert states(answers) == ["accepted", "duplicate", "conflict", "accepted"]


def test_nothing_comes_of_nothing(database, now):
    with database.writing() as unit:
        assert unit.inbox.accept([], now) == []
        unit.inbox.mark_applied([], now)
        assert unit.inbox.counts() == InboxCounts(
            received=0, applied=0, duplicate=0, dead=0, pending=0, conflicts=0, stored_older=0
        )


def test_many_events_at_once(database, now):
    events = [event(number) for number in range(1200)]
    with database.writing() as unit:
        assert set(states(unit.inbox.accept(events, now))) == {"accepted"}
        assert set(states(unit.inbox.accept(events, now))) == {"duplicate"}
        counts = unit.inbox.counts()
    assert (counts.received, counts.pending, counts.duplicate) == (2400, 1200, 1200)


def test_live_goes_before_bulk_and_old_before_young(database, now):
    with database.writing() as unit:
        unit.inbox.accept([event(1, lane="bulk"), event(2), event(3, lane="bulk"), event(4)], now)
        assert [item.event_id for item in unit.inbox.claim(3)] == ["e2", "e4", "e1"]
        assert [item.event_id for item in unit.inbox.claim(9, lanes=("bulk",))] == ["e1", "e3"]
        assert unit.inbox.pending() == {"live": 2, "bulk": 2}


def test_the_life_of_an_item(database, now):
    with database.writing() as unit:
        unit.inbox.accept([event(1), event(2), event(3), event(4)], now)
        items = unit.inbox.claim(10)
        unit.inbox.mark_applied(
            [Finished(items[0].inbox_id, "applied", "D-1"), Finished(items[1].inbox_id, "stored_older")], now
        )
        unit.inbox.mark_dead([items[2].inbox_id], now)
    with database.reading() as unit:
        done = unit.inbox.status("api", "e1")
        assert (done.state, done.decision_id, done.finished_at) == ("applied", "D-1", now)
        assert [unit.inbox.status("api", f"e{n}").state for n in (2, 3, 4)] == ["stored_older", "dead", "pending"]
        assert unit.inbox.status("api", "unknown") is None
        counts = unit.inbox.counts()
    assert (counts.applied, counts.stored_older, counts.dead, counts.pending) == (2, 1, 1, 1)
    assert counts.balanced


def test_an_item_is_closed_once(database, now):
    with database.writing() as unit:
        unit.inbox.accept([event(1), event(2)], now)
        ids = [item.inbox_id for item in unit.inbox.claim(2)]
        unit.inbox.mark_applied([Finished(ids[0])], now)
    with pytest.raises(StaleState, match="2 items were to be closed, 1 were still open"), database.writing() as unit:
        unit.inbox.mark_applied([Finished(inbox_id) for inbox_id in ids], now)
    with database.reading() as unit:
        assert unit.inbox.by_id(ids[1]).state == "pending"


def test_a_lost_row_shows_in_the_reconciliation(database, now):
    with database.writing() as unit:
        unit.inbox.accept([event(1), event(2)], now)
        assert unit.inbox.counts().balanced
        unit.connection.execute(text("DELETE FROM inbox WHERE event_id = 'e1'"))
        assert not unit.inbox.counts().balanced


def test_undecodable_events_count_as_received_and_dead(database, now):
    letter = NewDeadLetter(source="kafka", place="orders/0/17", reason="no JSON", raw=b"\xff")
    with database.writing() as unit:
        unit.inbox.accept([event(1)], now)
        unit.dead_letters.add([letter, letter], now)
        counts = unit.inbox.counts()
    assert (counts.received, counts.dead, counts.pending) == (3, 2, 1)
    assert counts.balanced


def test_two_workers_never_take_the_same_item(database, now):
    """PostgreSQL skips what another holds; SQLite lets one wait for the other."""
    with database.writing() as unit:
        unit.inbox.accept([event(number) for number in range(60)], now)
    taken = []
    both_at_work = threading.Barrier(2)

    def work():
        both_at_work.wait(10)
        while True:
            with database.writing() as unit:
                items = unit.inbox.claim(7)
                unit.inbox.mark_applied([Finished(item.inbox_id) for item in items], now)
            if not items:
                return
            taken.extend(item.event_id for item in items)

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sorted(taken) == sorted(f"e{number}" for number in range(60))


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_a_held_item_is_skipped_and_comes_back_after_a_crash(database, now):
    with database.writing() as unit:
        unit.inbox.accept([event(1), event(2)], now)

    def crash():
        with database.writing() as first:
            assert [item.event_id for item in first.inbox.claim(1)] == ["e1"]
            with database.writing() as second:
                assert [item.event_id for item in second.inbox.claim(5)] == ["e2"]
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError, match="killed"):
        crash()
    with database.writing() as unit:
        assert [item.event_id for item in unit.inbox.claim(5)] == ["e1", "e2"]


def test_two_doors_with_the_same_event(database, now):
    """Whichever comes second waits for the first and finds a duplicate."""
    answers = []
    ready = threading.Barrier(2)

    def door():
        ready.wait(10)
        with database.writing() as unit:
            answers.extend(unit.inbox.accept([event(number) for number in range(40)], now))

    doors = [threading.Thread(target=door) for _ in range(2)]
    for one in doors:
        one.start()
    for one in doors:
        one.join(60)
    assert sorted(states(answers)) == ["accepted"] * 40 + ["duplicate"] * 40
    with database.reading() as unit:
        assert unit.inbox.counts().balanced


def test_a_stream_of_odd_texts_is_taken_in_at_once(database, now):
    """Whatever a column can hold reaches it unchanged: quotes, braces, NULL as a word, nothing at all."""
    texts = ['{"a"}', "NULL", "", "a,b", "back\\slash", "单 价", "it's", "%s %b"]
    events = [
        IncomingEvent(
            source=f"s{text}",
            event_id=f"e{text}",
            order_id=text,
            revision=number * 10**11,
            client_key=text,
            raw=text.encode() + b"\0\xff",
            payload_hash="h",
        )
        for number, text in enumerate(texts)
    ]
    with database.writing() as unit:
        taken = unit.inbox.accept(events, now)
        kept = unit.inbox.claim(20)
    with pytest.raises(UnstorableText, match="event_id"), database.writing() as unit:
        unit.inbox.accept([replace(events[0], event_id="a\0b")], now)
    assert [one.inbox_id for one in taken] == [one.inbox_id for one in kept]
    names = ("source", "event_id", "order_id", "revision", "client_key", "raw", "payload_hash")
    assert [tuple(getattr(one, name) for name in names) for one in kept] == [
        tuple(getattr(one, name) for name in names) for one in events
    ]


def test_what_is_worked_at_once_is_written_as_applied(database, now):
    """And is touched again only where it ends otherwise; what waits for its turn is pending like any other."""
    with database.writing() as unit:
        events = [replace(event(number), decision_id=f"d-{number}") for number in range(4)]
        taken = unit.inbox.accept([*events, event(4)], now)
        ids = [answer.inbox_id for answer in taken]
        assert [item.inbox_id for item in unit.inbox.claim(9)] == [ids[4]]
        unit.inbox.mark_applied([Finished(ids[1], "stored_older", was="applied"), Finished(ids[4], "cancelled")], now)
        unit.inbox.reopen([ids[2]])
        kept = [unit.inbox.by_id(inbox_id) for inbox_id in ids]
        counts = unit.inbox.counts()
        assert unit.inbox.accept(events[:1], now)[0].state == "duplicate"
    assert [(one.state, one.decision_id, one.finished_at) for one in kept] == [
        ("applied", "d-0", now),
        ("stored_older", "", now),
        ("pending", "", None),
        ("applied", "d-3", now),
        ("cancelled", "", now),
    ]
    assert counts.balanced
    assert (counts.received, counts.applied, counts.pending) == (5, 4, 1)
    with pytest.raises(StaleState, match="1 items were to be closed, 0 were still open"), database.writing() as unit:
        unit.inbox.mark_applied([Finished(ids[2], "stored_older", was="applied")], now)
