"""Order classes: borders of the policy, unknown facts, splitting; and that every class reads well."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from loading_monitor.order_class import classify
from loading_monitor.sentences import CLASSES, class_sentence
from loading_monitor.splitting import EarlierOrder, split_total
from risk.policy import OrderClasses
from risk.reference import GoodsCriterion

RULES = OrderClasses()


def with_total(facts, total):
    lines = tuple(
        replace(line, total=None if total is None else Decimal(total)) for line in facts.order.declaration.lines
    )
    return replace(facts, order=replace(facts.order, declaration=replace(facts.order.declaration, lines=lines)))


def with_goods(facts, level, **more):
    row = GoodsCriterion(code="GC99", level=level, name_zh="测试", name_en="Test", hs_prefixes=("6302",), **more)
    return replace(facts, reference=replace(facts.reference, goods=(row,)))


def usual(facts, median):
    return replace(facts, history=replace(facts.history, median_order_value=median))


CASES = {
    "the clean order": (lambda f: f, "S", "small"),
    "at the border": (lambda f: with_total(f, 100_000), "L", "large_value"),
    "a cent below, for a client that trades so": (
        lambda f: with_total(usual(f, Decimal(50_000)), "99999.99"),
        "S",
        "small",
    ),
    "five times the median": (lambda f: with_total(f, 19_500), "L", "large_for_client"),
    "just below five times": (lambda f: with_total(f, "19499.99"), "S", "small"),
    "no median known": (lambda f: with_total(usual(f, None), 19_500), "S", "small"),
    "tier C": (lambda f: replace(f, client=replace(f.client, tier="C")), "H", "risky_tier"),
    "tier D and large": (
        lambda f: with_total(replace(f, client=replace(f.client, tier="D")), 200_000),
        "L",
        "large_value",
    ),
    "no tier": (lambda f: replace(f, client=replace(f.client, tier="")), "H", "tier_unknown"),
    "no client": (lambda f: replace(f, client=None), "H", "tier_unknown"),
    "no history": (lambda f: replace(f, history=None), "H", "history_unknown"),
    "no value": (lambda f: with_total(f, None), "H", "value_unknown"),
    "third order": (lambda f: replace(f, history=replace(f.history, orders_total=2)), "H", "first_orders"),
    "fourth order": (lambda f: replace(f, history=replace(f.history, orders_total=3)), "S", "small"),
    "restricted goods": (lambda f: with_goods(f, "restricted", tiers=("A",)), "H", "restricted_goods"),
    "prohibited goods": (lambda f: with_goods(f, "prohibited"), "H", "prohibited_goods"),
    "sensitive goods": (lambda f: with_goods(f, "sensitive"), "H", "sensitive_goods"),
    "sensitive for this tier": (lambda f: with_goods(f, "sensitive", tiers=("B",)), "H", "sensitive_goods"),
    "sensitive for other tiers": (lambda f: with_goods(f, "sensitive", tiers=("C", "D")), "S", "small"),
    "normal goods": (lambda f: with_goods(f, "normal"), "S", "small"),
    "frequent": (
        lambda f: replace(f, history=replace(f.history, orders_30d=7, value_30d=Decimal(196_100))),
        "F",
        "frequent",
    ),
    "frequent but small in total": (
        lambda f: replace(f, history=replace(f.history, orders_30d=7, value_30d=Decimal("196099.99"))),
        "S",
        "small",
    ),
    "large in total but rare": (
        lambda f: replace(f, history=replace(f.history, orders_30d=6, value_30d=Decimal(900_000))),
        "S",
        "small",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_class(clean_facts, name):
    change, code, reason = CASES[name]
    found = classify(change(clean_facts), RULES)
    assert (found.code, found.reason_code) == (code, reason)
    for sentence in class_sentence(found):
        assert sentence
        assert not set("{}") & set(sentence)


def test_sentences_carry_class_reason_and_numbers(clean_facts):
    zh, en = class_sentence(classify(with_total(clean_facts, 100_000), RULES))
    assert zh == "大额订单,100000 美元 ≥ 100000 美元"
    assert en == "Large order, USD 100000 ≥ USD 100000"
    assert set(CLASSES) == {"L", "H", "F", "S"}


def earlier(order_id="O-0", buyer="BLU PRECISION LTD", hs8="63021010", value=60_000, day=date(2026, 3, 3)):
    return EarlierOrder(order_id=order_id, buyer=buyer, hs8=frozenset({hs8}), value_usd=Decimal(value), declared_on=day)


SPLIT = [
    ("one buyer, one code, one week", earlier(), "L"),
    ("six days before", earlier(day=date(2026, 3, 2)), "L"),
    ("seven days before", earlier(day=date(2026, 3, 1)), "S"),
    ("another buyer", earlier(buyer="RED LIMITED"), "S"),
    ("other goods", earlier(hs8="94036099"), "S"),
    ("not enough", earlier(value=49_999), "S"),
    ("the same order, an earlier revision", earlier(order_id="O-1"), "S"),
]


@pytest.mark.parametrize(("other", "code"), [case[1:] for case in SPLIT], ids=[case[0] for case in SPLIT])
def test_split_orders_count_together(clean_facts, other, code):
    facts = with_total(usual(clean_facts, Decimal(50_000)), 50_000)
    found = classify(facts, RULES, (other,))
    assert found.code == code
    assert (found.reason_code == "split") is (code == "L")


def test_split_total_adds_what_belongs_together(clean_facts):
    others = (earlier(value=10), earlier(order_id="O-2", value=20), earlier(order_id="O-3", buyer="RED", value=40))
    assert split_total(clean_facts, others, 7) == Decimal(3930)
    assert split_total(clean_facts, (), 7) == Decimal(3900)
