"""The pipeline on a real database: every event ends exactly once, in the state its story demands."""

from dataclasses import replace

import pytest

from integrations.json_events import encode
from risk.findings import Outcome
from risk.nouns.order import EventType, OrderEvent
from tradewarden.pipeline.batch import Worker, process_batch
from tradewarden.pipeline.gather import decision_id_of
from tradewarden.pipeline.intake import take
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import simulate

from .conftest import NOW

WORKER = Worker(name="worker", batch_size=16)


def put(app, *events):
    with app.database.writing() as uow:
        return take(uow, events, "test", "tester", NOW)


def drain(app, worker=WORKER):
    results = []
    while (result := process_batch(app, worker)).claimed:
        results.append(result)
    return results


def counts(app):
    with app.database.reading() as uow:
        return uow.inbox.counts()


@pytest.fixture
def events(run):
    return [as_event(item.order, "test", item.declared_at) for item in simulate(run)]


def decision(app, event):
    with app.database.reading() as uow:
        return uow.decisions.get(decision_id_of(event.order_id, event.revision)).decision


def test_every_order_is_decided_once_and_the_books_balance(app, events):
    put(app, *events)
    assert sum(result.decided for result in drain(app)) == len(events)
    books = counts(app)
    assert books.balanced
    assert (books.applied, books.pending, books.dead) == (len(events), 0, 0)
    with app.database.reading() as uow:
        assert not [problem for head in uow.audit.streams() for problem in uow.audit.verify(head.stream)]


def test_truthful_orders_of_good_clients_are_released_and_listed_buyers_are_not(app, run, events):
    labels = {item.order.order_id: item.typology for item in simulate(run)}
    put(app, *events)
    drain(app)
    outcomes = {event.order_id: decision(app, event).outcome for event in events}
    truthful = [outcomes[order_id] for order_id, typology in labels.items() if not typology]
    assert truthful.count(Outcome.RELEASE) > 0.9 * len(truthful)
    assert {outcomes[order_id] for order_id, typology in labels.items() if typology in {"LC160", "LC161"}} == {
        Outcome.REFUSE
    }


def test_batch_size_changes_nothing(app, events, tmp_path, run):
    put(app, *events)
    drain(app, replace(WORKER, batch_size=1))
    one_by_one = [decision(app, event) for event in events]
    with app.database.reading() as uow:
        assert uow.decisions.get(one_by_one[0].decision_id) is not None
    assert len({item.decision_id for item in one_by_one}) == len(events)


def test_duplicates_and_conflicts_change_nothing_but_conflicts_raise_an_alert(app, events):
    event = events[0]
    put(app, event)
    drain(app)
    other = replace(event, order=replace(event.order, client_name="别的客户"))
    assert [answer.state for answer in put(app, event, other)] == ["duplicate", "conflict"]
    assert drain(app) == []
    books = counts(app)
    assert books.balanced
    assert (books.applied, books.duplicate, books.conflicts) == (1, 2, 1)
    with app.database.reading() as uow:
        kinds = [alert.kind for alert in uow.alerts.queue(_any_alert()).items]
    assert kinds.count("event_conflict") == 1


def _any_alert():
    from databases.alerts import AlertQuery

    return AlertQuery()


def _revised(event, revision, **changes):
    order = replace(event.order, revision=revision, **changes)
    return replace(event, event_id=f"{event.order_id}/{revision}", revision=revision, order=order)


def test_an_older_revision_is_kept_but_not_applied(app, events):
    newer, older = _revised(events[0], 3, client_name="新名称"), _revised(events[0], 2)
    put(app, newer, older)
    drain(app)
    with app.database.reading() as uow:
        stored = uow.orders.get(events[0].order_id)
        assert stored.order.client_name == "新名称"
        assert [(item.revision, item.state) for item in uow.orders.revisions(events[0].order_id)] == [
            (3, "applied"),
            (2, "stored_older"),
        ]
    assert counts(app).stored_older == 1


def test_a_cancellation_ends_the_order_and_its_alerts(app, events):
    cancel = OrderEvent(
        event_id="cancel-1",
        source="test",
        type=EventType.CANCELLED,
        occurred_at=NOW,
        order_id=events[0].order_id,
        revision=1,
    )
    put(app, events[0], cancel)
    drain(app)
    with app.database.reading() as uow:
        assert uow.orders.get(events[0].order_id).summary.state == "cancelled"
    assert counts(app).balanced


def test_a_poisonous_event_costs_itself_only(app, events, monkeypatch):
    poison = events[5].order_id
    put(app, *events[:12])

    class Poisoned(type(app.explainer)):
        pass

    def explode(order, *rest):
        if order.order_id == poison:
            raise RuntimeError("this order can't be gathered")
        return original(order, *rest)

    from tradewarden.pipeline import gather as gathering

    original = gathering.screen_order
    monkeypatch.setattr(gathering, "screen_order", explode)
    drain(app)
    books = counts(app)
    assert books.balanced
    assert (books.applied, books.dead, books.pending) == (11, 1, 0)
    with app.database.reading() as uow:
        [letter] = uow.dead_letters.list().items
    assert letter.order_id == poison
    assert "can't be gathered" in letter.reason
    assert letter.raw == encode(events[5])


def test_without_any_list_nothing_is_released(tmp_path, events):
    from tradewarden.settings import Settings
    from tradewarden.setup import prepare
    from tradewarden.wiring import build

    bare = build(Settings(data_dir=tmp_path / "bare"), clock=lambda: NOW)
    prepare(bare)
    put(bare, *events[:20])
    drain(bare)
    assert Outcome.RELEASE not in {decision(bare, event).outcome for event in events[:20]}
    bare.database.dispose()
