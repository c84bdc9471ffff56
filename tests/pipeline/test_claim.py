"""One process to a name: a twin is refused, the restart after a kill waits, who was away too long ends."""

import threading
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
import structlog

from databases.streams import ENDED, Superseded
from integrations.kafka.memory import MemoryBroker, MemoryConsumer, MemoryProducer
from integrations.kafka.port import ORDERS
from tradewarden.claim import PATIENCE, Claim, Life
from tradewarden.errors import CannotStart
from tradewarden.heartbeat import LIFE, SILENCE
from tradewarden.pipeline.apply import Worker
from tradewarden.pipeline.lanes import Lanes
from tradewarden.pipeline.reader import StreamReader
from tradewarden.relay import Relay
from tradewarden.scheduler import run
from tradewarden.worker import work

from .conftest import NOW

LEASE = timedelta(seconds=15)
WORKER = Life(LEASE, LEASE)


class Time:
    """Waiting passes at once; `after` is called with the seconds that have passed. Stops when told to."""

    def __init__(self, app, after=None, stop_at=None):
        self.app = replace(app, clock=lambda: NOW + timedelta(seconds=self.seconds))
        self.seconds, self.after, self.stop_at = 0.0, after, stop_at

    def wait(self, seconds):
        self.seconds += seconds
        if self.after is not None:
            self.after(self.seconds)
        return self.stop_at is not None and self.seconds >= self.stop_at

    def take(self, *names, life=WORKER):
        return Claim(self.app, names, life, monotonic=lambda: self.seconds).take(self)


def heard(app, name, seconds=0.0, life=LEASE):
    at = NOW + timedelta(seconds=seconds)
    with app.database.writing() as uow:
        uow.streams.heartbeat(name, at, at + life)


def test_a_free_name_is_taken_at_once(app):
    time = Time(app)
    assert (time.take("w", "w.2"), time.seconds) == (NOW, 0)


@pytest.mark.parametrize(("life", "sign", "wait"), [(WORKER, LEASE, LEASE), (Life(), LIFE, SILENCE)])
def test_the_restart_after_a_kill_waits_for_the_earlier_one_and_starts_by_itself(app, life, sign, wait):
    heard(app, "w", life=sign)
    heard(app, "w.2", life=sign)
    time = Time(app)
    with structlog.testing.capture_logs() as lines:
        assert time.take("w", "w.2", life=life) == NOW + wait
    assert time.seconds == wait.total_seconds()
    assert "waiting until" in lines[0]["detail"]
    assert "for the earlier `w`" in lines[0]["detail"]
    assert len(lines) == 1


def test_a_twin_is_refused_as_soon_as_the_other_is_heard(app):
    heard(app, "w.2")
    time = Time(app, after=lambda seconds: heard(app, "w.2", seconds) if seconds == 3 else None)
    with pytest.raises(CannotStart, match=r"`w.2` was heard 0 s ago from another process"):
        time.take("w", "w.2")
    assert time.seconds == 3
    with app.database.reading() as uow:
        assert [one.name for one in uow.streams.workers()] == ["w.2"]


def test_of_two_that_wait_for_the_same_name_one_gets_it(app):
    heard(app, "w")
    other = Time(app)
    other.seconds = LEASE.total_seconds()
    time = Time(app, after=lambda seconds: other.take("w") if seconds == LEASE.total_seconds() else None)
    with pytest.raises(CannotStart, match="`w` was heard"):
        time.take("w")


def test_nobody_waits_for_ever_for_a_clock_that_goes_wrong(app):
    heard(app, "w", seconds=3600)
    time = Time(app)
    with pytest.raises(CannotStart, match="`w` was heard"):
        time.take("w")
    assert time.seconds <= (LEASE + PATIENCE).total_seconds() + 1


def test_who_is_told_to_stop_while_waiting_takes_nothing(app):
    heard(app, "w")
    assert Time(app, stop_at=2).take("w") is None


@pytest.fixture
def taken_over(app):
    """A name claimed, silent, claimed again by another start, which holds a partition; answers the first start."""
    with app.database.writing() as uow:
        uow.streams.claim(["w"], NOW, NOW + LEASE, NOW)
        uow.streams.claim(["w"], NOW + LEASE, NOW + 2 * LEASE, NOW + LEASE)
        uow.streams.lease("w", [(ORDERS, 0)], NOW + LEASE, NOW + 2 * LEASE)
    return NOW


def untouched(app):
    with app.database.reading() as uow:
        [worker] = uow.streams.workers()
        [partition] = uow.streams.partitions()
    return (worker.started_at, worker.seen_until, worker.state, partition.holder) == (
        NOW + LEASE, NOW + 2 * LEASE, "running", "w"
    )  # fmt: skip


@pytest.mark.parametrize("streams", [True, False])
def test_a_worker_that_was_taken_over_ends_and_touches_nothing(app, taken_over, streams):
    worker = Worker(name="w")
    connect = lambda: MemoryConsumer(MemoryBroker(partitions=1), "g")  # noqa: E731
    live = StreamReader(app=app, worker=worker, connect=connect, topics=[ORDERS], started_at=taken_over)
    lanes = Lanes(app=app, worker=worker, live=live if streams else None, started_at=taken_over)
    with pytest.raises(Superseded, match="another name"):
        work(app, worker, threading.Event(), lanes=lanes)
    with pytest.raises(Superseded):
        lanes.end()
    for act in (lanes.hold, live.stop_loudly, lambda why: live.tell("waiting", why)):
        with pytest.raises(Superseded):
            act("whatever")
    assert untouched(app)


@pytest.mark.parametrize("process", ["relay", "scheduler"])
def test_a_process_that_was_taken_over_ends_and_touches_nothing(app, taken_over, process):
    stop = threading.Event()
    relay = Relay(app, lambda: MemoryProducer(MemoryBroker()), stop, "w", taken_over)
    body = relay.run if process == "relay" else partial(run, app, stop, "w", taken_over)
    with pytest.raises(Superseded):
        body()
    assert untouched(app)


def test_a_claimed_name_is_given_back_at_the_end(app):
    stop, started_at = threading.Event(), Time(app).take("w")
    stop.set()
    worker = Worker(name="w")
    work(app, worker, stop, lanes=Lanes(app=app, worker=worker, started_at=started_at))
    with app.database.reading() as uow:
        assert [one.state for one in uow.streams.workers()] == [ENDED]
    assert Time(app).take("w") == NOW
