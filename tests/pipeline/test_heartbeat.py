"""Heartbeats: what they mean, and that they are not written more often than needed."""

import socket
from datetime import timedelta

import pytest

from databases.streams import WorkerState
from tradewarden.heartbeat import EVERY_SECONDS, FORGOTTEN, LIFE, Heartbeat, counts, health_of, process_name

from .conftest import NOW

SOON, PAST = NOW + timedelta(seconds=1), NOW
CASES = [
    ("running", SOON, True, True, "running"),
    ("waiting", SOON, True, False, "waiting"),
    ("stopped", SOON, False, False, "stopped"),
    ("running", PAST, False, False, "silent"),
    ("waiting", PAST, False, False, "silent"),
    ("stopped", PAST, False, False, "stopped"),
    ("ended", PAST, False, False, "ended"),
]


@pytest.mark.parametrize(("state", "until", "alive", "ready", "word"), CASES)
def test_what_a_heartbeat_means(state, until, alive, ready, word):
    found = health_of(WorkerState(name="w", started_at=NOW, seen_until=until, state=state, reason="r"), NOW)
    assert (found.alive, found.ready, found.word, found.reason) == (alive, ready, word, "r")


@pytest.mark.parametrize(
    ("state", "silent_for", "counted"),
    [
        ("running", timedelta(0), True),
        ("running", FORGOTTEN - timedelta(seconds=1), True),
        ("waiting", FORGOTTEN, False),
        ("stopped", 2 * FORGOTTEN, True),
        ("ended", timedelta(0), False),
    ],
)
def test_who_counts_among_the_processes_that_should_run(state, silent_for, counted):
    worker = WorkerState(name="w", started_at=NOW, seen_until=NOW - silent_for, state=state, reason="")
    found = health_of(worker, NOW)
    assert counts(found, NOW) is counted
    assert bool(found.next_step) is (state != "ended")


def test_a_heart_beats_when_due_and_when_something_changes(app):
    clock = [0.0]
    heart = Heartbeat(app, "relay", monotonic=lambda: clock[0])
    told = []
    for seconds, state in ((0, "running"), (1, "running"), (1, "waiting"), (EVERY_SECONDS, "waiting")):
        clock[0] += seconds
        told.append(heart.beat(state))
    assert told == [True, False, True, True]
    assert heart.beat("ended", at_once=True)
    with app.database.reading() as uow:
        (worker,) = uow.streams.workers()
    assert (worker.name, worker.state, worker.seen_until) == ("relay", "ended", NOW)
    heart.beat("running")
    with app.database.reading() as uow:
        assert uow.streams.workers()[0].seen_until == NOW + LIFE


def test_names_of_replicas_differ_by_their_host():
    assert process_name("worker") == "worker"
    assert process_name("worker-{host}") == f"worker-{socket.gethostname()}"
