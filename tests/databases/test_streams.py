"""Offsets move with the records, leases are shared fairly, and a worker that lost its lease writes nothing."""

from datetime import timedelta

import pytest

from databases.dead_letters import NewDeadLetter
from databases.errors import DatabaseUnavailable
from databases.inbox import IncomingEvent
from databases.streams import LeaseLost, NameHeard, Superseded

TOPIC = [("orders", n) for n in range(4)]
LEASE = timedelta(seconds=15)


def lease(database, worker, now, wanted=TOPIC):
    with database.writing() as unit:
        unit.streams.heartbeat(worker, now, now + LEASE)
        return sorted(unit.streams.lease(worker, wanted, now, now + LEASE))


def start(database, *workers, now, topics=("orders",)):
    with database.writing() as unit:
        for worker in workers:
            unit.streams.start(worker, now, now + LEASE, topics)


def test_alone_a_worker_holds_everything_from_the_beginning(database, now):
    start(database, "a", now=now)
    with database.writing() as unit:
        assert unit.streams.lease("a", TOPIC, now, now + LEASE) == dict.fromkeys(TOPIC, 0)
        assert unit.streams.lock("a", TOPIC[:2]) == {TOPIC[0]: 0, TOPIC[1]: 0}
        unit.streams.advance({TOPIC[0]: (7, 9)}, now)
        first, *others = unit.streams.partitions()
        assert (first.topic, first.partition, first.next_offset, first.end_offset, first.lag) == ("orders", 0, 7, 9, 2)
        assert (first.holder, first.held_until, first.applied_at, first.seen_at) == ("a", now + LEASE, now, now)
        assert {state.lag for state in others} == {0}
        unit.streams.seen({TOPIC[1]: 5}, now)
        assert [state.lag for state in unit.streams.partitions()] == [2, 5, 0, 0]


def test_a_second_worker_gets_its_share_when_the_first_gives_back(database, now):
    start(database, "a", now=now)
    assert lease(database, "a", now) == TOPIC
    start(database, "b", now=now)
    assert lease(database, "b", now) == []
    assert lease(database, "a", now) == TOPIC[:2]
    assert lease(database, "b", now) == TOPIC[2:]
    assert lease(database, "a", now) == TOPIC[:2]


@pytest.mark.parametrize(("workers", "most"), [(1, 4), (2, 2), (3, 2), (4, 1), (5, 1)])
def test_every_partition_is_read_by_exactly_one(database, now, workers, most):
    names = [f"w{n}" for n in range(workers)]
    start(database, *names, now=now)
    held = {name: lease(database, name, now) for name in names}
    assert sorted(partition for part in held.values() for partition in part) == TOPIC
    assert max(map(len, held.values())) == most


def test_who_reads_another_topic_does_not_count(database, now):
    start(database, "a", now=now)
    start(database, "bulk", now=now, topics=["orders.bulk"])
    assert lease(database, "a", now) == TOPIC


def test_the_dead_are_replaced_after_their_lease_and_the_stopped_at_once(database, now):
    start(database, "a", now=now)
    lease(database, "a", now)
    start(database, "b", now=now)
    later = now + LEASE
    assert lease(database, "b", later) == TOPIC
    start(database, "c", now=later)
    with database.writing() as unit:
        unit.streams.heartbeat("b", later, later + LEASE, "stopped", "half of all records are dead letters")
        unit.streams.release("b")
    assert lease(database, "c", later) == TOPIC
    with database.reading() as unit:
        states = {worker.name: (worker.state, worker.reason) for worker in unit.streams.workers()}
    assert states["b"] == ("stopped", "half of all records are dead letters")
    assert states["c"] == ("running", "")


def test_a_worker_started_again_under_its_name_goes_on_at_once(database, now):
    start(database, "a", "b", now=now)
    before = lease(database, "a", now)
    start(database, "a", now=now + timedelta(milliseconds=5))
    assert lease(database, "a", now + timedelta(milliseconds=5)) == before
    with database.reading() as unit:
        assert unit.streams.workers()[0].started_at == now + timedelta(milliseconds=5)


def test_a_zombie_does_not_write(database, now):
    start(database, "zombie", now=now)
    lease(database, "zombie", now)
    later = now + LEASE
    start(database, "b", now=later)
    lease(database, "b", later)
    with pytest.raises(LeaseLost, match=r"orders\[1\]: held by 'b', expected 'zombie'"), database.writing() as unit:
        unit.streams.lock("zombie", [TOPIC[1]])
    with pytest.raises(LeaseLost, match="held by nobody"), database.writing() as unit:
        unit.streams.lock("b", [("never seen", 0)])


