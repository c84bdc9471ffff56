"""From the queue to the disposition: taking, verdicts, the second person, races, alike alerts in bulk."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from databases.alert_tables import AlertQuery
from tradewarden.auth import accounts, passwords
from tradewarden.pipeline.intake import take

RELEASE, REFUSE, RETURN = "DATA_CONFIRMED", "FALSE_DECLARATION", "CORRECT_DATA"


def state_of(app, order_id):
    with app.database.reading() as uow:
        return uow.orders.get(order_id).summary.state


def alert(app, number):
    with app.database.reading() as uow:
        return uow.alerts.get(number)


def audited(app, action):
    with app.database.reading() as uow:
        return [entry for entry in uow.audit.of_stream("web") if entry.action == action]


@pytest.fixture
def proposed(as_user, alert_of):
    """A release of the held order, proposed by the officer; gives the alert's number."""
    number = alert_of("O-HELD")
    officer = as_user("bob")
    assert officer.post(f"/alerts/{number}/take").status_code == 303
    answer = officer.post(f"/alerts/{number}/propose", {"reason": RELEASE, "note": "weighed again"})
    assert answer.headers["location"] == f"/alerts/{number}?done=proposed"
    return number


def test_a_release_needs_a_second_person(app, as_user, proposed):
    assert state_of(app, "O-HELD") == "held"
    manager = as_user("eve")
    assert "批准放行" in manager.get(f"/alerts/{proposed}").text
    assert manager.post(f"/alerts/{proposed}/approve").headers["location"].endswith("done=approved")
    assert state_of(app, "O-HELD") == "released"
    assert [entry.actor for entry in audited(app, "alert.approved")] == ["eve"]
    assert "eve 复核放行" in manager.get("/orders/O-HELD").text


def test_officers_have_no_right_to_approve(app, as_user, proposed):
    assert as_user("bob").post(f"/alerts/{proposed}/approve").status_code == 403
    assert state_of(app, "O-HELD") == "held"


def test_nobody_approves_their_own_proposal(app, as_user, alert_of):
    number = alert_of("O-HELD")
    manager = as_user("eve")
    manager.post(f"/alerts/{number}/take")
    manager.post(f"/alerts/{number}/propose", {"reason": RELEASE})
    assert "本人的提议" in manager.get(f"/alerts/{number}").text
    answer = manager.post(f"/alerts/{number}/approve")
    assert answer.status_code == 409
    assert "另一人复核" in answer.text
    assert state_of(app, "O-HELD") == "held"
    assert not audited(app, "alert.approved")


def test_an_account_made_after_the_proposal_cannot_approve_it(app, visitor, proposed, clock):
    with app.database.writing() as uow:
        accounts.create(
            uow, accounts.NewAccount("late", "后来者", "risk_manager"), "dan", clock() + timedelta(seconds=1)
        )
        uow.users.set_password("late", passwords.hashed("pebble-lantern-violet-8"), clock())
    clock.move(minutes=1)
    late = visitor()
    assert late.sign_in("late", "pebble-lantern-violet-8").status_code == 303
    assert late.post(f"/alerts/{proposed}/approve").status_code == 409
    assert state_of(app, "O-HELD") == "held"


def test_of_two_approvals_at_once_one_succeeds(app, as_user, proposed):
    managers = [as_user("eve"), as_user("fei")]
    tokens = [manager.token() for manager in managers]
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(
                lambda pair: pair[0].post(f"/alerts/{proposed}/approve", {"csrf_token": pair[1]}),
                zip(managers, tokens, strict=True),
            )
        )
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert len(audited(app, "alert.approved")) == 1
    assert state_of(app, "O-HELD") == "released"


def test_approving_and_rejecting_at_once_ends_in_one_of_them(app, as_user, proposed):
    eve, fei = as_user("eve"), as_user("fei")
    first, second = eve.token(), fei.token()
    with ThreadPoolExecutor(2) as pool:
        approved = pool.submit(eve.post, f"/alerts/{proposed}/approve", {"csrf_token": first})
        rejected = pool.submit(fei.post, f"/alerts/{proposed}/reject", {"csrf_token": second, "note": "not yet"})
        statuses = [approved.result().status_code, rejected.result().status_code]
    assert sorted(statuses) == [303, 409]
    assert state_of(app, "O-HELD") == ("released" if statuses[0] == 303 else "held")
    assert len(audited(app, "alert.approved")) + len(audited(app, "alert.rejected")) == 1


def test_a_rejected_proposal_goes_back_with_its_reason(app, as_user, proposed):
    manager = as_user("eve")
    assert manager.post(f"/alerts/{proposed}/reject", {"note": " "}).status_code == 422
    assert manager.post(f"/alerts/{proposed}/reject", {"note": "show the weight note"}).status_code == 303
    assert (alert(app, proposed).state, alert(app, proposed).assignee) == ("assigned", "bob")
    assert "show the weight note" in as_user("bob").get(f"/alerts/{proposed}").text


def test_restrictive_verdicts_close_at_once(app, as_user, alert_of):
    number = alert_of("O-HELD")
    officer = as_user("bob")
    officer.post(f"/alerts/{number}/take")
    assert officer.post(f"/alerts/{number}/propose", {"reason": RETURN}).headers["location"].endswith("done=closed")
    assert alert(app, number).state == "closed"
    assert state_of(app, "O-HELD") == "returned"


