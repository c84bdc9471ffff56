"""Status events in the memory: each once, attached when its numbers agree on one order, never guessed, in the books."""

from datetime import timedelta

import pytest

from databases.errors import StaleState
from databases.order_search import OrderQuery
from databases.orders import RevisionRecord
from databases.paging import PageRequest
from databases.trade_events import IncomingStatus, KindCount
from risk.canonical import canonical
from risk.nouns.status import StatusEvent, StatusKind

BILL = "COSU6123456780"
BOX = "CSQU3054383"
ENTRY = "531620260000000001"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def told(now):
    """Makes events: told(number, order_id=…, hours=…)."""

    def made(number, *, payload="p", kind=StatusKind.LOGISTICS, status="departed", hours=0, **keys):
        event = StatusEvent(
            event_id=f"e{number}", source="s", kind=kind, status=status, occurred_at=now + hours * HOUR, **keys
        )
        return IncomingStatus(event=event, raw=canonical(event), payload_hash=f"{payload}{number}")

    return made


@pytest.fixture
def keep(database, trade, clean_order, now):
    """Puts an order on record: keep(order_id, header__entry_number=…)."""

    def kept(order_id="O-1", *, cancel=False, at=now, **changes):
        order = trade.changed(clean_order, order_id=order_id, declared_at=at, **changes)
        record = RevisionRecord(
            order_id=order_id, revision=1, client_id="C", order=order, occurred_at=at, as_of=at + HOUR
        )
        gone = RevisionRecord(order_id=order_id, revision=1, client_id="C", order=None, occurred_at=at, as_of=at + HOUR)
        with database.writing() as unit:
            unit.orders.record([record])
            if cancel:
                unit.orders.record([gone])

    return kept


def take(database, now, *events):
    with database.writing() as unit:
        answers = unit.trade_events.accept(events, now, "test")
        assert unit.inbox.counts().balanced
    return answers


def waiting(database):
    with database.reading() as unit:
        return {one.event.event_id: one.why for one in unit.trade_events.unattached().items}


def of_order(database, order_id="O-1"):
    with database.reading() as unit:
        return [one.event.event_id for one in unit.trade_events.of_order(order_id)]


def test_an_event_is_kept_once_and_stands_in_the_books(database, now, told):
    first = take(database, now, told(1, order_id="O-1"), told(1, order_id="O-1"), told(2, order_id="O-1"))
    again = take(database, now, told(2, order_id="O-1"), told(1, payload="other", order_id="O-1"))
    assert [answer.state for answer in first] == ["accepted", "duplicate", "accepted"]
    assert [answer.state for answer in again] == ["duplicate", "conflict"]
    assert again[1].row == first[0].row
    with database.reading() as unit:
        books = unit.inbox.counts()
        assert (books.received, books.applied, books.duplicate, books.conflicts) == (5, 2, 3, 1)
        assert unit.trade_events.counts() == [KindCount("logistics", 2, 2)]


def test_nothing_in_nothing_out(database, now):
    assert take(database, now) == []


@pytest.mark.parametrize(
    "keys",
    [
        {"order_id": "O-1"},
        {"declaration_number": ENTRY},
        {"transport_document": BILL},
        {"container": BOX},
        {"container": BOX.lower()},
        {"order_id": "O-1", "transport_document": "never seen", "declaration_number": ENTRY},
    ],
)
@pytest.mark.parametrize("order_first", [True, False])
def test_each_number_attaches_whichever_comes_first(database, now, told, keep, keys, order_first):
    if order_first:
        keep(header__entry_number=ENTRY)
    [answer] = take(database, now, told(1, **keys))
    assert answer.order_id == ("O-1" if order_first else "")
    if not order_first:
        assert waiting(database) == {"e1": "unknown"}
        keep(header__entry_number=ENTRY)
        with database.writing() as unit:
            assert unit.trade_events.any_waiting()
            assert unit.trade_events.attach_waiting(["O-1"], now + DAY) == ["O-1"]
            assert unit.trade_events.attach_waiting(["O-1"], now + DAY) == []
            assert not unit.trade_events.any_waiting()
    with database.reading() as unit:
        [one] = unit.trade_events.of_order("O-1")
    assert (one.why, one.attached_at) == ("", now if order_first else now + DAY)


def test_what_one_event_teaches_attaches_the_next_in_any_order_of_arrival(database, now, told, keep):
    """The declaration number of an export is given by customs; only the first receipt names the order."""
    later, naming = told(2, hours=2, declaration_number="5304"), told(1, order_id="O-1", declaration_number="5304")
    keep()
    take(database, now, later)
    assert waiting(database) == {"e2": "unknown"}
    take(database, now, told(3, hours=3, declaration_number="5304", transport_document="TAUGHT"), naming)
    assert of_order(database) == ["e1", "e3"]
    with database.writing() as unit:
        assert unit.trade_events.attach_after(0, 10, now) == (["O-1"], 0)
        assert unit.trade_events.numbers(["O-1", "O-2"]) == {"O-1": ("5304",)}
    take(database, now, told(4, hours=4, transport_document="TAUGHT"))
    assert of_order(database) == ["e1", "e2", "e3", "e4"]


