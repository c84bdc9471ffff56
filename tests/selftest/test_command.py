"""`tradewarden selftest` as a customer calls it: the keys of its table, its exit status, and what can't be started."""

import json
import os
import subprocess
import sys

import pytest

from tradewarden.errors import CannotStart
from tradewarden.failpoints import arm, disarm, reach
from tradewarden.selftest import jars as jars_module
from tradewarden.selftest.jars import jars
from tradewarden.selftest.plan import Case, play, share, spread
from tradewarden.selftest.table import Row

MAIN = "from tradewarden.cli.main import main; main()"
CONTRACT = {"case", "engine", "kills", "lost", "doubled", "wrongly_released"}


def selftest(tmp_path, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", MAIN, "selftest", *arguments, "--json"],
        capture_output=True,
        env={**os.environ, "TRADEWARDEN_DATA_DIR": str(tmp_path / "untouched")},
        timeout=280,
        check=False,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode()


@pytest.mark.timeout(300)
def test_the_table_has_the_keys_of_the_contract(tmp_path):
    status, rows, errors = selftest(tmp_path, "--chaos", "1", "--seed", "5", "--engine", "sqlite", "--no-broker")
    assert status == 0, errors
    assert all(row.keys() >= CONTRACT for row in rows)
    assert all(row["passed"] and row["books_balanced"] and row["audit_intact"] for row in rows)
    assert sum(row["kills"] for row in rows) >= 3
    assert {row["door"] for row in rows} == {"inbox"}
    assert not (tmp_path / "untouched").exists()


def test_what_could_not_be_started_is_in_the_table_and_is_no_success(tmp_path):
    arguments = ("--chaos", "1", "--engine", "postgres", "--no-broker", "--postgres-url", "postgresql://127.0.0.1:1/x")
    status, rows, _ = selftest(tmp_path, *arguments)
    assert status == 1
    assert any("it broke" in row["not_run"] for row in rows)
    assert not any(row["passed"] for row in rows if row["engine"] == "postgres")


@pytest.mark.parametrize(
    "fault",
    [
        {"lost": 1},
        {"doubled": 1},
        {"wrongly_released": 1},
        {"notes": ("begin was not reached",)},
        {"books_balanced": False},
        {"audit_intact": False},
        {"not_run": "no broker"},
    ],
)
def test_a_row_with_a_fault_has_not_passed_and_says_why(fault):
    assert Row(case="case", engine="sqlite").passed
    row = Row(case="case", engine="sqlite", **fault)
    assert not row.passed
    assert row.as_record()["passed"] is False
    assert row.as_cells()[-1]


def test_a_case_that_breaks_does_not_stop_the_others():
    def broken():
        raise CannotStart("the broker is gone")

    assert play(Case(name="case", engine="sqlite", run=broken)).not_run == "it broke: the broker is gone"
    assert play(Case(name="case", engine="sqlite", needs="install it")).not_run == "install it"


@pytest.mark.parametrize(("chaos", "of_sixty", "expected"), [(60, 30, 30), (60, 3, 3), (1000, 10, 167), (1, 3, 1)])
def test_kills_are_in_proportion(chaos, of_sixty, expected):
    assert share(chaos, of_sixty) == expected


@pytest.mark.parametrize(("total", "places"), [(60, 8), (30, 8), (3, 8), (1000, 7)])
def test_kills_are_spread_over_all_places(total, places):
    assert len(spread(total, places)) == places
    assert min(spread(total, places)) >= 1
    assert sum(spread(total, places)) == max(total, places)


def test_jars_say_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(jars_module.shutil, "which", lambda name: f"/usr/bin/{name}" if name == "java" else None)
    monkeypatch.setattr(jars_module, "kept_folder", lambda: tmp_path / "none")
    with pytest.raises(CannotStart, match="Maven"):
        jars()
    with pytest.raises(CannotStart, match="no kafka_2"):
        jars(tmp_path)
    (tmp_path / "libs").mkdir()
    (tmp_path / "libs" / "kafka_2.13-4.1.0.jar").touch()
    assert jars(tmp_path) == tmp_path / "libs"
    monkeypatch.setattr(jars_module.shutil, "which", lambda _: None)
    with pytest.raises(CannotStart, match="Java 17"):
        jars()


def test_fail_points_strike_at_the_hit_they_were_armed_for(monkeypatch):
    struck = []
    monkeypatch.setattr("tradewarden.failpoints.os.kill", lambda pid, number: struck.append((pid, number)))
    monkeypatch.setattr("tradewarden.failpoints.SETTLE_SECONDS", 0)
    told = []
    try:
        arm("apply", 2, told.append)
        for name in ("begin", "apply", "apply", "apply"):
            reach(name)
    finally:
        disarm()
    assert struck == [(os.getpid(), 9)]
    assert told == ["apply"]
    for name, hits in (("nowhere", 1), ("apply", 0)):
        with pytest.raises(ValueError, match="hits from 1"):
            arm(name, hits)