def test_an_offset_that_was_not_committed_never_was(database, now):
    start(database, "a", now=now)
    lease(database, "a", now)

    def killed():
        with database.writing() as unit:
            unit.streams.lock("a", TOPIC)
            unit.streams.advance({TOPIC[0]: (7, 9)}, now)
            raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        killed()
    with database.writing() as unit:
        assert unit.streams.lock("a", TOPIC)[TOPIC[0]] == 0


def test_a_topic_made_anew_is_read_from_its_beginning(database, now):
    start(database, "a", now=now)
    lease(database, "a", now)
    with database.writing() as unit:
        unit.streams.advance({TOPIC[0]: (7, 7)}, now)
        unit.streams.rewind(TOPIC[0], 0)
        assert unit.streams.lock("a", TOPIC[:1]) == {TOPIC[0]: 0}


def test_recent_records_and_how_many_of_them_are_dead(database, now):
    def event(n):
        return IncomingEvent(
            source="s", event_id=str(n), order_id="O", revision=1, client_key="C", raw=b"{}", payload_hash="h"
        )

    letter = NewDeadLetter(source="kafka:orders", place="orders[0]@9", reason="no JSON", raw=b"{")
    with database.writing() as unit:
        assert unit.streams.recent(100) == (0, 0)
        unit.inbox.accept([event(n) for n in range(50)], now, "kafka:orders")
        unit.inbox.accept([event(n) for n in range(50, 60)], now, "rest")
        later = now + LEASE
        unit.inbox.accept([event(n) for n in range(60, 66)], later, "kafka:orders")
        unit.dead_letters.add([letter, letter], later)
        assert unit.streams.recent(100) == (58, 2)
        assert unit.streams.recent(8) == (8, 2)


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_a_worker_that_stands_still_in_a_transaction_is_ended_by_the_server(database, now):
    """A paused machine keeps its connection: without this nobody else could ever take its partitions.

    On SQLite a paused process holds the machine's own write lock until it goes on; no other can be quicker.
    """
    start(database, "paused", "other", now=now)
    lease(database, "paused", now, TOPIC[:1])
    later = now + 2 * LEASE

    def stand_still():
        with database.writing() as unit:
            unit.streams.lock("paused", TOPIC[:1], abandoned_after_s=0.2)
            assert lease(database, "other", later, TOPIC[:1]) == TOPIC[:1]
            unit.streams.advance({TOPIC[0]: (9, 9)}, later)

    with pytest.raises(DatabaseUnavailable, match="idle-in-transaction"):
        stand_still()
    with database.reading() as unit:
        assert unit.streams.partitions()[0].next_offset == 0


def claim(database, now, *names, silent=None):
    with database.writing() as unit:
        unit.streams.claim(names, now, now + LEASE, silent or now)


def test_a_name_belongs_to_one_start_until_it_was_silent_for_long_enough(database, now):
    claim(database, now, "a", "a.2")
    soon, later = now + LEASE / 2, now + LEASE
    with pytest.raises(NameHeard) as refused:
        claim(database, soon, "new", "a.2")
    assert (refused.value.worker.name, refused.value.worker.started_at) == ("a.2", now)
    with database.reading() as unit:
        assert [worker.name for worker in unit.streams.workers()] == ["a", "a.2"]
    with database.writing() as unit:
        unit.streams.own("a", now)
    claim(database, later, "a", "a.2")
    with pytest.raises(Superseded, match=r"'a' .*: taken over by one started at"), database.writing() as unit:
        unit.streams.own("a", now)
    with database.writing() as unit:
        unit.streams.own("a", later)
        unit.streams.forget("a")
    with pytest.raises(Superseded, match="taken off the list"), database.writing() as unit:
        unit.streams.own("a", later)


@pytest.mark.parametrize("state", ["ended", "stopped"])
def test_the_name_of_one_that_ended_is_free_at_once(database, now, state):
    claim(database, now, "a")
    soon = now + timedelta(seconds=1)
    with database.writing() as unit:
        unit.streams.heartbeat("a", soon, soon + LEASE, state)
    claim(database, soon, "a")
    with database.writing() as unit:
        unit.streams.own("a", soon)


def test_one_whose_sign_counts_for_long_may_be_silent_for_less(database, now):
    claim(database, now, "relay")
    with pytest.raises(NameHeard):
        claim(database, now + LEASE / 3, "relay", silent=now + LEASE - timedelta(seconds=1))
    claim(database, now + LEASE / 3, "relay", silent=now + LEASE)
