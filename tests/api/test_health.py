"""Probes and metrics."""

from dataclasses import replace

import pytest

from databases.engine import Database
from tradewarden.api.app import create_app
from tradewarden.auth import tokens


def test_alive_and_ready(visitor):
    assert visitor().get("/healthz").status_code == 200
    answer = visitor().get("/readyz")
    assert answer.status_code == 200
    assert answer.json() | {"pending": 0} == {
        "status": "ready",
        "database": "reachable",
        "schema": "current",
        "policy": "live",
        "lists": "fresh",
        "pending": 0,
        "streams": {"state": "none", "broker": "none", "partitions": 0, "unheld": 0, "lag": 0},
    }


def test_stale_lists_are_told_and_do_not_stop_the_service(visitor, clock):
    clock.move(days=8)
    answer = visitor().get("/readyz")
    assert (answer.status_code, answer.json()["lists"]) == (200, "stale")


def test_an_empty_database_is_not_ready(app, browser_at, tmp_path):
    empty = replace(app, database=Database(f"sqlite:///{tmp_path / 'empty.db'}"))
    browser = browser_at(create_app(empty), "http://testserver")
    answer = browser.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["schema"] == "outdated"
    assert browser.get("/healthz").status_code == 200
    page = browser.get("/orders")
    assert page.status_code == 503
    assert "tradewarden db upgrade" in page.text


def test_an_unreachable_database_is_not_ready(app, browser_at):
    gone = replace(app, database=Database("postgresql://nobody@127.0.0.1:1/none"))
    browser = browser_at(create_app(gone), "http://testserver")
    answer = browser.get("/readyz")
    assert answer.status_code == 503
    assert "127.0.0.1" not in answer.text
    assert browser.get("/login").status_code == 503


@pytest.mark.parametrize(("username", "status"), [("eve", 200), ("dan", 200), ("ops", 403)])
def test_metrics_for_those_who_watch_the_machine(app, visitor, clock, username, status):
    with app.database.writing() as uow:
        secret = tokens.make(uow, username, "prometheus", clock())
    answer = visitor().http.get("/metrics", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == status
    if status == 200:
        assert 'tradewarden_inbox_events{state="applied"} 3.0' in answer.text
        assert "tradewarden_inbox_balanced 1.0" in answer.text
        assert 'tradewarden_list_entries{list="SYN-SANCTIONS"}' in answer.text


def test_metrics_can_be_switched_off(app, browser_at):
    settings = app.settings.model_copy(update={"metrics": False})
    browser = browser_at(create_app(replace(app, settings=settings)), "http://testserver")
    assert browser.get("/metrics").status_code == 404
