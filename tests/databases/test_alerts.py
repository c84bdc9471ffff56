"""Alerts: the officer's path from open to closed, two people for a release, races decided by the database."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from databases.alerts import AlertQuery, NewAlert, Proposal
from databases.errors import FourEyesViolated, NotFound, ReleaseForbidden, StaleState
from databases.paging import PageRequest
from databases.users import User
from risk.findings import Outcome

HOUR = timedelta(hours=1)
RELEASE = Proposal(disposition="release", reason_code="DATA_CONFIRMED", note="checked the invoice")
REFUSE = Proposal(disposition="refuse", reason_code="LISTED_PARTY")
DONE = Proposal(disposition="acknowledge", reason_code="HANDLED")


def alert(now, order="O-1", outcome=Outcome.HOLD, due=8, **values):
    return NewAlert(
        kind="decision",
        order_id=order,
        revision=1,
        decision_id=f"D-{order}",
        client_id="C",
        outcome=outcome,
        score=60,
        due_at=now + due * HOUR,
        details={"checks": ["LC010"]},
        **values,
    )


@pytest.fixture
def office(database, now, clean_order, reference, trade):
    """A held order, and accounts of an officer, a manager and somebody who came later."""
    with database.writing() as unit:
        for name, hours in (("wang", -9), ("li", -9), ("late", 5)):
            made = now + hours * HOUR
            unit.users.create(User(username=name, display_name=name, roles=(), password_hash="x", created_at=made))
        unit.orders.record([trade.recorded(clean_order, now, reference)])
        settle(unit, "held", Outcome.HOLD)
    return database


def settle(unit, state, outcome):
    unit.connection.exec_driver_sql(f"UPDATE orders SET state = '{state}', outcome = {int(outcome)}")


def raised(unit, now, **values):
    (alert_id,) = unit.alerts.raise_many([alert(now, **values)], now)
    return alert_id


def order_state(unit):
    return unit.orders.get("O-1").summary.state


def test_an_alert_comes_back_as_raised(office, now):
    new = alert(now)
    with office.writing() as unit:
        (alert_id,) = unit.alerts.raise_many([new], now)
        kept = unit.alerts.get(alert_id)
    assert (kept.state, kept.outcome, kept.due_at, kept.details) == ("open", Outcome.HOLD, new.due_at, new.details)
    assert (kept.order_id, kept.decision_id, kept.created_at, kept.assignee) == ("O-1", "D-O-1", now, "")


def test_a_release_takes_two_people(office, now):
    with office.writing() as unit:
        alert_id = raised(unit, now)
        assert unit.alerts.assign(alert_id, "wang", "li", now).assignee == "wang"
        assert unit.alerts.propose(alert_id, RELEASE, "wang", now + HOUR).state == "proposed"
        assert order_state(unit) == "held"
        with pytest.raises(FourEyesViolated, match="wang made the proposal"):
            unit.alerts.approve(alert_id, "wang", now + 2 * HOUR)
        with pytest.raises(FourEyesViolated, match="account late was made after"):
            unit.alerts.approve(alert_id, "late", now + 9 * HOUR)
        with pytest.raises(NotFound, match="no account 'ghost'"):
            unit.alerts.approve(alert_id, "ghost", now)
        closed = unit.alerts.approve(alert_id, "li", now + 2 * HOUR)
        assert (closed.state, closed.disposition, closed.closed_by) == ("closed", "release", "li")
        assert order_state(unit) == "released"
        steps = [(step.step, step.actor) for step in unit.alerts.steps(alert_id)]
        assert steps == [("assigned", "li"), ("proposed", "wang"), ("approved", "li")]
        with pytest.raises(StaleState, match="is closed; nothing is proposed"):
            unit.alerts.approve(alert_id, "li", now)


def test_a_rejected_proposal_goes_back_to_its_maker(office, now):
    with office.writing() as unit:
        alert_id = raised(unit, now)
        unit.alerts.assign(alert_id, "wang", "wang", now)
        unit.alerts.propose(alert_id, RELEASE, "wang", now)
        with pytest.raises(FourEyesViolated):
            unit.alerts.reject(alert_id, "wang", "no", now)
        back = unit.alerts.reject(alert_id, "li", "show the invoice", now)
        assert (back.state, back.assignee, back.disposition, back.proposed_at) == ("assigned", "wang", "", None)
        assert order_state(unit) == "held"
        assert unit.alerts.propose(alert_id, REFUSE, "wang", now).state == "closed"
        assert order_state(unit) == "refused"


def test_what_keeps_the_restriction_is_closed_by_one(office, now):
    back = Proposal(disposition="return", reason_code="CORRECT_DATA")
    with office.writing() as unit:
        alert_id = raised(unit, now)
        unit.alerts.assign(alert_id, "wang", "wang", now)
        assert unit.alerts.propose(alert_id, back, "wang", now).closed_by == "wang"
        assert order_state(unit) == "returned"


def test_a_refused_order_is_never_released(office, now):
    with office.writing() as unit:
        settle(unit, "refused", Outcome.REFUSE)
        alert_id = raised(unit, now, outcome=Outcome.REFUSE)
        unit.alerts.assign(alert_id, "wang", "wang", now)
        with pytest.raises(ReleaseForbidden, match="O-1 was refused"):
            unit.alerts.propose(alert_id, RELEASE, "wang", now)
        assert unit.alerts.propose(alert_id, REFUSE, "wang", now).state == "closed"


def test_a_release_that_comes_too_late_changes_nothing(office, now, clean_order, reference, trade):
    with office.writing() as unit:
        alert_id = raised(unit, now)
        unit.alerts.assign(alert_id, "wang", "wang", now)
        unit.alerts.propose(alert_id, RELEASE, "wang", now)
        unit.orders.record([trade.cancelled("O-1", 1, now)])
    with pytest.raises(StaleState, match="newer revision or was cancelled"), office.writing() as unit:
        unit.alerts.approve(alert_id, "li", now)
    with office.reading() as unit:
        assert unit.alerts.get(alert_id).state == "proposed"
        assert order_state(unit) == "cancelled"


@pytest.mark.parametrize(
    ("proposal", "message"),
    [
        (
            Proposal(disposition="release", reason_code="LISTED_PARTY"),
            "reason 'LISTED_PARTY' for release; expected one",
        ),
        (Proposal(disposition="release", reason_code=""), "expected one of"),
        (DONE, "is an order's alert; disposition 'acknowledge' does not fit"),
        (Proposal(disposition="nonsense", reason_code="HANDLED"), "does not fit"),
    ],
)
def test_proposals_that_do_not_fit(office, now, proposal, message):
    with office.writing() as unit:
        alert_id = raised(unit, now)
        unit.alerts.assign(alert_id, "wang", "wang", now)
        with pytest.raises(ValueError, match=message):
            unit.alerts.propose(alert_id, proposal, "wang", now)


def test_steps_out_of_order(office, now):
    with office.writing() as unit:
        alert_id = raised(unit, now)
        with pytest.raises(StaleState, match="is open; it can't be proposed by wang now"):
            unit.alerts.propose(alert_id, RELEASE, "wang", now)
        unit.alerts.assign(alert_id, "wang", "li", now)
        with pytest.raises(StaleState, match="is assigned by wang; it can't be assigned by li"):
            unit.alerts.assign(alert_id, "li", "li", now)
        with pytest.raises(StaleState):
            unit.alerts.propose(alert_id, RELEASE, "li", now)
        with pytest.raises(StaleState, match="nothing is proposed"):
            unit.alerts.approve(alert_id, "li", now)
        with pytest.raises(NotFound):
            unit.alerts.assign(999_999, "li", "li", now)


def test_reassigning_needs_a_reason(office, now):
    with office.writing() as unit:
        alert_id = raised(unit, now)
        unit.alerts.assign(alert_id, "wang", "li", now)
        with pytest.raises(ValueError, match="needs a reason"):
            unit.alerts.reassign(alert_id, "zhao", "li", " ", now)
        assert unit.alerts.reassign(alert_id, "zhao", "li", "on leave", now).assignee == "zhao"
        assert unit.alerts.steps(alert_id)[-1].details == {"to": "zhao", "reason": "on leave"}


def test_a_new_decision_supersedes_the_old_alert(office, now):
    with office.writing() as unit:
        first = raised(unit, now)
        second = raised(unit, now + HOUR)
        assert [unit.alerts.get(one).state for one in (first, second)] == ["closed", "open"]
        assert unit.alerts.get(first).disposition == "superseded"
        assert unit.alerts.supersede(["O-1", "O-9"], now) == 1
        assert unit.alerts.supersede(["O-1"], now) == 0


def test_a_system_alert_is_raised_once_while_open(office, now):
    stale = NewAlert(kind="stale_list", subject="SA02", due_at=now)
    with office.writing() as unit:
        first, again, other = unit.alerts.raise_many(
            [stale, stale, NewAlert(kind="stale_list", subject="UN", due_at=now)], now
        )
        assert first is not None
        assert again is None
        assert other is not None
        with pytest.raises(ValueError, match="is a system alert"):
            unit.alerts.propose(first, RELEASE, "wang", now)
        unit.alerts.assign(first, "wang", "wang", now)
        assert unit.alerts.propose(first, DONE, "wang", now).state == "closed"
        assert unit.alerts.raise_many([stale], now) != [None]
        assert order_state(unit) == "held"


def test_the_next_alert(office, now):
    with office.writing() as unit:
        ids = unit.alerts.raise_many([alert(now, f"O-{n}", due=due) for n, due in enumerate((9, 3, 6))], now)
        assert unit.alerts.next_for("wang", now).alert_id == ids[1]
        assert unit.alerts.next_for("wang", now).alert_id == ids[1]
        assert unit.alerts.next_for("li", now).alert_id == ids[2]
        assert unit.alerts.next_for("zhao", now).alert_id == ids[0]
        assert unit.alerts.next_for("late", now) is None


def test_two_officers_never_get_the_same_alert(office, now, clean_order, reference, trade):
    with office.writing() as unit:
        unit.alerts.raise_many([alert(now, f"O-{n}", due=n) for n in range(12)], now)
    got = []
    ready = threading.Barrier(2)

    def officer(name):
        ready.wait(10)
        for _ in range(6):
            with office.writing() as unit:
                mine = unit.alerts.next_for(name, now)
                unit.alerts.propose(mine.alert_id, Proposal(disposition="refuse", reason_code="OVER_LIMIT"), name, now)
            got.append(mine.alert_id)

    orders = [replace(clean_order, order_id=f"O-{n}") for n in range(12)]
    with office.writing() as unit:
        # the proposals settle orders, so each needs one
        unit.orders.record([trade.recorded(order, now, reference) for order in orders])
    officers = [threading.Thread(target=officer, args=(name,)) for name in ("wang", "li")]
    for one in officers:
        one.start()
    for one in officers:
        one.join(60)
    assert len(got) == len(set(got)) == 12


def test_the_queue_and_its_counts(office, now):
    system = NewAlert(kind="stale_list", subject="SA02", due_at=now + HOUR)
    with office.writing() as unit:
        ids = unit.alerts.raise_many(
            [alert(now, "O-1", due=9), alert(now, "O-2", Outcome.REVIEW, due=3), system, alert(now, "O-3", due=5)], now
        )
        unit.alerts.assign(ids[3], "wang", "wang", now)

        def queue(**filters):
            return [ids.index(one.alert_id) for one in unit.alerts.queue(AlertQuery(**filters)).items]

        assert queue() == [2, 1, 3, 0]
        assert queue(kind="decision") == [1, 3, 0]
        assert queue(states=("assigned",)) == queue(assignee="wang") == [3]
        assert queue(unassigned=True) == [2, 1, 0]
        assert queue(outcome=Outcome.REVIEW) == [1]
        assert queue(order_id="O-3") == [3]
        assert queue(client_id="nobody") == []
        assert queue(overdue_at=now + 4 * HOUR) == [2, 1]
        last = unit.alerts.queue(AlertQuery(), PageRequest(limit=1, sort="alert_id"))
        assert (ids.index(last.items[0].alert_id), last.total) == (2, 4)
        assert unit.alerts.counts(now + 4 * HOUR) == {"open": 3, "assigned": 1, "proposed": 0, "overdue": 2}


def test_the_report_on_reasons(office, now):
    with office.writing() as unit:
        for hours in (0, 1, 30):
            unit.alerts.raise_many([NewAlert(kind="dead_letter", subject=str(hours), due_at=now)], now)
            mine = unit.alerts.next_for("wang", now)
            unit.alerts.propose(mine.alert_id, DONE, "wang", now + hours * HOUR)
        counts = unit.alerts.disposition_counts(now, now + 24 * HOUR)
        assert [(one.disposition, one.reason_code, one.count) for one in counts] == [("acknowledge", "HANDLED", 2)]


def test_shipped_reasons_are_in_both_languages(office):
    with office.reading() as unit:
        reasons = unit.alerts.reasons()
        releases = unit.alerts.reasons("release")
    assert {reason.disposition for reason in reasons} == {"release", "refuse", "return", "acknowledge"}
    assert all(reason.name_zh and reason.name_en for reason in reasons)
    assert [reason for reason in reasons if reason.disposition == "release"] == releases


def test_a_reason_that_is_gone_is_retired(office, now):
    with office.writing() as unit:
        kept = unit.alerts.reasons("release")[:1]
        unit.alerts.keep_reasons(kept)
        assert unit.alerts.reasons() == kept