def test_two_orders_on_one_bill_are_never_guessed(database, now, told, keep):
    keep("O-1")
    keep("O-2", declaration__containers=(), transport=None)
    take(database, now, told(1, transport_document=BILL), told(2, transport_document=BILL, container=BOX))
    assert waiting(database) == {"e1": "ambiguous"}
    assert of_order(database) == ["e2"]


def test_a_cancelled_order_gives_way_to_the_one_that_took_its_place(database, now, told, keep):
    keep("O-1", cancel=True)
    keep("O-2")
    take(database, now, told(1, transport_document=BILL))
    assert of_order(database, "O-2") == ["e1"]


def test_numbers_of_different_orders_contradict_each_other(database, now, told, keep):
    keep("O-1")
    keep("O-2", header__transport_document_number="OTHER", header__entry_number=ENTRY, declaration__containers=())
    take(
        database,
        now,
        told(1, order_id="O-1", declaration_number=ENTRY),
        told(2, transport_document=BILL, declaration_number=ENTRY),
    )
    assert waiting(database) == {"e1": "contradictory", "e2": "contradictory"}


def test_a_named_order_that_is_not_known_is_waited_for(database, now, told, keep):
    keep("O-1")
    take(database, now, told(1, order_id="O-9", transport_document=BILL))
    assert waiting(database) == {"e1": "unknown"}


@pytest.mark.parametrize(("days", "attached"), [(-31, False), (-29, True), (0, True), (119, True), (121, False)])
def test_a_box_speaks_for_an_order_of_its_time_only(database, now, told, keep, days, attached):
    keep("O-1")
    take(database, now, told(1, container=BOX, hours=24 * days))
    assert of_order(database) == (["e1"] if attached else [])


def test_the_life_of_an_order_is_in_order_of_happening(database, now, told, keep):
    keep()
    for number, hours in ((1, 5), (2, -3), (3, 1)):
        take(database, now, told(number, order_id="O-1", hours=hours))
    assert of_order(database) == ["e2", "e3", "e1"]


def test_waiting_events_are_tried_in_pieces_and_from_the_beginning_again(database, now, told, keep):
    take(database, now, *(told(number, order_id="O-1") for number in range(5)))
    with database.writing() as unit:
        assert unit.trade_events.attach_after(0, 2, now)[1] > 0
    keep()
    cursor, attached = 0, []
    with database.writing() as unit:
        for _ in range(3):
            orders, cursor = unit.trade_events.attach_after(cursor, 2, now)
            attached += orders
    assert (attached, cursor) == (["O-1"] * 3, 0)
    assert len(of_order(database)) == 5


def test_a_person_attaches_what_waits_and_only_once(database, now, told, keep):
    keep()
    [answer] = take(database, now, told(1, transport_document="lost"))
    with database.writing() as unit:
        unit.trade_events.attach_by_hand(answer.row, "O-1", now)
    assert of_order(database) == ["e1"]
    with database.writing() as unit, pytest.raises(StaleState, match="waits no more"):
        unit.trade_events.attach_by_hand(answer.row, "O-2", now)


def test_waiting_events_are_listed_by_kind_and_reason(database, now, told, keep):
    keep("O-1")
    keep("O-2")
    take(
        database,
        now,
        told(1, transport_document=BILL),
        told(2, kind=StatusKind.REFUND, status="paid", order_id="O-9"),
    )
    with database.reading() as unit:
        events = unit.trade_events
        assert [one.event.event_id for one in events.unattached(PageRequest(limit=1)).items] == ["e2"]
        assert [one.event.event_id for one in events.unattached(kind="logistics").items] == ["e1"]
        assert [one.event.event_id for one in events.unattached(why="unknown").items] == ["e2"]
        assert events.unattached(why="contradictory").total == 0
        assert events.get(10**6) is None


def test_orders_are_found_by_the_numbers_events_told(database, now, told, keep):
    keep()
    take(
        database,
        now,
        told(1, order_id="O-1", declaration_number="530420260000009999", container="MSKU0000011"),
        told(2, order_id="O-1", transport_document="LATER1"),
        told(3, transport_document="NOBODY1"),
    )
    from_text = {}
    with database.reading() as unit:
        for text in ("530420260000009999", "msku0000011", "LATER1", "NOBODY1", BOX, BILL):
            found = unit.orders.search(OrderQuery(text=text))
            from_text[text] = [summary.order_id for summary in found.items]
    assert from_text == {
        "530420260000009999": ["O-1"],
        "msku0000011": ["O-1"],
        "LATER1": ["O-1"],
        "NOBODY1": [],
        BOX: ["O-1"],
        BILL: ["O-1"],
    }
