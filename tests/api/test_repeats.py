"""Pressing twice, coming too late, and choosing what does not go together: what the clicker is told."""

from datetime import timedelta

import pytest

from databases.alert_tables import NewAlert

RELEASE, RETURN = "DATA_CONFIRMED", "CORRECT_DATA"


def steps(app, number):
    with app.database.reading() as uow:
        return [step.step for step in uow.alerts.steps(number)]


@pytest.fixture
def mine(as_user, alert_of):
    """An alert taken by bob, with his browser."""
    number, officer = alert_of("O-HELD"), as_user("bob")
    officer.post(f"/alerts/{number}/take")
    return number, officer


def test_taking_twice_is_taking_once(app, mine):
    number, officer = mine
    assert officer.post(f"/alerts/{number}/take").headers["location"] == f"/alerts/{number}"
    assert steps(app, number) == ["assigned"]


@pytest.mark.parametrize(("reason", "done"), [(RELEASE, "proposed"), (RETURN, "closed")])
def test_the_same_verdict_twice_is_done_once(app, mine, reason, done):
    number, officer = mine
    places = [
        officer.post(f"/alerts/{number}/propose", {"reason": reason, "note": "x"}).headers["location"] for _ in range(2)
    ]
    assert places == [f"/alerts/{number}?done={done}"] * 2
    assert steps(app, number) == ["assigned", done]
    assert officer.post(f"/alerts/{number}/propose", {"reason": reason, "note": "other"}).status_code == 409


def test_approving_and_rejecting_twice(app, as_user, mine):
    number, officer = mine
    officer.post(f"/alerts/{number}/propose", {"reason": RELEASE})
    manager = as_user("eve")
    for _ in range(2):
        place = manager.post(f"/alerts/{number}/reject", {"note": "no"}).headers["location"]
        assert place == f"/alerts/{number}?done=rejected"
    officer.post(f"/alerts/{number}/propose", {"reason": RELEASE})
    for _ in range(2):
        place = manager.post(f"/alerts/{number}/approve").headers["location"]
        assert place == f"/alerts/{number}?done=approved"
    assert steps(app, number) == ["assigned", "proposed", "rejected", "proposed", "approved"]
    assert as_user("fei").post(f"/alerts/{number}/approve").status_code == 409


def test_taking_over_twice(app, as_user, mine):
    number, _ = mine
    manager = as_user("eve")
    for _ in range(2):
        place = manager.post(f"/alerts/{number}/reassign", {"reason": "leave"}).headers["location"]
        assert place == f"/alerts/{number}?done=reassigned"
    assert steps(app, number) == ["assigned", "reassigned"]


def test_who_comes_too_late_is_told_who_was_quicker_and_keeps_the_note(as_user, mine, clock):
    number, officer = mine
    clock.move(minutes=2)
    as_user("eve").post(f"/alerts/{number}/reassign", {"reason": "leave"})
    answer = officer.post(f"/alerts/{number}/propose", {"reason": RETURN, "note": "weighed <again>"})
    assert answer.status_code == 409
    assert "已由 eve 于 2026-03-08 14:07 领取" in answer.text
    assert "weighed &lt;again&gt;" in answer.text
    assert f'href="/alerts/{number}"' in answer.text


def test_unlike_alerts_are_told_apart_in_the_queue_with_the_selection_kept(as_user, alert_of):
    officer = as_user("bob")
    numbers = [alert_of("O-HELD"), alert_of("O-REFUSED")]
    answer = officer.post("/alerts/bulk?sort=-score", {"alert": numbers, "reason": RETURN, "note": "kept words"})
    assert answer.status_code == 422
    assert "的依据不同" in answer.text
    assert answer.text.count("checked ") == 2
    assert 'value="kept words"' in answer.text
    assert f'<option value="{RETURN}" selected>' in answer.text
    assert officer.get("/alerts/bulk?sort=-score").headers["location"] == "/alerts?sort=-score"


def test_a_bulk_verdict_twice_is_done_once(app, as_user, alert_of):
    officer, number = as_user("bob"), alert_of("O-HELD")
    for _ in range(2):
        assert officer.post("/alerts/bulk", {"alert": [number], "reason": RETURN}).status_code == 303
    assert steps(app, number) == ["assigned", "closed"]


def test_in_bulk_too_one_is_told_who_was_quicker(as_user, alert_of):
    number = alert_of("O-HELD")
    as_user("eve").post(f"/alerts/{number}/take")
    answer = as_user("bob").post("/alerts/bulk", {"alert": [number], "reason": RETURN})
    assert answer.status_code == 409
    assert "已由 eve 于" in answer.text


def test_only_verdicts_that_fit_are_offered(app, as_user, clock):
    officer = as_user("bob")
    assert 'data-disposition="acknowledge"' not in officer.get("/alerts").text
    refused = officer.get("/alerts?outcome=refuse").text
    assert 'data-disposition="release"' not in refused
    assert 'data-disposition="refuse"' in refused
    with app.database.writing() as uow:
        due = clock() + timedelta(hours=8)
        uow.alerts.raise_many([NewAlert(kind="event_conflict", subject="a/b", due_at=due)], clock())
    assert 'data-disposition="acknowledge"' in officer.get("/alerts").text
