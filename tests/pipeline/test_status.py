"""Status events through the pipeline: books, conflicts, dead letters, late orders, and the customs verification."""

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from databases.alerts import AlertQuery
from databases.audit import AuditQuery
from databases.customs_differences import DifferenceQuery
from databases.policies import policies
from integrations.json_events import encode_status
from integrations.kafka.port import Record
from risk.canonical import canonical
from risk.nouns.money import Money
from risk.nouns.status import CustomsFeedback, CustomsLine, StatusEvent, StatusKind
from risk.policy import CustomsPolicy
from tradewarden.pipeline import status
from tradewarden.pipeline.batch import Worker, process_batch
from tradewarden.pipeline.intake import take as take_orders
from tradewarden.pipeline.status import StatusResult, take, take_records
from tradewarden.pipeline.verification import attach_waiting_events, catch_up, verify, verify_customs
from tradewarden.scheduler import JOBS
from tradewarden.simulate.events import as_event
from tradewarden.simulate.flow import feedback, news
from tradewarden.simulate.generate import simulate
from tradewarden.standing import ensure_policy

from .conftest import NOW

WORKER = Worker(name="worker")
HOUR = timedelta(hours=1)


@pytest.fixture
def order(run):
    """A simulated order of several days ago, truthful."""
    return next(item.order for item in simulate(run) if not item.typology)


def judged(app, *orders):
    with app.database.writing() as uow:
        take_orders(uow, [as_event(one, "test", NOW) for one in orders], "test", "tester", NOW)
    while process_batch(app, WORKER).claimed:
        continue


def receipt(number, order_id="", **changes):
    values = {"kind": StatusKind.DECLARATION, "status": "accepted", "occurred_at": NOW - HOUR, **changes}
    return StatusEvent(event_id=f"c{number}", source="customs", order_id=order_id, **values)


def told(app, *events, now=NOW):
    with app.database.writing() as uow:
        return take(uow, events, "test", "tester", now)


def record(offset, value, topic="trade.customs", headers=()):
    return Record(topic=topic, partition=2, offset=offset, key=None, value=value, headers=headers, sent_at=NOW)


def differences(app, *states):
    with app.database.reading() as uow:
        found = uow.differences.search(DifferenceQuery(states=states)).items
    return {one.difference.field: one.difference for one in found}


def alerts(app, kind):
    with app.database.reading() as uow:
        return uow.alerts.queue(AlertQuery(kind=kind)).items


def test_records_become_events_or_dead_letters_and_the_books_balance(app):
    good = encode_status(receipt(1, "O-1"))
    changed = encode_status(receipt(1, "O-2"))
    headers = (("id", b"7"), ("odd", b"\xff\x00"))
    batch = [
        record(5, good),
        record(6, good, topic="trade.logistics"),
        record(7, changed),
        record(8, b"\x00 not json", headers=headers),
        record(9, None),
        record(10, json.dumps({"event_id": "x", "kind": "declaration"}).encode()),
    ]
    with app.database.writing() as uow:
        result = take_records(uow, batch, "worker-1", NOW)
    assert result == StatusResult(applied=1, duplicate=1, conflict=1, dead=3)
    with app.database.reading() as uow:
        books = uow.inbox.counts()
        letters = sorted(uow.dead_letters.list().items, key=lambda letter: letter.letter_id)
        entries = uow.audit.search(AuditQuery(actor="worker-1")).items
    assert books.balanced
    assert (books.received, books.applied, books.duplicate, books.conflicts, books.dead) == (6, 1, 2, 1, 3)
    assert [(letter.source, letter.place) for letter in letters] == [
        ("kafka:trade.customs", f"trade.customs[2]@{offset}") for offset in (8, 9, 10)
    ]
    assert result.letters == {letter.letter_id: letter.place for letter in letters}
    assert letters[0].raw == b"\x00 not json"
    assert letters[0].headers["id"] == "7"
    assert "odd" in letters[0].headers
    assert "the required field" in letters[2].reason
    assert {entry.stream for entry in entries} == {"worker-1"}
    assert len(alerts(app, "event_conflict")) == 1


def test_what_breaks_the_decoder_is_a_dead_letter_with_all_that_came(app, monkeypatch):
    def broken(*_):
        raise RecursionError("too deep \x00")

    monkeypatch.setattr(status, "decode_status", broken)
    twice = replace(record(1, b"x", headers=(("id", b"7"), ("id", b"8"))), key=b"C1")
    with app.database.writing() as uow:
        assert take_records(uow, [twice], "worker", NOW) == StatusResult(dead=1)
    with app.database.reading() as uow:
        (letter,) = uow.dead_letters.list().items
        assert uow.inbox.counts().balanced
    assert "RecursionError" in letter.reason
    assert letter.headers == {"id": "7", "id#2": "8", "kafka.key": "C1"}


