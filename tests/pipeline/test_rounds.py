"""Carrying the orders of a batch in memory says exactly what asking the database after each wave would say."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from databases.columns import metadata
from risk.findings import Status
from risk.nouns.declaration import Declaration
from risk.nouns.header import Header
from risk.nouns.order import EventType, Order, OrderEvent
from tradewarden.demo import client_of_profile, synthetic_lists
from tradewarden.pipeline import work
from tradewarden.pipeline.batch import Worker, process_batch
from tradewarden.pipeline.intake import take
from tradewarden.pipeline.rounds import rounds
from tradewarden.settings import Settings
from tradewarden.setup import prepare
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import Run, factories, simulate
from tradewarden.wiring import build

SHOWN = (
    "decisions", "check_hits", "screenings", "match_queue", "supervision_plans", "alerts",
    "audit_entries", "audit_heads", "orders", "order_lines", "order_containers", "order_revisions", "outbox", "inbox",
)  # fmt: skip
ORDER = Order(order_id="O", declaration=Declaration(header=Header()))
SEEN = 30
"""Orders that stand in the database before the batch that is looked at."""


@given(
    cut=st.lists(st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=4), max_size=8),
    known=st.sets(st.integers(0, 12)),
)
def test_only_the_last_wave_of_a_round_takes_away(cut, known):
    def event(number, submitted):
        order = replace(ORDER, order_id=str(number)) if submitted else None
        kind = EventType.SUBMITTED if submitted else EventType.CANCELLED
        return OrderEvent(
            event_id="e", source="t", type=kind, occurred_at=None, order_id=str(number), revision=1, order=order
        )

    waves = [[(None, event(number, submitted)) for number, submitted in dict(wave).items()] for wave in cut]
    found = rounds(waves, {str(number) for number in known})
    assert [wave for one in found for wave in one] == waves
    before = {str(number) for number in known}
    for one in found:
        ids = [event.order_id for wave in one for _, event in wave]
        assert len(ids) == len(set(ids)), "an order stands in a round once"
        for wave in one[:-1]:
            assert all(event.order is not None and event.order_id not in before for _, event in wave)
        before.update(ids)


def _hard(run):
    """Few clients, so that many orders share one; revisions, cancellations, shared papers, repeated line numbers."""
    events = []
    for number, item in enumerate(simulate(run)):
        order = item.order
        if number % 7 == 3:
            lines = order.declaration.lines
            order = replace(order, declaration=replace(order.declaration, lines=(*lines, *lines)))
        if number % 11 == 5:
            header, boxes = events[-3].order.declaration.header, events[-3].order.declaration.containers
            papers = replace(order.declaration.header, transport_document_number=header.transport_document_number)
            order = replace(order, declaration=replace(order.declaration, header=papers, containers=boxes))
        events.append(as_event(order, "test", item.declared_at))
        if number % 13 == 6:
            revised = replace(order, revision=2)
            later = item.declared_at + timedelta(minutes=1)
            events.append(replace(as_event(revised, "test", later)))
    last = [event for event in events if event.revision == 1][-8]
    cancelled = OrderEvent(
        event_id="gone", source="test", type=EventType.CANCELLED, occurred_at=last.occurred_at, order_id=last.order_id
    )
    return [*(event for event in events if event.order_id != last.order_id), last, cancelled]


def _rows(app):
    with app.database.reading() as uow:
        return {
            name: [
                tuple(row)
                for row in uow.connection.execute(
                    select(table).order_by(*(column for column in table.columns if column.primary_key))
                )
            ]
            for name in SHOWN
            for table in (metadata.tables[name],)
        }


@pytest.fixture
def run():
    return Run(seed=9, orders=90, clients=5, fraud_share=0.3)


@pytest.fixture
def twin(app, run, tmp_path):
    """The same application once more, on SQLite, with the same secret."""
    keys = tmp_path / "twin" / "keys"
    keys.mkdir(parents=True)
    (keys / "draw.secret").write_bytes((app.settings.keys_dir / "draw.secret").read_bytes())
    application = build(Settings(data_dir=tmp_path / "twin"), clock=app.clock)
    prepare(application)
    _fill(application, run)
    yield application
    application.database.dispose()


def _fill(app, run):
    """Clients of whom some have a capacity, which makes the month's quantities count."""
    clients = [client_of_profile(item.profile) for item in factories(run)]
    with app.database.writing() as uow:
        for imported in synthetic_lists(app.clock()):
            uow.watchlists.import_version(imported, "test", app.clock())
        uow.clients.save_many(
            [replace(one, monthly_capacity=Decimal(900), capacity_unit="015") for one in clients], "test", app.clock()
        )


def test_carried_in_memory_or_asked_again_the_same_is_recorded(app, twin, run, monkeypatch):
    events = _hard(run)
    _fill(app, run)
    carried = _worked(app, events)
    monkeypatch.setattr(work, "rounds", lambda waves, _: [[wave] for wave in waves])
    asked = _worked(twin, events)
    for name in SHOWN:
        assert carried[name] == asked[name], name
    assert len(carried["decisions"]) > len(_orders(events))


def _orders(events):
    """The distinct orders; revisions make the decisions more."""
    return {event.order_id for event in events if event.order is not None}


def _worked(app, events):
    """What stands in the database after a few orders and then one large batch."""
    for part in (events[:SEEN], events[SEEN:]):
        with app.database.writing() as uow:
            take(uow, part, "test", "test", app.clock())
        while process_batch(app, Worker(batch_size=500, publish=True)).claimed:
            pass
    return _rows(app)


def _with_papers(order, document, boxes):
    header = replace(order.declaration.header, transport_document_number=document)
    return replace(order, transport=None, declaration=replace(order.declaration, header=header, containers=boxes))


@pytest.mark.parametrize("revision_first", [True, False])
def test_a_revision_that_lets_go_of_its_papers_is_judged_in_a_batch_as_one_by_one(app, twin, run, revision_first):
    _fill(app, run)
    one = next(item for item in simulate(run) if item.order.declaration.containers)
    boxes = tuple(replace(box, lcl_flag="0") for box in one.order.declaration.containers)
    other = next(item for item in simulate(run) if item.order.client_uscc != one.order.client_uscc)
    stood = as_event(_with_papers(one.order, "BILL-1", boxes), "test", one.declared_at)
    let_go = as_event(replace(_with_papers(one.order, "BILL-2", ()), revision=2), "test", one.declared_at)
    sharer = as_event(_with_papers(other.order, "BILL-1", boxes), "test", one.declared_at)
    events = [let_go, sharer] if revision_first else [sharer, let_go]
    found = []
    for application, size in ((app, 500), (twin, 1)):
        for part in ([stood], events):
            with application.database.writing() as uow:
                take(uow, part, "test", "test", application.clock())
            while process_batch(application, Worker(batch_size=size)).claimed:
                pass
        rows = _rows(application)
        found.append({name: rows[name] for name in ("decisions", "orders", "order_containers")})
        with application.database.reading() as uow:
            decision = uow.decisions.of_order(sharer.order_id)[-1].decision
        hits = {finding.check for finding in decision.findings if finding.status is Status.HIT}
        assert bool({"LC120", "LC029"} & hits) is not revision_first, "the bill and the boxes are shared until let go"
    assert found[0] == found[1]