@pytest.mark.parametrize("reason", ["", "NO_SUCH_REASON", "HANDLED"])
def test_a_verdict_needs_a_fitting_predefined_reason(app, as_user, alert_of, reason):
    number = alert_of("O-HELD")
    officer = as_user("bob")
    officer.post(f"/alerts/{number}/take")
    assert officer.post(f"/alerts/{number}/propose", {"reason": reason}).status_code == 422
    assert alert(app, number).state == "assigned"


def test_what_the_machine_refused_is_not_released(app, as_user, alert_of):
    number = alert_of("O-REFUSED")
    officer = as_user("bob")
    officer.post(f"/alerts/{number}/take")
    assert RELEASE not in officer.get(f"/alerts/{number}").text
    answer = officer.post(f"/alerts/{number}/propose", {"reason": RELEASE})
    assert answer.status_code == 409
    assert "新版本" in answer.text
    assert state_of(app, "O-REFUSED") == "refused"


def test_two_who_take_at_once_do_not_both_have_it(as_user, alert_of, app):
    number = alert_of("O-HELD")
    people = [as_user("bob"), as_user("eve")]
    tokens = [person.token() for person in people]
    with ThreadPoolExecutor(2) as pool:
        take_it = [
            pool.submit(p.post, f"/alerts/{number}/take", {"csrf_token": t})
            for p, t in zip(people, tokens, strict=True)
        ]
        assert sorted(done.result().status_code for done in take_it) == [303, 409]
    assert alert(app, number).assignee in {"bob", "eve"}


def test_others_work_is_taken_over_with_a_reason_only(app, as_user, alert_of):
    number = alert_of("O-HELD")
    as_user("bob").post(f"/alerts/{number}/take")
    manager = as_user("eve")
    assert manager.post(f"/alerts/{number}/propose", {"reason": RETURN}).status_code == 409
    assert manager.post(f"/alerts/{number}/reassign", {"reason": ""}).status_code == 422
    assert manager.post(f"/alerts/{number}/reassign", {"reason": "bob is on leave"}).status_code == 303
    assert alert(app, number).assignee == "eve"
    assert audited(app, "alert.reassigned")[0].reason == "bob is on leave"


def test_next_gives_the_most_urgent_and_then_says_when_there_is_none(app, as_user):
    officer = as_user("bob")
    with app.database.reading() as uow:
        first = uow.alerts.queue(AlertQuery()).items[0].alert_id
    assert officer.post("/alerts/next").headers["location"] == f"/alerts/{first}"
    assert officer.post("/alerts/next").headers["location"] == f"/alerts/{first}"
    manager = as_user("eve")
    while "queue_empty" not in (place := manager.post("/alerts/next").headers["location"]):
        number = int(place.rsplit("/", 1)[1])
        assert manager.post(f"/alerts/{number}/propose", {"reason": RETURN}).status_code == 303
    assert "没有待领取的预警" in manager.get(place).text


def test_overdue_alerts_are_marked_and_found(as_user, clock):
    officer = as_user("bob")
    assert "逾期" not in officer.get("/alerts").text.replace("仅逾期", "").replace("逾期醒目标出", "")
    clock.move(hours=9)
    officer = as_user("bob")
    page = officer.get("/alerts?overdue=1").text
    assert "O-HELD" in page
    assert "逾期 1 小时" in page


def test_alike_alerts_are_disposed_of_together(app, as_user, more_held):
    numbers = more_held(3)
    officer = as_user("bob")
    answer = officer.post("/alerts/bulk", {"alert": numbers, "reason": RETURN, "note": "same mistake"})
    assert answer.status_code == 303
    assert {alert(app, number).state for number in numbers} == {"closed"}
    assert len(audited(app, "alert.closed")) == 3


def test_unlike_alerts_are_not(app, as_user, more_held, alert_of):
    numbers = [*more_held(1), alert_of("O-REFUSED")]
    answer = as_user("bob").post("/alerts/bulk", {"alert": numbers, "reason": REFUSE})
    assert answer.status_code == 422
    assert {alert(app, number).state for number in numbers} == {"open"}


def test_bulk_is_all_or_nothing(app, as_user, more_held):
    numbers = more_held(3)
    as_user("eve").post(f"/alerts/{numbers[2]}/take")
    answer = as_user("bob").post("/alerts/bulk", {"alert": numbers, "reason": RETURN})
    assert answer.status_code == 409
    assert [alert(app, number).state for number in numbers] == ["open", "open", "assigned"]


def test_bulk_with_unknown_numbers_changes_nothing(app, as_user, more_held):
    numbers = more_held(1)
    assert as_user("bob").post("/alerts/bulk", {"alert": [*numbers, 999_999], "reason": RETURN}).status_code == 404
    assert alert(app, numbers[0]).state == "open"


@pytest.fixture
def more_held(app, clean_order, work, alert_of, clock, make_event, make_held):
    def made(count):
        orders = [make_held(clean_order, f"O-H{number}") for number in range(count)]
        with app.database.writing() as uow:
            take(uow, [make_event(order) for order in orders], "test", "test", clock())
        work()
        return [alert_of(order.order_id) for order in orders]

    return made


def test_a_new_revision_withdraws_the_old_alert(app, as_user, proposed, clean_order, work, clock, make_event):
    with app.database.writing() as uow:
        take(uow, [make_event(replace(clean_order, order_id="O-HELD", revision=2))], "test", "test", clock())
    work()
    assert alert(app, proposed).state == "closed"
    assert as_user("eve").post(f"/alerts/{proposed}/approve").status_code == 409