def test_nothing_is_written_for_nothing(app):
    with app.database.writing() as uow:
        assert take_records(uow, [], "worker", NOW) == StatusResult()
        assert take(uow, [], "test", "tester", NOW) == []
        catch_up(uow, [], [], "worker", NOW)


def test_a_batch_that_is_rolled_back_leaves_nothing_and_can_be_taken_again(app):
    batch = [record(1, encode_status(receipt(1, "O-1"))), record(2, b"x")]
    with pytest.raises(ZeroDivisionError), app.database.writing() as uow:  # noqa: PT012 - the failure comes after the work
        take_records(uow, batch, "worker", NOW)
        raise ZeroDivisionError
    with app.database.writing() as uow:
        assert uow.inbox.counts().received == 0
        assert take_records(uow, batch, "worker", NOW) == StatusResult(applied=1, dead=1)
        assert take_records(uow, batch[:1], "worker", NOW) == StatusResult(duplicate=1)


def test_what_waited_for_an_order_is_attached_and_compared_when_it_comes(app, order):
    said = replace(feedback(order), packages=1)
    [answer] = told(app, receipt(1, order.order_id, customs=said))
    assert answer.order_id == ""
    judged(app, order)
    with app.database.reading() as uow:
        assert [one.event.event_id for one in uow.trade_events.of_order(order.order_id)] == ["c1"]
    assert set(differences(app, "open")) == {"packages"}


def test_a_truthful_receipt_leaves_no_difference(app, order):
    judged(app, order)
    told(app, receipt(1, order.order_id, customs=feedback(order)))
    assert differences(app) == {}
    assert alerts(app, "customs_difference") == ()
    with app.database.reading() as uow:
        assert uow.differences.verified(None, None) == (1, 1)


def test_a_difference_that_matters_raises_one_alert_and_others_none(app, order):
    judged(app, order)
    told(app, receipt(1, order.order_id, customs=replace(feedback(order), gross_weight_kg=Decimal(1))))
    assert alerts(app, "customs_difference") == ()
    [line] = feedback(order).lines
    wrong = replace(feedback(order), total=Money(Decimal(1), "USD"), lines=(replace(line, hs_code="1234567890"),))
    told(app, receipt(2, order.order_id, customs=wrong, occurred_at=NOW))
    [alert] = alerts(app, "customs_difference")
    assert (alert.subject, alert.order_id) == (order.order_id, order.order_id)
    assert alert.details == {"fields": ["lines[1].hs_code", "total"]}


def test_the_policy_in_force_says_what_agrees_and_when_an_alert_is_due(app, order):
    wide = CustomsPolicy(money_tolerance=Decimal(5), due_hours=3)
    with app.database.writing() as uow:
        live = uow.policies.live()
        uow.policies.publish(replace(live, version=live.version + 1, customs=wide), "wang", "li", NOW)
    judged(app, order)
    total = feedback(order).total
    near, far = (replace(total, amount=total.amount + more) for more in (Decimal(5), Decimal(6)))
    told(app, receipt(1, order.order_id, customs=replace(feedback(order), total=near)))
    assert differences(app) == {}
    told(app, receipt(2, order.order_id, customs=replace(feedback(order), total=far), occurred_at=NOW))
    assert set(differences(app, "open")) == {"total"}
    [alert] = alerts(app, "customs_difference")
    assert alert.due_at == NOW + 3 * HOUR
    with app.database.reading() as uow:
        [entry] = uow.audit.search(AuditQuery(action="customs.verified")).items
        assert json.loads(entry.details)["policy"] == uow.policies.live_hash()


def test_an_upgrade_puts_a_policy_in_force_that_says_how_customs_is_compared(app):
    with app.database.writing() as uow:
        whole = uow.policies.live()
        content = json.loads(canonical(whole))
        del content["customs"]
        body = json.dumps(content, sort_keys=True).encode()
        old = {"body": body, "hash": hashlib.sha256(body).hexdigest()}
        uow.connection.execute(policies.update().values(old))
        assert uow.policies.live().customs == CustomsPolicy()
        assert ensure_policy(uow, app.checks, NOW)
        assert uow.policies.live() == replace(whole, version=whole.version + 1)
        assert uow.policies.by_hash(old["hash"]).state == "retired"
        assert not ensure_policy(uow, app.checks, NOW)


def test_verifying_again_changes_nothing(app, order):
    judged(app, order)
    told(app, receipt(1, order.order_id, customs=replace(feedback(order), packages=1, net_weight_kg=None)))
    before = differences(app)
    assert {one.state for one in before.values()} == {"open", "missing"}
    with app.database.writing() as uow:
        assert verify_customs(uow, NOW + HOUR) == 0
        assert verify(uow, [order.order_id], "tester", NOW + HOUR).opened == 0
    assert differences(app) == before


