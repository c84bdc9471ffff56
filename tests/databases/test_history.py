"""A client's history against a plain count over the same orders in memory."""

import random
from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median

import pytest

from databases.history import HistoryKey
from risk.days import SHANGHAI
from risk.facts import ClientHistory

DAY = timedelta(days=1)


def key(now, *, order_id="new", client_id="C", names=("棉制针织床单",), unit=""):
    return HistoryKey(order_id=order_id, client_id=client_id, as_of=now, goods_names=names, capacity_unit=unit)


def test_an_unknown_client_has_the_empty_history(database, now):
    with database.reading() as unit:
        assert unit.history.for_orders([key(now)]) == {"new": ClientHistory()}
        assert unit.history.for_orders([]) == {}


def test_what_counts_in_which_window(database, now, clean_order, reference, trade):
    ages = {"today": 0, "29": 29, "30": 30, "31": 31, "179": 179, "181": 181, "400": 400}
    records = [
        trade.recorded(replace(clean_order, order_id=name, client_uscc="C"), now - age * DAY, reference)
        for name, age in ages.items()
    ]
    with database.writing() as unit:
        unit.orders.record(records)
        history = unit.history.for_orders([key(now)])["new"]
    assert history.orders_total == 7
    assert history.orders_30d == 2
    assert history.value_30d == 2 * Decimal(3900)
    assert history.value_180d == 5 * Decimal(3900)
    assert history.value_month == Decimal(3900)
    assert history.buyers == {"BLU PRECISION LIMITED"}
    assert history.hs_chapters == {"63"}
    assert history.median_order_value == Decimal(3900)
    assert history.hs8_by_goods_name == {"棉制针织床单": frozenset({"63021010"})}
    assert history.median_price_90d == {"棉制针织床单": Decimal("3.25")}


def test_other_clients_later_orders_and_cancelled_ones_do_not_count(database, now, clean_order, reference, trade):
    def order(name, client="C"):
        return replace(clean_order, order_id=name, client_uscc=client)

    with database.writing() as unit:
        unit.orders.record(
            [
                trade.recorded(order("other", "D"), now, reference),
                trade.recorded(order("later"), now + DAY, reference),
                trade.recorded(order("gone"), now, reference),
                trade.cancelled("gone", 1, now),
            ]
        )
        assert unit.history.for_orders([key(now)])["new"] == ClientHistory()


@pytest.mark.parametrize("others", [0, 1, 3])
def test_a_revision_is_judged_as_the_first_one_was(database, now, clean_order, reference, others, trade):
    def order(name):
        return replace(clean_order, order_id=name, client_uscc="C")

    with database.writing() as unit:
        unit.orders.record([trade.recorded(order(f"other{n}"), now - DAY, reference) for n in range(others)])
        before = unit.history.for_orders([key(now, unit="015")])
        unit.orders.record([trade.recorded(order("new"), now, reference)])
        assert unit.history.for_orders([key(now, unit="015")]) == before


def test_the_month_is_the_one_in_china(database, clean_order, reference, trade):
    as_of = datetime(2026, 4, 1, 0, 30, tzinfo=SHANGHAI)
    march = datetime(2026, 3, 31, 23, 59, tzinfo=SHANGHAI)
    april = datetime(2026, 4, 1, 0, 0, tzinfo=SHANGHAI)
    with database.writing() as unit:
        for name, at in (("march", march), ("april", april)):
            unit.orders.record([trade.recorded(replace(clean_order, order_id=name, client_uscc="C"), at, reference)])
        history = unit.history.for_orders([key(as_of, unit="015")])["new"]
    assert (history.orders_30d, history.value_month) == (2, Decimal(3900))
    assert history.quantity_month == Decimal(1200)


@pytest.mark.parametrize(
    ("unit_code", "quantity"), [("015", Decimal(1200)), ("035", Decimal(960)), ("007", None), ("", None)]
)
def test_the_months_quantity_in_the_capacitys_unit(database, now, clean_order, reference, unit_code, quantity, trade):
    with database.writing() as unit:
        unit.orders.record([trade.recorded(replace(clean_order, client_uscc="C"), now, reference)])
        assert unit.history.for_orders([key(now, unit=unit_code)])["new"].quantity_month == quantity


def test_no_order_this_month_is_a_quantity_of_zero(database, now):
    with database.reading() as unit:
        assert unit.history.for_orders([key(now, unit="015")])["new"].quantity_month == 0


def test_a_batch_against_a_plain_count(database, now, clean_order, reference, trade):
    """200 orders of 6 clients at random times; every aggregate recounted in memory for 40 questions at once."""
    rng = random.Random(7)
    orders = []
    for number in range(200):
        order = trade.priced(clean_order, f"{rng.randint(100, 900)}.{rng.randint(0, 99):02}", str(rng.randint(1, 20)))
        order = trade.changed(
            order,
            order_id=f"O{number}",
            client_uscc=f"C{rng.randint(0, 5)}",
            line__hs_code=rng.choice(["6302101000", "6302109000", "8517130000"]),
            line__goods_name=rng.choice(["床单", "手机"]),
            parties=(replace(clean_order.parties[1], name=rng.choice(["A Ltd", "B Ltd", "C Ltd"])),),
        )
        orders.append((order, now - timedelta(minutes=rng.randint(0, 300 * 1440))))
    keys = [
        HistoryKey(
            order_id=f"O{rng.randint(0, 250)}",
            client_id=f"C{rng.randint(0, 6)}",
            as_of=now - rng.choice([0, 0, 0, 50, 100]) * DAY,
            goods_names=("床单", "手机"),
        )
        for _ in range(40)
    ]
    keys = list({one.order_id: one for one in keys}.values())
    with database.writing() as unit:
        unit.orders.record([trade.recorded(order, at, reference) for order, at in orders])
        found = unit.history.for_orders(keys)
    for one in keys:
        assert found[one.order_id] == _counted(orders, one), one


def _counted(orders, one):
    past = [
        (order, at)
        for order, at in orders
        if order.client_uscc == one.client_id and at <= one.as_of and order.order_id != one.order_id
    ]

    def value(days):
        return sum((order.declaration.total for order, at in past if at > one.as_of - days * DAY), Decimal(0))

    month = one.as_of.astimezone(SHANGHAI).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    codes, prices = defaultdict(set), defaultdict(list)
    for order, at in past:
        line = order.declaration.lines[0]
        codes[line.goods_name].add(line.hs_code[:8])
        if at > one.as_of - 90 * DAY:
            prices[line.goods_name].append(line.unit_price)
    return ClientHistory(
        orders_total=len(past),
        orders_30d=sum(1 for _, at in past if at > one.as_of - 30 * DAY),
        value_30d=value(30),
        value_180d=value(180),
        value_month=sum((order.declaration.total for order, at in past if at >= month), Decimal(0)),
        median_order_value=median(order.declaration.total for order, _ in past) if past else None,
        buyers=frozenset(order.parties[0].name for order, _ in past),
        hs_chapters=frozenset(order.declaration.lines[0].hs_code[:2] for order, _ in past),
        hs8_by_goods_name={name: frozenset(found) for name, found in codes.items()},
        median_price_90d={name: median(found) for name, found in prices.items()},
    )
