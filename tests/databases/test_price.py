"""Price bands against their definition, and the order statistics behind them."""

import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from statistics import median as plain_median

import hypothesis.strategies as st
import pytest
from hypothesis import given

from databases.price import SAMPLE, PriceKey
from databases.quantiles import median, median_deviation_of_sorted, percentile_of_sorted

DAY = timedelta(days=1)
NUMBERS = st.lists(st.integers(-(10**15), 10**15), min_size=1, max_size=50)


def key(now, *, order_id="new", hs10="6302101000", unit="015", line_number=1):
    return PriceKey(order_id=order_id, line_number=line_number, hs10=hs10, unit=unit, as_of=now)


@pytest.fixture
def sold(database, now, clean_order, reference, trade):
    """Record past lines: (price in USD, code, age in days, unit)."""

    def sell(*sales, prefix="past"):
        records = []
        for number, (price, code, age, unit_code) in enumerate(sales):
            order = trade.changed(
                trade.priced(clean_order, price), order_id=f"{prefix}{number}", line__hs_code=code, line__unit=unit_code
            )
            records.append(trade.recorded(order, now - age * DAY, reference))
        with database.writing() as unit:
            unit.orders.record(records)

    return sell


def bands(database, *keys, **options):
    with database.reading() as unit:
        return unit.prices.bands(keys, **options)


def test_nothing_comparable(database, now):
    band = bands(database, key(now))["new", 1]
    assert (band.samples, band.scope, band.median, band.log_mad) == (0, "", None, None)
    assert bands(database) == {}


def test_a_line_without_code_has_no_band(database, now, sold):
    sold(("1", "", 1, "015"))
    assert bands(database, key(now, hs10=""))["new", 1].samples == 0


def test_the_band_of_the_same_code_and_unit(database, now, sold):
    sold(*[(str(price), "6302101000", 1, "015") for price in (2, 4, 8, 16)])
    sold(("100", "6302101000", 1, "035"), ("100", "6302101000", 366, "015"), ("0", "6302101000", 1, "015"), prefix="no")
    band = bands(database, key(now), minimum=4)["new", 1]
    assert (band.samples, band.scope, band.unit, band.median) == (4, "hs10", "015", Decimal(6))
    two = Decimal(2).ln()
    assert abs(band.log_median - (Decimal(4).ln() + Decimal(8).ln()) / 2) < Decimal("2e-8")
    assert abs(band.log_mad - two) < Decimal("2e-8")


def test_too_few_widen_to_eight_then_six_digits(database, now, sold):
    sold(*[("5", "6302101000", 1, "015")] * 2, prefix="ten")
    sold(*[("6", "6302101099", 1, "015")] * 2, prefix="eight")
    sold(*[("7", "6302109999", 1, "015")] * 2, prefix="six")
    sold(*[("9", "6303000000", 1, "015")] * 9, prefix="else")
    found = {minimum: bands(database, key(now), minimum=minimum)["new", 1] for minimum in (2, 3, 5, 50)}
    assert {minimum: (band.scope, band.samples) for minimum, band in found.items()} == {
        2: ("hs10", 2),
        3: ("hs8", 4),
        5: ("hs6", 6),
        50: ("hs6", 6),
    }


def test_an_order_is_not_its_own_yardstick(database, now, sold):
    sold(("1", "6302101000", 1, "015"), ("3", "6302101000", 1, "015"))
    found = bands(database, key(now, order_id="past0"), key(now, order_id="past1"), key(now), minimum=1)
    assert {name: (band.samples, band.median) for (name, _), band in found.items()} == {
        "past0": (1, Decimal(3)),
        "past1": (1, Decimal(1)),
        "new": (2, Decimal(2)),
    }


def test_cancelled_orders_leave_the_band(database, now, sold, trade):
    sold(("1", "6302101000", 1, "015"), ("3", "6302101000", 1, "015"))
    with database.writing() as unit:
        unit.orders.record([trade.cancelled("past0", 1, now)])
    assert bands(database, key(now), minimum=1)["new", 1].median == Decimal(3)


