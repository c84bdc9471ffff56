"""Cases of the price checks: check, changes to the clean order, expected status and sentence code."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.checks import price, price_history
from risk.facts import ClientHistory, PriceBand
from risk.findings import Outcome, Status
from risk.judge import run_checks
from risk.nouns.documents import Invoice
from risk.nouns.line import Line
from risk.nouns.money import Money
from risk.policy_default import default_policy

PASS, HIT, NO_DATA = Status.PASS, Status.HIT, Status.NO_DATA
CHECKS = (*price.CHECKS, *price_history.CHECKS)
BY_ID = {check.card.id: check for check in CHECKS}


@pytest.fixture(scope="module")
def clean_facts(clean_facts):
    """The clean facts with rates of the week: 1 CNY = 0.14 USD, 1 EUR = 1.10 USD, none for JPY."""
    day = date(2026, 3, 2)
    rates = {"CNY": [(day, Decimal("0.14"))], "EUR": [(day, Decimal("1.10"))]}
    return replace(clean_facts, reference=replace(clean_facts.reference, rates=rates))


def amounts(quantity, unit_price, total):
    numbers = {"quantity": quantity, "unit_price": unit_price, "total": total}
    return {f"line__{name}": None if number is None else Decimal(number) for name, number in numbers.items()}


def band(centre="3.25", mad="0.1", samples=20, unit="015", **more):
    """A band of line 1 around `centre`, MAD on the log scale, with 2 to 10 USD per kg."""
    numbers = {"median": Decimal(centre), "log_median": Decimal(centre).ln(), "log_mad": Decimal(mad)}
    fields = {"value_per_kg_p01": Decimal(2), "value_per_kg_p99": Decimal(10), **numbers, **more}
    return {"facts__prices": (PriceBand(line_number=1, scope="hs10", unit=unit, samples=samples, **fields),)}


def priced(unit_price, **more):
    return {"line__unit_price": Decimal(unit_price), **more}


def own_median(median, goods="棉制针织床单"):
    return {"facts__history": ClientHistory(median_price_90d={goods: Decimal(median)})}


def invoiced(amount, currency="USD"):
    return {"order__invoice": Invoice(number="INV-1", total=Money(Decimal(amount), currency))}


CASES = [
    ("LC050", {}, PASS, ""),
    ("LC050", amounts(1200, "3.25", "3960.06"), HIT, ""),
    ("LC050", amounts(1200, "3.25", "3900.065"), PASS, ""),
    ("LC050", amounts(1200, "3.25", "3900.066"), HIT, ""),
    ("LC050", amounts(1200, "3.25", "3899.935"), PASS, ""),
    ("LC050", amounts(1200, "3.25", "3899.934"), HIT, ""),
    ("LC050", amounts(120000, "0.0333", "3999.60"), PASS, ""),
    ("LC050", amounts(0, "3.25", "0"), PASS, ""),
    ("LC050", amounts(1200, None, "3900"), NO_DATA, ""),
    ("LC051", {}, PASS, ""),
    ("LC051", amounts(1200, "0", "0"), HIT, ""),
    ("LC051", amounts(1200, "-0.01", "3900"), HIT, ""),
    ("LC051", amounts(1200, "0.0001", "0"), HIT, ""),
    ("LC051", amounts(1200, None, "0"), HIT, ""),
    ("LC051", amounts(1200, "3.25", None), NO_DATA, ""),
    ("LC052", {}, PASS, ""),
    ("LC052", {"line__currency": "502"}, HIT, "legacy"),
    ("LC052", {"line__currency": "usd"}, HIT, ""),
    ("LC052", {"line__currency": "XXX"}, HIT, ""),
    ("LC052", {"line__currency": ""}, NO_DATA, ""),
    ("LC053", {}, PASS, ""),
    ("LC053", {"line__currency": ""}, NO_DATA, ""),
    ("LC053", {"declaration__lines": ()}, NO_DATA, ""),
    ("LC053", {"declaration__lines": (Line(currency="USD"), Line(currency="EUR"))}, HIT, ""),
    ("LC053", {"declaration__lines": (Line(currency="USD"), Line())}, NO_DATA, ""),
    ("LC054", band(), PASS, ""),
    ("LC054", {**band("3.0"), **priced("3.2")}, PASS, ""),
    ("LC054", {**band("3.0"), **priced("5.04")}, PASS, ""),
    ("LC054", {**band("3.0"), **priced("5.05")}, HIT, ""),
    ("LC054", {**band("3.0"), **priced("6.29")}, HIT, ""),
    ("LC054", {**band("3.0"), **priced("6.30")}, HIT, "extreme"),
    ("LC054", {**band("3.0"), **priced("18")}, HIT, "extreme"),
    ("LC054", {**band("3.0"), **priced("0.5")}, HIT, "extreme"),
    ("LC054", {**band("3.0", mad="0"), **priced("3.88")}, PASS, ""),
    ("LC054", {**band("3.0", mad="0"), **priced("3.90")}, HIT, ""),
    ("LC054", {**band("3.0"), **priced("18"), "line__currency": "CNY"}, PASS, ""),
    ("LC054", {**band("4.0625", unit="035"), **priced("99")}, PASS, ""),
    ("LC054", {**band("3.0", unit="035"), "line__total": Decimal(17280)}, HIT, "extreme"),
    ("LC054", {}, NO_DATA, ""),
    ("LC054", {**band(samples=19), **priced("99")}, NO_DATA, ""),
    ("LC054", {**band(unit="007"), **priced("99")}, NO_DATA, ""),
    ("LC054", {**band(), **priced("0")}, NO_DATA, ""),
    ("LC054", {**band(), "line__currency": "JPY"}, NO_DATA, ""),
    ("LC054", {**band(log_mad=None), **priced("99")}, NO_DATA, ""),
    ("LC054", {**band(), **priced("99"), "header__direction": "I"}, PASS, ""),
    ("LC055", band(), PASS, ""),
    ("LC055", {**band(), "line__total": Decimal(9600)}, PASS, ""),
    ("LC055", {**band(), "line__total": Decimal("9600.10")}, HIT, "high"),
    ("LC055", {**band(), "line__total": Decimal(1920)}, PASS, ""),
    ("LC055", {**band(), "line__total": Decimal(1919)}, HIT, ""),
    ("LC055", {}, NO_DATA, ""),
    ("LC055", {**band(samples=3), "line__total": Decimal(1)}, NO_DATA, ""),
    ("LC055", {**band(), "line__second_unit": "007"}, NO_DATA, ""),
    ("LC055", {**band(), "line__second_quantity": Decimal(0)}, NO_DATA, ""),
    ("LC055", {**band(value_per_kg_p01=None), "line__total": Decimal(1)}, NO_DATA, ""),
    ("LC056", {}, PASS, ""),
    ("LC056", own_median("3.10"), PASS, ""),
    ("LC056", {**own_median("3.10"), **priced("9.80")}, HIT, ""),
    ("LC056", {**own_median("2"), **priced("3")}, PASS, ""),
    ("LC056", {**own_median("2"), **priced("3.0001")}, HIT, ""),
    ("LC056", {**own_median("2"), **priced("0.9999")}, HIT, ""),
    ("LC056", {**own_median("3.575"), "line__currency": "EUR"}, PASS, ""),
    ("LC056", {**own_median("2", goods="充电宝"), **priced("99")}, NO_DATA, ""),
    ("LC056", {**own_median("0"), **priced("99")}, NO_DATA, ""),
    ("LC056", {"facts__history": None}, NO_DATA, ""),
    ("LC056", {"line__unit_price": None}, NO_DATA, ""),
    ("LC056", {"line__currency": "JPY"}, NO_DATA, ""),
    ("LC057", {}, PASS, ""),
    ("LC058", {}, PASS, ""),
    ("LC058", invoiced("3900.01"), PASS, ""),
    ("LC058", invoiced("3900.02"), HIT, ""),
    ("LC058", invoiced("2900"), HIT, ""),
    ("LC058", invoiced("3900", "EUR"), HIT, "currency"),
    ("LC058", {"declaration__lines": (Line(currency="USD"), Line(currency="EUR"))}, HIT, "currency"),
    ("LC058", {"line__total": None}, NO_DATA, ""),
    ("LC058", {"line__currency": ""}, NO_DATA, ""),
    ("LC058", {"order__invoice": None}, NO_DATA, ""),
    ("LC058", {"order__invoice": Invoice(number="INV-1")}, NO_DATA, ""),
]


@pytest.mark.parametrize(("check", "changes", "expected", "code"), CASES)
def test_price(clean_facts, revise, answer, check, changes, expected, code):
    finding = answer(BY_ID[check], revise(clean_facts, **changes))
    assert (finding.status, finding.code) == (expected, code)


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        (("10", "10", "10.0000"), HIT),
        (("10", "10"), PASS),
        (("10", "10", "11"), PASS),
        (("10.5", "10.5", "10.5"), PASS),
        ((None, "10", "11"), PASS),
        ((None, "10", "10"), NO_DATA),
        ((None, None, None), NO_DATA),
    ],
)
def test_identical_whole_prices(clean_facts, revise, answer, prices, expected):
    lines = tuple(Line(unit_price=None if price is None else Decimal(price)) for price in prices)
    finding = answer(BY_ID["LC057"], revise(clean_facts, declaration__lines=lines))
    assert finding.status is expected
    if expected is HIT:
        assert finding.seen == {"lines": 3, "unit_price": Decimal(10)}


def test_every_sentence_is_tried():
    tried = {(check, code) for check, _, status, code in CASES if status is HIT} | {("LC057", "")}
    assert tried == {(check.card.id, code) for check in CHECKS for code in check.card.sentences}


@pytest.mark.parametrize(
    ("check", "changes", "seen"),
    [
        (
            "LC050",
            amounts(1200, "3.25", "3950"),
            {"product": Decimal(3900), "gap": Decimal(50), "tolerance": Decimal("0.065")},
        ),
        ("LC054", {**band("3.0"), **priced("18")}, {"z": Decimal("12.09"), "limit": Decimal(5), "samples": 20}),
        ("LC054", {**band("3.0", median=None), **priced("18")}, {"median_usd": Decimal("3.0000")}),
        ("LC054", band(samples=19), {"samples": 19, "minimum": 20}),
        ("LC055", {**band(), "line__total": Decimal(960)}, {"per_kg_usd": Decimal(1), "low_usd": Decimal(2)}),
        ("LC056", {**own_median("3.10"), **priced("9.80")}, {"change_percent": Decimal("216.13")}),
        ("LC058", invoiced("2900"), {"gap": Decimal(1000), "declared": Decimal(3900), "invoiced": Decimal(2900)}),
    ],
)
def test_numbers_seen(clean_facts, revise, answer, check, changes, seen):
    shown = answer(BY_ID[check], revise(clean_facts, **changes)).seen
    assert {name: shown[name] for name in seen} == seen


def test_an_extreme_price_asks_for_a_review(clean_facts, revise, answer):
    assert answer(BY_ID["LC054"], revise(clean_facts, **band("3.0"), **priced("18"))).floor is Outcome.REVIEW
    assert answer(BY_ID["LC054"], revise(clean_facts, **band("3.0"), **priced("5.05"))).floor is Outcome.RELEASE


@given(
    st.decimals("0.01", "99999", places=4), st.decimals("0.01", "99999", places=4), st.decimals("0.01", "2", places=6)
)
def test_the_quick_look_at_a_price_never_hides_a_hit(price, median, spread):
    """Whatever is called clearly usual is inside the limit by exact logarithms too."""
    limit = Decimal("3.5")
    if price_history._clearly_usual(price, median.ln(), limit, spread):
        assert abs(price_history.NORMAL * (price.ln() - median.ln()) / spread) <= limit


def test_each_line_is_compared_with_its_own_band(clean_facts, revise):
    line = clean_facts.order.declaration.lines[0]
    second = replace(line, line_number=2, unit_price=Decimal(18))
    bands = (
        band("3.0")["facts__prices"][0],
        replace(band("3.0")["facts__prices"][0], line_number=2),
    )
    facts = revise(clean_facts, declaration__lines=(line, second), facts__prices=bands)
    check = BY_ID["LC054"]
    findings = run_checks((check,), facts, default_policy([check.card]))
    assert [(finding.line, finding.status) for finding in findings] == [(2, HIT)]


def test_clean_order_costs_nothing(clean_facts):
    policy = default_policy([check.card for check in CHECKS])
    for finding in run_checks(CHECKS, clean_facts, policy):
        free = finding.status is NO_DATA and not policy.checks[finding.check].no_data_points
        assert finding.status is PASS or free, finding
