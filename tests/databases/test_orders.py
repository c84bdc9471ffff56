"""Orders: the highest revision in force in any order of arrival, all revisions kept, search, shared things."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from databases.order_search import OrderQuery
from databases.orders import TimelineEvent, UseKey
from databases.paging import PageRequest
from risk.nouns.declaration_parts import Container

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def test_an_order_comes_back_whole(database, now, clean_order, reference, trade):
    record = trade.recorded(clean_order, now, reference, source="api", event_id="e1", payload_hash="ph")
    with database.writing() as unit:
        assert unit.orders.record([record]) == ["applied"]
    with database.reading() as unit:
        stored = unit.orders.get("O-1")
        revisions = unit.orders.revisions("O-1")
        assert unit.orders.get("O-2") is None
    assert stored.order == record.order
    assert stored.summary.total_usd == Decimal("3900.00")
    assert stored.summary.total == Decimal("3900.00")
    assert stored.summary.hs_chapters == ("63",)
    assert stored.summary.buyer == "BLU PRECISION LIMITED"
    assert stored.summary.transport_document == "COSU6123456780"
    assert stored.summary.traded_at == stored.summary.first_seen_at == now
    assert stored.summary.state == "received"
    assert stored.summary.outcome is None
    assert [(r.revision, r.state, r.source, r.event_id, r.payload_hash) for r in revisions] == [
        (1, "applied", "api", "e1", "ph")
    ]
    assert revisions[0].order == record.order


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("arrival", list(permutations(["first", "second", "third"])))
def test_the_state_is_a_function_of_the_highest_revision(
    database, now, clean_order, reference, arrival, together, trade
):
    numbers = {"first": 1, "second": 2, "third": 3}
    records = [
        trade.recorded(
            replace(clean_order, revision=numbers[name], client_name=name),
            now + HOUR * place,
            reference,
        )
        for place, name in enumerate(arrival)
    ]
    with database.writing() as unit:
        if together:
            states = unit.orders.record(records)
        else:
            states = [state for record in records for state in unit.orders.record([record])]
        stored = unit.orders.get("O-1")
        kept = unit.orders.revisions("O-1")
    assert (stored.summary.revision, stored.summary.client_name, stored.order.client_name) == (3, "third", "third")
    highest = 0
    expected = []
    for name in arrival:
        expected.append("applied" if numbers[name] > highest else "stored_older")
        highest = max(highest, numbers[name])
    assert states == expected
    assert [revision.order.client_name for revision in kept] == list(arrival)


@pytest.mark.parametrize("arrival", list(permutations(["submit 1", "cancel 1"])))
def test_a_cancellation_wins_over_its_revision(database, now, clean_order, reference, arrival, trade):
    records = {"submit 1": trade.recorded(clean_order, now, reference), "cancel 1": trade.cancelled("O-1", 1, now)}
    with database.writing() as unit:
        for name in arrival:
            unit.orders.record([records[name]])
        assert unit.orders.get("O-1").summary.state == "cancelled"
        assert unit.orders.heads(["O-1", "O-9"])["O-1"].standing == 3
        resubmitted = trade.recorded(replace(clean_order, revision=2), now, reference)
        assert unit.orders.record([resubmitted]) == ["applied"]
        assert unit.orders.get("O-1").summary.state == "received"


def test_a_cancelled_order_keeps_what_is_known_but_counts_nowhere(database, now, clean_order, reference, trade):
    with database.writing() as unit:
        unit.orders.record([trade.recorded(clean_order, now, reference)])
        assert unit.orders.record([trade.cancelled("O-1", 1, now)]) == ["cancelled"]
        stored = unit.orders.get("O-1")
        assert (stored.summary.client_name, stored.order.order_id) == (clean_order.client_name, "O-1")
        assert unit.orders.search(OrderQuery(container="CSQU3054383")).total == 0


def test_the_same_revision_again_is_kept_and_not_applied(database, now, clean_order, reference, trade):
    with database.writing() as unit:
        unit.orders.record([trade.recorded(clean_order, now, reference)])
        again = trade.recorded(replace(clean_order, client_name="other"), now, reference)
        assert unit.orders.record([again]) == ["stored_older"]
        assert unit.orders.get("O-1").order.client_name == clean_order.client_name
        assert len(unit.orders.revisions("O-1")) == 2


def test_a_new_revision_replaces_lines_and_containers(database, now, clean_order, reference, trade):
    second = trade.changed(
        clean_order, revision=2, declaration__containers=(Container(number="CBHU3202732"),), transport=None
    )
    with database.writing() as unit:
        unit.orders.record([trade.recorded(clean_order, now, reference)])
        unit.orders.record([trade.recorded(second, now + HOUR, reference)])
        assert unit.orders.search(OrderQuery(container="CSQU3054383")).total == 0
        assert unit.orders.search(OrderQuery(container="CBHU3202732")).total == 1
        summary = unit.orders.get("O-1").summary
    assert (summary.first_seen_at, summary.updated_at) == (now, now + HOUR)


@pytest.mark.parametrize(("declared", "counts_from"), [(-5 * DAY, -5 * DAY), (5 * DAY, 0 * DAY), (None, 0 * DAY)])
def test_an_order_counts_from_its_declaration_unless_that_is_still_to_come(
    database, now, clean_order, reference, declared, counts_from, trade
):
    declared_at = None if declared is None else now + declared
    with database.writing() as unit:
        unit.orders.record([trade.recorded(clean_order, now, reference, declared_at=declared_at)])
        assert unit.orders.get("O-1").summary.traded_at == now + counts_from


def test_values_without_rate_or_total_are_unknown_not_zero(database, now, clean_order, reference, trade):
    records = [
        trade.recorded(trade.changed(clean_order, order_id="no-rate", line__currency="XXX"), now, reference),
        trade.recorded(trade.changed(clean_order, order_id="no-total", line__total=None), now, reference),
        trade.recorded(trade.changed(clean_order, order_id="no-lines", declaration__lines=()), now, reference),
        trade.recorded(
            trade.changed(clean_order, order_id="cny", line__currency="CNY", line__total=Decimal(100)),
            now - 40 * DAY,
            reference,
        ),
        trade.recorded(trade.changed(clean_order, order_id="huge", line__total=Decimal("1e30")), now, reference),
    ]
    with database.writing() as unit:
        unit.orders.record(records)
        values = {record.order_id: unit.orders.get(record.order_id).summary.total_usd for record in records}
    assert values["no-rate"] is values["no-total"] is values["no-lines"] is None
    assert values["cny"] == Decimal("14.0845")
    assert values["huge"] == Decimal(2**63 - 1).scaleb(-4)


def test_odd_declarations_are_kept(database, now, clean_order, reference, trade):
    line = clean_order.declaration.lines[0]
    odd = trade.changed(
        clean_order,
        declaration__lines=(
            replace(line, line_number=None, hs_code="", unit_price=Decimal(0)),
            replace(line, line_number=1, quantity=Decimal(0), unit_price=None),
            replace(line, line_number=1, unit_price=Decimal(-1)),
            replace(line, line_number=10**15),
        ),
        declaration__containers=(Container(number="X"), Container(number="X"), Container(number="")),
    )
    with database.writing() as unit:
        unit.orders.record([trade.recorded(odd, now, reference)])
        assert unit.orders.get("O-1").order.declaration.lines == odd.declaration.lines


@pytest.fixture
def market(database, now, clean_order, reference, trade):
    """Three orders that differ in everything one can search for."""
    variants = [
        trade.changed(clean_order, order_id="A-1", header__entry_number="531620260000000001"),
        trade.changed(
            clean_order,
            order_id="B-2",
            client_uscc="91440399MAX0000999",
            client_name="东莞市100%_棉业有限公司",
            header__arrival_country="DEU",
            header__transport_document_number="MAEU1",
            line__total=Decimal(200000),
            line__hs_code="8517130000",
            declaration__containers=(Container(number="MSKU0000011"),),
            transport=None,
        ),
        trade.changed(
            clean_order,
            order_id="C-3",
            line__total=None,
            parties=(),
            contract=None,
            header__overseas_consignee_name="ACME Ltd",
        ),
    ]
    with database.writing() as unit:
        unit.orders.record(
            [trade.recorded(order, now + DAY * place, reference) for place, order in enumerate(variants)]
        )
    return database


SEARCHES = [
    (OrderQuery(), ["C-3", "B-2", "A-1"]),
    (OrderQuery(text="A-1"), ["A-1"]),
    (OrderQuery(text=" 531620260000000001 "), ["A-1"]),
    (OrderQuery(text="MAEU1"), ["B-2"]),
    (OrderQuery(text="msku0000011"), ["B-2"]),
    (OrderQuery(text="HDX2026-251"), ["C-3", "B-2", "A-1"]),
    (OrderQuery(text="棉业"), ["B-2"]),
    (OrderQuery(text="100%_棉"), ["B-2"]),
    (OrderQuery(text="%"), ["B-2"]),
    (OrderQuery(text="acme"), ["C-3"]),
    (OrderQuery(text="nobody"), []),
    (OrderQuery(buyer="blu"), ["B-2", "A-1"]),
    (OrderQuery(destination="DEU"), ["B-2"]),
    (OrderQuery(hs_chapter="85"), ["B-2"]),
    (OrderQuery(hs_chapter="5"), []),
    (OrderQuery(client_id="91440399MAX0000999"), ["B-2"]),
    (OrderQuery(minimum_usd=Decimal(100000)), ["B-2"]),
    (OrderQuery(maximum_usd=Decimal(100000)), ["A-1"]),
    (OrderQuery(state="received", destination="USA"), ["C-3", "A-1"]),
    (OrderQuery(state="held"), []),
    (OrderQuery(transport_document="MAEU1", container="MSKU0000011"), ["B-2"]),
    (OrderQuery(transport_document="MAEU1", container="CSQU3054383"), []),
]


def test_search(market):
    with market.reading() as unit:
        for query, found in SEARCHES:
            page = unit.orders.search(query)
            assert [summary.order_id for summary in page.items] == found, query
            assert page.total == len(found), query


def test_search_by_time(market, now):
    with market.reading() as unit:
        page = unit.orders.search(OrderQuery(since=now + DAY, until=now + 2 * DAY))
    assert [summary.order_id for summary in page.items] == ["B-2"]


PAGES = [
    (PageRequest(limit=2), ["C-3", "B-2"]),
    (PageRequest(limit=2, offset=2), ["A-1"]),
    (PageRequest(limit=2, offset=9), []),
    (PageRequest(sort="order_id", descending=False), ["A-1", "B-2", "C-3"]),
    (PageRequest(sort="total_usd"), ["B-2", "A-1", "C-3"]),
    (PageRequest(sort="total_usd", descending=False), ["A-1", "B-2", "C-3"]),
]


def test_pages(market):
    with market.reading() as unit:
        for page, found in PAGES:
            answer = unit.orders.search(OrderQuery(), page)
            assert [summary.order_id for summary in answer.items] == found, page
            assert answer.total == 3


def test_unknown_sort_and_page_are_named(market):
    with (
        pytest.raises(ValueError, match="can't sort by 'colour'; expected one of updated_at"),
        market.reading() as unit,
    ):
        unit.orders.search(OrderQuery(), PageRequest(sort="colour"))
    with pytest.raises(ValueError, match="limit 0"):
        PageRequest(limit=0)


def key_of(order, now, **values):
    defaults = {
        "order_id": order.order_id,
        "client_id": order.client_uscc,
        "transport_document": "COSU6123456780",
        "containers": ("CSQU3054383",),
        "vessel": "COSCO SHIPPING ARIES",
        "voyage": "023E",
        "traded_at": now,
    }
    return UseKey(**defaults | values)


@pytest.mark.parametrize(
    ("other", "kinds"),
    [
        ({}, []),
        ({"client_uscc": "OTHER"}, ["transport_document"]),
        ({"header__means_of_transport": "EVER GIVEN"}, ["container"]),
        ({"header__means_of_transport": " cosco  shipping aries "}, []),
        ({"declaration__free_text": None, "transport": None}, ["container"]),
        ({"client_uscc": "OTHER", "header__means_of_transport": "EVER GIVEN"}, ["transport_document", "container"]),
        ({"client_uscc": "OTHER", "header__transport_document_number": "X"}, []),
        ({"declaration__containers": (), "transport": None, "header__means_of_transport": "EVER GIVEN"}, []),
    ],
)
def test_shared_uses(database, now, clean_order, reference, other, kinds, trade):
    with database.writing() as unit:
        unit.orders.record(
            [trade.recorded(trade.changed(clean_order, order_id="O-2", **other), now - 3 * DAY, reference)]
        )
        uses = unit.orders.shared_uses([key_of(clean_order, now)]).get("O-1", ())
    assert [use.kind for use in uses] == kinds
    assert all(use.order_id == "O-2" and use.days_apart == 3 for use in uses)


@pytest.mark.parametrize(("days", "found"), [(7, True), (8, False), (-7, True), (-8, False)])
def test_a_container_is_shared_within_seven_days_only(database, now, clean_order, reference, days, found, trade):
    other = trade.changed(clean_order, order_id="O-2", header__means_of_transport="EVER GIVEN")
    with database.writing() as unit:
        unit.orders.record([trade.recorded(other, now + days * DAY, reference)])
        assert bool(unit.orders.shared_uses([key_of(clean_order, now)])) is found


def test_cancelled_orders_share_nothing(database, now, clean_order, reference, trade):
    other = trade.changed(clean_order, order_id="O-2", client_uscc="OTHER", header__means_of_transport="EVER GIVEN")
    with database.writing() as unit:
        unit.orders.record([trade.recorded(other, now, reference)])
        unit.orders.record([trade.cancelled("O-2", 1, now)])
        assert unit.orders.shared_uses([key_of(clean_order, now)]) == {}
        assert unit.orders.shared_uses([]) == {}


def test_timeline(database, now):
    events = [
        TimelineEvent(order_id="O-1", at=now + HOUR, kind="customs.released", actor="customs", details={"no": 1}),
        TimelineEvent(order_id="O-1", at=now, kind="order.received", actor="api"),
        TimelineEvent(order_id="O-2", at=now, kind="order.received", actor="api"),
    ]
    with database.writing() as unit:
        unit.orders.attach(events)
        assert unit.orders.timeline("O-1") == [events[1], events[0]]


def test_the_declared_day_is_the_day_in_china(database, clean_order, reference, now, trade):
    late = now.replace(day=7, hour=20)
    with database.writing() as unit:
        unit.orders.record([trade.recorded(clean_order, now, reference, declared_at=late)])
        assert unit.orders.get("O-1").summary.declared_on == date(2026, 3, 8)


def test_mixed_currencies_show_both(database, now, clean_order, reference, trade):
    line = clean_order.declaration.lines[0]
    mixed = trade.changed(clean_order, declaration__lines=(line, replace(line, currency="CNY")))
    with database.writing() as unit:
        unit.orders.record([trade.recorded(mixed, now, reference)])
        summary = unit.orders.get("O-1").summary
    assert (summary.currency, summary.total) == ("USD/CNY", None)