def test_the_latest_lines_count(database, now, clean_order, reference, trade):
    def old(number):
        order = trade.priced(clean_order, "100" if number < 30 else "7")
        return trade.recorded(replace(order, order_id=f"O{number}"), now - (400 - number) * DAY / 2, reference)

    records = [old(number) for number in range(SAMPLE + 30)]
    with database.writing() as unit:
        unit.orders.record(records)
    band = bands(database, key(now))["new", 1]
    assert (band.samples, band.median, band.log_mad) == (SAMPLE, Decimal(7), Decimal(0))


def test_lines_of_one_batch_share_a_band_under_their_own_numbers(database, now, sold):
    sold(*[("2", "6302101000", 1, "015")] * 3)
    found = bands(database, key(now), key(now, line_number=2), key(now, order_id="else"), minimum=1)
    assert {name: (band.line_number, band.samples) for name, band in found.items()} == {
        ("new", 1): (1, 3),
        ("new", 2): (2, 3),
        ("else", 1): (1, 3),
    }


def test_value_per_kilogram(database, now, clean_order, reference, trade):
    line = clean_order.declaration.lines[0]
    records = [
        trade.recorded(trade.changed(clean_order, order_id=f"O{n}", line__total=Decimal(960 * n)), now, reference)
        for n in range(1, 41)
    ]
    assert line.second_quantity == Decimal(960)
    with database.writing() as unit:
        unit.orders.record(records)
    band = bands(database, key(now))["new", 1]
    assert (band.value_per_kg_p01, band.value_per_kg_p99) == (Decimal(1), Decimal(40))


def test_a_batch_against_the_definition(database, now, clean_order, reference, trade):
    rng = random.Random(3)
    sales = []
    for number in range(150):
        order = trade.changed(
            trade.priced(clean_order, f"{rng.uniform(0.01, 900):.4f}"),
            order_id=f"O{number}",
            line__hs_code=rng.choice(["6302101000", "6302101010", "6302102000", "8517130000"]),
            line__unit=rng.choice(["015", "035"]),
        )
        sales.append((order, now - timedelta(hours=rng.randint(0, 400 * 24))))
    with database.writing() as unit:
        unit.orders.record([trade.recorded(order, at, reference) for order, at in sales])
    keys = [
        key(now - rng.choice([0, 30]) * DAY, order_id=f"O{n}", hs10=code, unit=unit_code)
        for n, (code, unit_code) in enumerate((c, u) for c in ("6302101000", "8517130000") for u in ("015", "035"))
    ]
    for one, band in bands(database, *keys, minimum=15).items():
        asked = next(k for k in keys if k.order_id == one[0])
        expected = _prices(sales, asked)
        assert band.samples == len(expected)
        assert band.median == plain_median(expected)


def _prices(sales, asked):
    best: list[Decimal] = []
    for length in (10, 8, 6):
        found = [
            order.declaration.lines[0].unit_price
            for order, at in sales
            if order.declaration.lines[0].hs_code[:length] == asked.hs10[:length]
            and order.declaration.lines[0].unit == asked.unit
            and asked.as_of - 365 * DAY < at <= asked.as_of
            and order.order_id != asked.order_id
        ]
        best = found if len(found) > len(best) else best
        if len(best) >= 15:
            break
    return best


@given(NUMBERS)
def test_median_is_the_plain_median(values):
    assert median(values, 0) == Decimal(sum(sorted(values)[(len(values) - 1) // 2 : len(values) // 2 + 1])) / (
        2 - len(values) % 2
    )


@given(NUMBERS)
def test_median_deviation_is_its_definition(values):
    centre = plain_median(map(Decimal, values))
    assert median_deviation_of_sorted(sorted(values), 0) == plain_median(
        abs(value - centre) for value in map(Decimal, values)
    )


@given(NUMBERS, st.integers(1, 99))
def test_percentile_is_the_nearest_rank(values, percent):
    found = percentile_of_sorted(sorted(values), percent, 0)
    below = sum(1 for value in values if value <= found)
    strictly = sum(1 for value in values if value < found)
    assert 100 * below >= percent * len(values)
    assert 100 * strictly < percent * len(values)


def test_statistics_of_nothing():
    assert median([], 4) is None
    assert median_deviation_of_sorted([], 4) is None
    assert percentile_of_sorted([], 50, 4) is None
    assert median([12345, 12346], 4) == Decimal("1.23455")
