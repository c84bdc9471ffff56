"""An order nothing judged says so; it never reads as one that passed every check."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from databases.alert_tables import NewAlert
from risk.findings import Outcome, Status
from risk.nouns.order import EventType, OrderEvent
from tradewarden.console.order_grounds import no_grounds
from tradewarden.pipeline.intake import take

PASSED = {"zh": "所有检查均通过", "en": "Every check passed"}
UNCHECKED = {"zh": "未经检查：", "en": "Not checked: no check has judged this order"}
ONLY_CANCELLED = {"zh": "只收到撤单", "en": "Only a cancellation came"}


@pytest.fixture
def reader(as_user):
    def signed_in(language):
        browser = as_user("eve")
        browser.post("/language", {"language": language})
        return browser

    return signed_in


@pytest.fixture
def cancelled(app, work, clock):
    """An order of which only the cancellation ever came."""
    event = OrderEvent(
        event_id="gone/1", source="test", type=EventType.CANCELLED, occurred_at=clock(), order_id="O-GONE", revision=1
    )
    with app.database.writing() as uow:
        take(uow, [event], "test", "test", clock())
    work()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_cancellation_alone_was_not_checked(reader, cancelled, language):
    page = reader(language).get("/orders/O-GONE").text
    assert PASSED[language] not in page
    assert UNCHECKED[language] in page
    assert ONLY_CANCELLED[language] in page
    assert {"zh": "未检查", "en": "not checked"}[language] in page
    assert {"zh": "0 项检查", "en": "0 checks"}[language] not in page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_order_without_its_decision_was_not_checked(app, reader, language):
    with app.database.writing() as uow:
        for table in ("check_hits", "decisions"):
            uow.connection.execute(text(f"DELETE FROM {table}"))
    page = reader(language).get("/orders/O-HELD").text
    assert PASSED[language] not in page
    assert UNCHECKED[language] in page
    assert ONLY_CANCELLED[language] not in page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_alert_without_its_decision_was_not_checked(app, reader, clock, language):
    lost = NewAlert(
        kind="decision",
        due_at=clock() + timedelta(hours=8),
        order_id="O-1",
        revision=1,
        decision_id="nowhere",
        outcome=Outcome.HOLD,
        score=0,
    )
    with app.database.writing() as uow:
        [number] = uow.alerts.raise_many([lost], clock())
    page = reader(language).get(f"/alerts/{number}").text
    assert PASSED[language] not in page
    assert UNCHECKED[language] in page


def test_only_checks_that_all_passed_are_called_passed(app):
    with app.database.reading() as uow:
        decision = uow.decisions.of_order("O-1")[-1].decision
    passed = tuple(finding for finding in decision.findings if finding.status is Status.PASS)
    silent = tuple(finding for finding in decision.findings if finding.status is Status.NO_DATA)
    assert passed
    assert silent
    assert no_grounds(None) == "order.unchecked"
    assert no_grounds(replace(decision, findings=())) == "order.unchecked"
    assert no_grounds(replace(decision, findings=passed)) == "order.no_findings"
    assert no_grounds(replace(decision, findings=(*passed, *silent))) == "order.none_hit"
