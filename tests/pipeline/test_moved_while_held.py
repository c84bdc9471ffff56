"""An order that is stopped and cleared, shipped or paid for nevertheless raises one alert, whichever came first."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event as sql_event
from sqlalchemy import text

from databases.alerts import AlertQuery, Proposal
from databases.audit import AuditQuery
from risk.nouns.order import EventType
from risk.nouns.status import MOVES, STATUS_CODES, StatusEvent, StatusKind
from tradewarden.pipeline.batch import Worker, process_batch
from tradewarden.pipeline.intake import take as take_orders
from tradewarden.pipeline.moved_while_held import ALERT, alarm_moved, is_move, look_again
from tradewarden.pipeline.status import take
from tradewarden.pipeline.verification import attach_waiting_events
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import simulate

from .conftest import NOW

WORKER = Worker(name="worker")
HOUR = timedelta(hours=1)
BILL = "COSU6123456780"


@pytest.fixture
def sound(run):
    """A truthful order of the simulation."""
    return next(item.order for item in simulate(run) if not item.typology)


@pytest.fixture
def wrong(sound):
    """The same with a net weight above the gross weight, which holds it (LC010)."""
    gross = sound.declaration.header.gross_weight_kg or Decimal(100)
    header = replace(sound.declaration.header, net_weight_kg=gross + 100)
    return replace(sound, declaration=replace(sound.declaration, header=header))


def judged(app, *events):
    with app.database.writing() as uow:
        take_orders(uow, events, "test", "tester", NOW)
    while process_batch(app, WORKER).claimed:
        continue


def submitted(order, revision=1):
    return as_event(replace(order, revision=revision), "test", NOW)


def status(order_id, kind=StatusKind.LOGISTICS, code="departed", number=1, **keys):
    return StatusEvent(
        event_id=f"{kind}-{code}-{number}", source="s", kind=kind, status=code, occurred_at=NOW, order_id=order_id,
        **keys,
    )  # fmt: skip


def told(app, *events, now=NOW):
    with app.database.writing() as uow:
        return take(uow, events, "test", "tester", now)


def alerts(app, states=("open", "assigned", "proposed", "closed")):
    with app.database.reading() as uow:
        return list(uow.alerts.queue(AlertQuery(kind=ALERT, states=states)).items)


def state_of(app, order_id):
    with app.database.reading() as uow:
        return uow.orders.get(order_id).summary.state


def closed(app, alert_id):
    with app.database.writing() as uow:
        uow.alerts.assign(alert_id, "eve", "eve", NOW)
        [reason, *_] = uow.alerts.reasons("acknowledge")
        uow.alerts.propose(alert_id, Proposal(disposition="acknowledge", reason_code=reason.code), "eve", NOW)


def test_a_held_order_that_sails_raises_the_most_urgent_alert(app, wrong):
    judged(app, submitted(wrong))
    assert state_of(app, wrong.order_id) == "held"
    later = NOW + HOUR
    told(app, status(wrong.order_id), now=later)
    [alert] = alerts(app)
    assert (alert.order_id, alert.revision, alert.client_id, alert.state) == (
        wrong.order_id, 1, wrong.client_uscc, "open",
    )  # fmt: skip
    assert alert.details["state"] == "held"
    assert [(one["kind"], one["status"]) for one in alert.details["moves"]] == [("logistics", "departed")]
    with app.database.reading() as uow:
        others = [one for one in uow.alerts.queue(AlertQuery()).items if one.kind != ALERT]
        entries = uow.audit.search(AuditQuery(action="order.moved_while_held")).items
        assert uow.audit.verify("door-test") == ()
    assert alert.due_at == later
    assert all(alert.due_at < other.due_at for other in others)
    assert [(entry.object_id, entry.actor) for entry in entries] == [(wrong.order_id, "tester")]


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind, codes in STATUS_CODES.items() for code in codes])
def test_what_counts_as_moving(kind, code):
    moving = {
        "declaration": {"released", "cleared"},
        "logistics": {"on_board", "departed", "transhipped", "arrived", "delivered"},
        "refund": {"paid"},
        "settlement": {"received", "partly_received", "converted", "paid_out"},
        "insurance": set(),
    }
    assert is_move(status("O", kind, code)) is (code in moving[kind])


def test_every_move_alarms_and_nothing_else_does(app, wrong):
    judged(app, submitted(wrong))
    still = [
        status(wrong.order_id, kind, code)
        for kind, codes in STATUS_CODES.items()
        for code in codes
        if code not in MOVES[kind]
    ]
    told(app, *still)
    assert alerts(app) == []
    moving = [status(wrong.order_id, kind, code) for kind, codes in MOVES.items() for code in sorted(codes)]
    told(app, *moving)
    [alert] = alerts(app)
    assert {(one["kind"], one["status"]) for one in alert.details["moves"]} == {
        (one.kind.value, one.status) for one in moving
    }


def test_a_released_order_may_move(app, sound):
    judged(app, submitted(sound))
    execute(app, "UPDATE orders SET state = 'released'")
    told(app, status(sound.order_id))
    execute(app, "UPDATE orders SET state = 'review'")
    told(app, status(sound.order_id, code="arrived"))
    assert alerts(app) == []


def execute(app, statement, **values):
    with app.database.writing() as uow:
        uow.connection.execute(text(statement), values)


def test_the_news_first_and_the_decision_later(app, wrong):
    told(app, status(wrong.order_id))
    assert alerts(app) == []
    judged(app, submitted(wrong))
    assert [alert.order_id for alert in alerts(app)] == [wrong.order_id]


def test_a_later_revision_that_is_held(app, sound, wrong):
    judged(app, submitted(sound))
    execute(app, "UPDATE orders SET state = 'released'")
    told(app, status(sound.order_id))
    assert alerts(app) == []
    judged(app, submitted(wrong, 2))
    assert [(alert.order_id, alert.revision) for alert in alerts(app)] == [(wrong.order_id, 2)]


def test_an_event_that_finds_its_order_later(app, wrong):
    transport = replace(wrong.declaration.header, transport_document_number=BILL)
    named = replace(wrong, declaration=replace(wrong.declaration, header=transport))
    told(app, status("", transport_document=BILL))
    judged(app, submitted(named))
    assert len(alerts(app)) == 1


def test_a_waiting_event_is_attached_by_the_scheduler(app, wrong):
    judged(app, submitted(wrong))
    told(app, status("", transport_document=BILL))
    execute(app, "UPDATE orders SET transport_document = :bill", bill=BILL)
    assert alerts(app) == []
    with app.database.writing() as uow:
        assert attach_waiting_events(uow, NOW) == 1
    assert len(alerts(app)) == 1


def test_once_for_an_order_and_revision_and_only_a_person_closes_it(app, sound, wrong):
    judged(app, submitted(wrong))
    told(app, status(wrong.order_id))
    told(app, status(wrong.order_id))
    told(app, status(wrong.order_id, code="arrived"))
    [alert] = alerts(app)
    closed(app, alert.alert_id)
    told(app, status(wrong.order_id, code="delivered"))
    assert [one.state for one in alerts(app)] == ["closed"]
    judged(app, submitted(wrong, 2))
    assert sorted(one.revision for one in alerts(app)) == [1, 2]
    judged(app, submitted(sound, 3))
    gone = replace(submitted(sound, 3), event_id="c", type=EventType.CANCELLED, order=None)
    judged(app, gone)
    assert [(one.revision, one.state) for one in alerts(app, ("open",))] == [(2, "open")]


def test_two_open_revisions_of_an_order_have_an_alert_each(app, wrong):
    judged(app, submitted(wrong))
    told(app, status(wrong.order_id))
    judged(app, submitted(wrong, 2))
    assert sorted(one.revision for one in alerts(app, ("open",))) == [1, 2]


@pytest.mark.parametrize("state", ["held", "refused", "returned"])
def test_what_two_workers_wrote_at_the_same_moment_is_found_by_the_scheduler(app, sound, state):
    judged(app, submitted(sound))
    execute(app, "UPDATE orders SET state = 'released'")
    told(app, status(sound.order_id))
    execute(app, "UPDATE orders SET state = :state", state=state)
    assert alerts(app) == []
    with app.database.writing() as uow:
        assert look_again(uow, NOW) == 1
        assert look_again(uow, NOW) == 0
    [alert] = alerts(app)
    assert alert.details["state"] == state


def test_the_scheduler_looks_twice_at_what_is_new_and_then_no_more(app, sound):
    judged(app, submitted(sound))
    execute(app, "UPDATE orders SET state = 'released'")
    told(app, status(sound.order_id))
    with app.database.writing() as uow:
        assert look_again(uow, NOW) == 0
    execute(app, "UPDATE orders SET state = 'held'")
    with app.database.writing() as uow:
        assert look_again(uow, NOW) == 1
    execute(app, "DELETE FROM alerts")
    with app.database.writing() as uow:
        assert look_again(uow, NOW) == 0


def test_many_orders_are_one_question(app, run, wrong):
    many = [replace(wrong, order_id=f"M-{number}") for number in range(20)]
    judged(app, *(submitted(one) for one in many))
    told(app, *(status(one.order_id, code="booked", number=one.order_id) for one in many))
    asked = []
    with app.database.writing() as uow:
        sql_event.listen(uow.connection, "before_cursor_execute", lambda *args: asked.append(args[2]))
        assert alarm_moved(uow, [one.order_id for one in many], "tester", NOW) == 0
        assert len(asked) == 1
        assert alarm_moved(uow, [], "tester", NOW) == 0
        assert len(asked) == 1
