"""The processes without a port: they stop within seconds and with status 0, a second signal ends them at once, and
their heartbeats say how they are."""

import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from .conftest import MAIN

STUBBORN = """
import sys, time
from tradewarden.cli.signals import until_stopped
def work(stop):
    print("at work", flush=True)
    stop.wait()
    print("told", flush=True)
    time.sleep(60)
until_stopped(work, grace_seconds={grace})
print("never here")
"""
FAILING = """
from tradewarden.cli.signals import until_stopped
def work(stop):
    raise LookupError("the reason")
until_stopped(work)
"""


@contextmanager
def started(command, environment=None):
    process = subprocess.Popen(
        [sys.executable, "-c", *command], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def refused_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def heard(tradewarden, name, state=""):
    """Its health as soon as it was heard, in that state if one is given."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        done = tradewarden("health", name, "--json")
        if done.status != 2 and state in ("", done.records[0]["state"]):
            return done
        time.sleep(0.3)
    raise AssertionError(f"{name} was never heard {state}: {done.out} {done.err}")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_signal_ends_what_does_not_end_by_itself_after_the_grace_period(number):
    with started([STUBBORN.format(grace=0.5)]) as process:
        assert process.stdout.readline() == "at work\n"
        process.send_signal(number)
        out, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert out.startswith("told\n")
    assert "process.left_busy" in out
    assert "never here" not in out


def test_a_second_signal_leaves_at_once():
    with started([STUBBORN.format(grace=50)]) as process:
        assert process.stdout.readline() == "at work\n"
        process.send_signal(signal.SIGTERM)
        assert process.stdout.readline() == "told\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 128 + signal.SIGTERM


def test_what_the_work_raises_is_raised():
    with started([FAILING]) as process:
        _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "LookupError: the reason" in err


@pytest.mark.parametrize("command", ["worker", "scheduler"])
def test_a_process_is_heard_stops_with_status_0_and_says_so(tradewarden, command):
    assert tradewarden("db", "upgrade").status == 0
    name = f"{command}-{{host}}"
    full = f"{command}-{socket.gethostname()}"
    with started([MAIN, command, "--name", name], tradewarden.environment) as process:
        done = heard(tradewarden, name)
        assert done.status == 0
        assert done.records[0]["name"] == full
        assert done.records[0]["ready"] is True
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
        assert process.returncode == 0, err
        assert time.monotonic() - began < 20
    after = tradewarden("health", full, "--json")
    assert (after.status, after.records[0]["state"]) == (1, "ended")
    nobody = tradewarden("health")
    assert (nobody.status, nobody.out) == (1, "")
    assert "No process is running" in nobody.err


def test_a_relay_without_its_broker_lives_waits_and_stops(tradewarden):
    assert tradewarden("db", "upgrade").status == 0
    environment = {**tradewarden.environment, "TRADEWARDEN_KAFKA_SERVERS": f"127.0.0.1:{refused_port()}"}
    with started([MAIN, "relay"], environment) as process:
        done = heard(tradewarden, "relay", "waiting")
        assert done.status == 1
        assert "broker" in done.records[0]["reason"]
        assert tradewarden("health", "relay", "--alive").status == 0
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 0, err
    assert "relay.waiting" in err


def entered(folder, name, heard_until, state="running"):
    with sqlite3.connect(folder / "data" / "tradewarden.db") as connection:
        connection.execute(
            "INSERT INTO stream_workers (name, started_at, seen_until, state, reason) VALUES (?, ?, ?, ?, '')",
            (name, "2026-01-01 00:00:00.000000", heard_until.strftime("%Y-%m-%d %H:%M:%S.%f"), state),
        )


def test_who_was_never_heard_and_who_fell_silent(tradewarden, tmp_path):
    assert tradewarden("db", "upgrade").status == 0
    never = tradewarden("health", "worker-9")
    assert never.status == 2
    assert "worker-9" in never.err
    assert tradewarden("health").status == 1
    entered(tmp_path, "worker-9", datetime.now(UTC) - timedelta(hours=1))
    for arguments in ((), ("worker-9",), ("worker-9", "--alive")):
        done = tradewarden("health", *arguments)
        assert done.status == 1
        assert "silent since 20" in done.out
    shown = tradewarden("health", "--json").records[0]
    assert "health --forget worker-9" in shown["next_step"]


def test_who_was_replaced_long_ago_or_is_forgotten_by_hand_no_longer_counts(tradewarden, tmp_path):
    assert tradewarden("db", "upgrade").status == 0
    now = datetime.now(UTC)
    entered(tmp_path, "well", now + timedelta(hours=1))
    entered(tmp_path, "old", now - timedelta(hours=25))
    assert tradewarden("health").status == 0
    assert tradewarden("health", "old").status == 1
    entered(tmp_path, "killed", now - timedelta(hours=1))
    assert tradewarden("health").status == 1
    assert tradewarden("health", "--forget", "killed").status == 0
    assert tradewarden("health").status == 0
    assert tradewarden("health", "killed").status == 2
    with sqlite3.connect(tmp_path / "data" / "tradewarden.db") as connection:
        found = connection.execute("SELECT object_id FROM audit_entries WHERE action = 'process.forgotten'").fetchall()
    assert found == [("killed",)]


@pytest.mark.parametrize(("name", "said"), [("well", "still heard"), ("nobody", "ever heard"), ("", "not said")])
def test_who_is_heard_or_unknown_is_not_forgotten(tradewarden, tmp_path, name, said):
    assert tradewarden("db", "upgrade").status == 0
    entered(tmp_path, "well", datetime.now(UTC) + timedelta(hours=1))
    done = tradewarden("health", "--forget", *[name] * bool(name))
    assert done.status == 2
    assert said in done.err
    assert tradewarden("health", "well").status == 0


def test_a_twin_is_refused_and_the_restart_after_a_kill_starts_by_itself(tradewarden):
    assert tradewarden("db", "upgrade").status == 0
    environment = {**tradewarden.environment, "TRADEWARDEN_LEASE_SECONDS": "6"}
    with started([MAIN, "worker", "--name", "twin"], environment) as process:
        assert heard(tradewarden, "twin").status == 0
        refused = tradewarden("worker", "--name", "twin", TRADEWARDEN_LEASE_SECONDS="6")
        assert refused.status == 2
        assert "`twin` was heard" in refused.err
        assert process.poll() is None
    with started([MAIN, "worker", "--name", "twin"], environment) as process:
        assert "waiting until" in process.stderr.readline()
        assert "worker.started" in process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def test_health_without_a_database_can_not_be_told(tradewarden):
    address = f"postgresql://nobody@127.0.0.1:{refused_port()}/none"
    done = tradewarden("health", TRADEWARDEN_DATABASE_URL=address)
    assert done.status == 2
    assert "does not answer" in done.err
