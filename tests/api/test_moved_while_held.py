"""A held order that moves nevertheless: on the workbench, in the queue, on its alert's page and on its own."""

from datetime import timedelta

import pytest

from databases.alert_tables import AlertQuery, NewAlert
from risk.nouns.status import StatusEvent, StatusKind
from tradewarden.pipeline.moved_while_held import ALERT
from tradewarden.pipeline.status import take


@pytest.fixture
def tell(app, clock):
    """Takes an event in: tell(order_id, kind, status)."""

    def told(order_id, kind=StatusKind.LOGISTICS, status="departed"):
        event = StatusEvent(
            event_id=f"{order_id}-{kind}-{status}",
            source="synthetic",
            kind=kind,
            status=status,
            occurred_at=clock(),
            order_id=order_id,
        )
        with app.database.writing() as uow:
            take(uow, [event], "test", "tester", clock())

    return told


def moved(app):
    with app.database.reading() as uow:
        return list(uow.alerts.queue(AlertQuery(kind=ALERT)).items)


def spoken(as_user, username, language):
    browser = as_user(username)
    browser.post("/language", {"language": language})
    return browser


WORDS = {
    "zh": "订单 O-HELD（第 1 版）已暂扣，却仍在流转：海关放行、已离港。",
    "en": "Order O-HELD (revision 1) was held and moved nevertheless: Released by customs, Departed.",
}
KIND = {"zh": "未放行却已流转", "en": "Moved while held"}
NEXT = {"zh": "请立即通知货代", "en": "Tell the forwarder"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_everybody_concerned_sees_it(app, as_user, clock, language):
    events = [
        StatusEvent(
            event_id=status, source="s", kind=kind, status=status, occurred_at=clock(), order_id="O-HELD"
        )
        for kind, status in ((StatusKind.DECLARATION, "released"), (StatusKind.LOGISTICS, "departed"))
    ]  # fmt: skip
    with app.database.writing() as uow:
        take(uow, events, "test", "tester", clock())
    [alert] = moved(app)
    officer = spoken(as_user, "bob", language)
    workbench = officer.get("/workbench").text
    assert WORDS[language] in workbench
    assert f'<a class="strong" href="/alerts/{alert.alert_id}">' in workbench
    queue = officer.get("/alerts").text
    assert KIND[language] in queue
    assert queue.index(f'href="/alerts/{alert.alert_id}"') == queue.index(
        'href="/alerts/', queue.index("<tr data-row>")
    )
    page = officer.get(f"/alerts/{alert.alert_id}").text
    assert WORDS[language] in page
    assert NEXT[language] in page
    assert "trade_event" not in page
    order = officer.get("/orders/O-HELD").text
    assert WORDS[language] in order
    operator = spoken(as_user, "ops", language).get("/workbench").text
    assert WORDS[language] in operator
    assert 'href="/orders/O-HELD"' in operator
    assert "/alerts/" not in operator


def test_only_an_officer_closes_it(app, as_user, tell, alert_of, clock):
    tell("O-HELD")
    [alert] = moved(app)
    officer = as_user("eve")
    assert officer.post(f"/alerts/{alert.alert_id}/take").status_code == 303
    with app.database.reading() as uow:
        [reason, *_] = uow.alerts.reasons("acknowledge")
        [release, *_] = uow.alerts.reasons("release")
    assert officer.post(f"/alerts/{alert.alert_id}/propose", {"reason": release.code}).status_code == 422
    assert WORDS["zh"][:20] in officer.get("/workbench").text
    assert officer.post(f"/alerts/{alert.alert_id}/propose", {"reason": reason.code}).status_code == 303
    assert moved(app) == []
    assert WORDS["zh"][:20] not in officer.get("/workbench").text
    assert WORDS["zh"][:20] not in officer.get("/orders/O-HELD").text


def test_an_officer_who_refuses_what_has_sailed_is_told(app, as_user, tell):
    with app.database.writing() as uow:
        uow.connection.exec_driver_sql("UPDATE orders SET state = 'review' WHERE order_id = 'O-HELD'")
    tell("O-HELD")
    assert moved(app) == []
    with app.database.reading() as uow:
        [decision] = uow.alerts.queue(AlertQuery(order_id="O-HELD", kind="decision")).items
        [reason, *_] = uow.alerts.reasons("return")
    officer = as_user("bob")
    officer.post(f"/alerts/{decision.alert_id}/take")
    assert officer.post(f"/alerts/{decision.alert_id}/propose", {"reason": reason.code}).status_code == 303
    [alert] = moved(app)
    assert (alert.order_id, alert.details["state"]) == ("O-HELD", "returned")
    assert "已退回，却仍在流转：已离港" in officer.get("/workbench").text


def test_an_event_attached_by_hand_is_looked_at(app, as_user, clock):
    event = StatusEvent(
        event_id="w",
        source="s",
        kind=StatusKind.LOGISTICS,
        status="arrived",
        occurred_at=clock(),
        container="CSQU3054383",
    )
    with app.database.writing() as uow:
        [answer] = take(uow, [event], "test", "tester", clock())
    assert answer.order_id == ""
    assert as_user("bob").post(f"/status-events/{answer.row}/attach", {"order_id": "O-HELD"}).status_code == 303
    assert [alert.order_id for alert in moved(app)] == ["O-HELD"]


def test_many_are_counted_on_the_workbench(app, as_user, clock):
    new = [
        NewAlert(kind=ALERT, subject=f"O-{n} r1", order_id=f"O-{n}", revision=1, due_at=clock() + timedelta(minutes=n))
        for n in range(5)
    ]
    with app.database.writing() as uow:
        uow.alerts.raise_many(new, clock())
    page = as_user("bob").get("/workbench").text
    assert "另有 2 单未放行却已流转" in page
    assert 'href="/alerts?kind=moved_while_held"' in page