def test_an_amended_order_that_agrees_closes_the_difference_with_a_note(app, order):
    judged(app, order)
    [line] = order.declaration.lines
    customs = replace(feedback(order), lines=(replace(feedback(order).lines[0], hs_code="6302990000"),))
    told(app, receipt(1, order.order_id, customs=customs))
    assert set(differences(app, "open")) == {"lines[1].hs_code"}
    amended = replace(order.declaration, lines=(replace(line, hs_code="6302990000"),))
    judged(app, replace(order, revision=2, declaration=amended))
    assert differences(app, "open") == {}
    one = differences(app, "closed")["lines[1].hs_code"]
    assert (one.closed_by, one.reason) == ("system", "agrees")
    judged(app, replace(order, revision=3))
    again = differences(app, "open")["lines[1].hs_code"]
    assert (again.id, again.revision, again.closed_by) == (one.id, 3, "")


def test_missing_data_never_closes_a_difference(app, order):
    judged(app, order)
    told(app, receipt(1, order.order_id, customs=replace(feedback(order), packages=1)))
    header = replace(order.declaration.header, package_count=None)
    judged(app, replace(order, revision=2, declaration=replace(order.declaration, header=header)))
    one = differences(app, "open")["packages"]
    assert (one.ours, one.theirs) == (str(feedback(order).packages), "1")


def test_the_latest_word_of_customs_counts(app, order):
    judged(app, order)
    told(app, receipt(1, order.order_id, customs=replace(feedback(order), packages=1), occurred_at=NOW - 3 * HOUR))
    told(app, receipt(2, order.order_id, customs=CustomsFeedback(packages=2), occurred_at=NOW - HOUR))
    [now_open] = differences(app, "open").values()
    assert now_open.theirs == "2"
    told(app, receipt(3, order.order_id, customs=CustomsFeedback(packages=9), occurred_at=NOW - 2 * HOUR))
    [still] = differences(app, "open").values()
    assert still == now_open, "a receipt that came late does not overrule the later one"
    told(
        app,
        receipt(4, order.order_id, customs=CustomsFeedback(packages=feedback(order).packages), occurred_at=NOW),
    )
    assert differences(app, "open") == {}


def test_a_line_that_customs_no_longer_has_is_superseded(app, order):
    judged(app, order)
    extra = CustomsLine(line_number=2, hs_code="6302990000")
    lines = feedback(order).lines
    told(
        app, receipt(1, order.order_id, customs=replace(feedback(order), lines=(*lines, extra)), occurred_at=NOW - HOUR)
    )
    assert set(differences(app, "open")) == {"lines[2].line"}
    told(app, receipt(2, order.order_id, customs=CustomsFeedback(lines=lines), occurred_at=NOW))
    assert differences(app, "open") == {}
    assert differences(app, "closed")["lines[2].line"].reason == "superseded"


def test_what_a_person_closed_stays_closed_until_a_value_changes(app, order):
    judged(app, order)
    told(app, receipt(1, order.order_id, customs=replace(feedback(order), packages=1)))
    with app.database.writing() as uow:
        uow.differences.close(differences(app, "open")["packages"].id, "bob", "seen", NOW)
        verify(uow, [order.order_id], "tester", NOW + HOUR)
    assert differences(app, "open") == {}
    header = replace(order.declaration.header, package_count=7)
    judged(app, replace(order, revision=2, declaration=replace(order.declaration, header=header)))
    assert differences(app, "open")["packages"].ours == "7"


def test_the_jobs_attach_and_verify_what_was_missed(app, order):
    judged(app, order)
    number = "530420260000000007"
    told(app, receipt(1, declaration_number=number, customs=replace(feedback(order), packages=1)))
    told(app, receipt(2, order.order_id, declaration_number=number, status="submitted"))
    with app.database.writing() as uow:
        assert attach_waiting_events(uow, NOW) == 1
        assert attach_waiting_events(uow, NOW) == 0
        assert verify_customs(uow, NOW) == 1
        assert verify_customs(uow, NOW) == 0
    assert set(differences(app, "open")) == {"packages"}
    assert {"trade_events", "customs"} <= {name for name, *_ in JOBS}


def test_the_news_of_a_month_attaches_in_whatever_order_it_comes(app, run):
    simulated = list(simulate(run))[:40]
    everything = [event for item in simulated for event in news(item.order, item.declared_at, NOW)]
    told(app, *reversed(everything))
    judged(app, *(item.order for item in simulated))
    with app.database.writing() as uow:
        attach_waiting_events(uow, NOW)
        attach_waiting_events(uow, NOW)
        verify_customs(uow, NOW)
        waiting = uow.trade_events.unattached().items
        attached = {
            (item.order.order_id, one.event.event_id)
            for item in simulated
            for one in uow.trade_events.of_order(item.order.order_id)
        }
        assert uow.inbox.counts().balanced
    assert {one.why for one in waiting} <= {"ambiguous"}
    assert len(attached) + len(waiting) == len(everything)
    assert all(event_id.startswith(f"{order_id}/") for order_id, event_id in attached)
