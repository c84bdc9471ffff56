"""A few real kills on each engine: nothing lost, nothing doubled, nothing wrongly released (P1, P2, P4, P8)."""

import pytest

from tradewarden.selftest import case_servers
from tradewarden.selftest.case_feeds import feeds_killed, hard_feeds
from tradewarden.selftest.case_servers import database_killed
from tradewarden.selftest.case_traffic import TRAFFIC, hard_traffic
from tradewarden.selftest.case_workers import killed_anytime, killed_at

from ..engines import ENGINES

pytestmark = pytest.mark.timeout(180)


@pytest.mark.parametrize("engine", ENGINES)
def test_worker_killed_at_a_fail_point(lab, engine):
    row = killed_at(lab, engine, "commit", 2)
    assert row.passed, row.remarks
    assert row.kills == row.hits["commit"] == 2
    assert row.events > 20


def test_worker_killed_at_any_moment(lab):
    row = killed_anytime(lab, "sqlite", 2)
    assert row.passed, row.remarks


@pytest.mark.parametrize(("name", "make"), TRAFFIC[:-1], ids=[name for name, _ in TRAFFIC[:-1]])
def test_hard_traffic(lab, name, make):
    row = hard_traffic(lab, "sqlite", name, make)
    assert row.passed, row.remarks
    assert row.kills == 0


@pytest.mark.parametrize("engine", ENGINES)
def test_status_feeds_among_orders_while_the_worker_is_killed(lab, engine):
    row = feeds_killed(lab, engine, ("apply", "commit"), 2)
    assert row.passed, row.remarks
    assert (row.kills, row.events > 40) == (2, True)


def test_hard_status_feeds(lab):
    row = hard_feeds(lab, "sqlite")
    assert row.passed, row.remarks
    assert row.events > 100


@pytest.mark.parametrize("engine", ENGINES[1:])
def test_database_killed_under_a_worker(lab, engine, monkeypatch):
    monkeypatch.setattr(case_servers, "MIDST", ("apply", "commit"))
    row = database_killed(lab, lab.postgres, 2)
    assert row.passed, row.remarks
    assert (row.kills, row.hits) == (2, {"apply": 1, "commit": 1})


def test_a_fail_point_that_is_never_reached_is_no_success(lab, monkeypatch):
    monkeypatch.setattr("tradewarden.selftest.case_workers.STRIKE_SECONDS", 0.5)
    row = killed_at(lab, "sqlite", "kafka_commit", 1)
    assert not row.passed
    assert row.kills == 0
    assert "kafka_commit was not reached" in row.remarks[0]
