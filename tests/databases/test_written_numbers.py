"""Numbers are found as papers write them: with blanks, hyphens and small letters."""

import pytest

from databases.order_search import OrderQuery, written
from databases.orders import RevisionRecord
from databases.trade_events import IncomingStatus
from risk.canonical import canonical
from risk.nouns.order import Order
from risk.nouns.status import StatusEvent, StatusKind


@pytest.fixture
def kept(database, trade, clean_order: Order, now):
    """Order O-1 with a declaration number and a bill; O-2 learnt its numbers from an event."""
    first = trade.changed(
        clean_order,
        order_id="O-1",
        header__entry_number="531620260000000001",
        header__transport_document_number="COSU6123456780",
    )
    second = trade.changed(clean_order, order_id="O-2", header__transport_document_number="OTHER1")
    told = StatusEvent(
        event_id="e",
        source="s",
        kind=StatusKind.LOGISTICS,
        status="departed",
        occurred_at=now,
        order_id="O-2",
        declaration_number="531620260000000002",
        container="EXMU4704959",
    )
    with database.writing() as unit:
        for order in (first, second):
            record = RevisionRecord(
                order_id=order.order_id, revision=1, client_id="C", order=order, occurred_at=now, as_of=now
            )
            unit.orders.record([record])
        unit.trade_events.accept([IncomingStatus(event=told, raw=canonical(told), payload_hash="h")], now, "test")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("EXMU4704959", "O-2"),
        ("EXMU 470495-9", "O-2"),
        ("exmu 470495 9", "O-2"),
        (" exmu-4704959 ", "O-2"),
        ("EXMU\u3000470495\u20139", "O-2"),
        ("5316 2026 0000 000001", "O-1"),
        ("5316-20260000000002", "O-2"),
        ("cosu6123456780", "O-1"),
        ("COSU 612 345 6780", "O-1"),
        ("O-1", "O-1"),
    ],
)
def test_numbers_as_papers_write_them(kept, database, typed, found):
    with database.reading() as unit:
        assert [one.order_id for one in unit.orders.search(OrderQuery(text=typed)).items] == [found]


def test_the_filters_take_them_too(kept, database):
    with database.reading() as unit:
        for query in (
            OrderQuery(entry_number="5316 2026 0000000001"),
            OrderQuery(transport_document="cosu 6123456780"),
        ):
            assert [one.order_id for one in unit.orders.search(query).items] == ["O-1"]


def test_other_numbers_are_not_mistaken(kept, database):
    with database.reading() as unit:
        for typed in ("EXMU 470495-8", "531620260000000003"):
            assert unit.orders.search(OrderQuery(text=typed)).items == ()


def test_the_ways_to_write_a_number():
    assert written(" abc-1 ") == ["abc-1", "ABC-1", "ABC1"]
    assert written("ABC1") == ["ABC1"]
