"""Cases of the policy checks: tier limits, goods restriction, verification, supervision, two entries of the form."""

from datetime import date
from decimal import Decimal

import pytest

from risk.checks import duties
from risk.findings import Outcome, Status
from risk.judge import judge, run_checks
from risk.policy_default import default_policy
from risk.reference import GoodsCriterion

PASS, HIT, NO_DATA = Status.PASS, Status.HIT, Status.NO_DATA
RELEASE, REVIEW, HOLD, REFUSE = Outcome.RELEASE, Outcome.REVIEW, Outcome.HOLD, Outcome.REFUSE
BY_ID = {check.card.id: check for check in duties.CHECKS}
TOTAL = "order.declaration.lines.0.total"
PROMISES = "order.declaration.header.price_promises"


def row(level, code="GC08", **more):
    name = {"name_zh": "测试品类", "name_en": "Test category", "hs_prefixes": ("6302",)}
    return GoodsCriterion(code=code, level=level, **{**name, **more})


def register(*rows):
    return {"reference.goods": rows}


def tier(letter, total, month=0):
    return {"client.tier": letter, TOTAL: Decimal(total), "history.value_month": Decimal(month)}


def ratio(value):
    return {"supervision_ratio": Decimal(value)}


CASES = [
    ("LC162", {}, PASS, "", RELEASE),
    ("LC162", tier("B", 60_000, 40_000), PASS, "", RELEASE),
    ("LC162", tier("B", 100_000), PASS, "", RELEASE),
    ("LC162", tier("B", "100000.01"), HIT, "", RELEASE),
    ("LC162", tier("A", 300_000, 1_700_000), PASS, "", RELEASE),
    ("LC162", tier("A", 300_000, "1700000.01"), HIT, "month", RELEASE),
    ("LC162", tier("C", 30_001), HIT, "", RELEASE),
    ("LC162", tier("D", 10), HIT, "suspended", HOLD),
    ("LC162", tier("X", 10), NO_DATA, "", REVIEW),
    ("LC162", {"client": None}, NO_DATA, "", REVIEW),
    ("LC162", {TOTAL: None}, NO_DATA, "", REVIEW),
    ("LC162", {"history": None}, NO_DATA, "", REVIEW),
    ("LC162", {"history": None, TOTAL: Decimal(200_000)}, HIT, "", RELEASE),
    ("LC163", {}, PASS, "", RELEASE),
    ("LC163", register(row("prohibited")), HIT, "", REFUSE),
    ("LC163", register(row("prohibited", confirmed=False)), HIT, "unconfirmed", REVIEW),
    ("LC163", register(row("restricted")), HIT, "prereview", HOLD),
    ("LC163", register(row("restricted", confirmed=False)), HIT, "prereview", REVIEW),
    ("LC163", {**register(row("restricted")), "client.prereviewed_categories": ("GC08",)}, PASS, "", RELEASE),
    ("LC163", {**register(row("restricted")), "client.prereviewed_categories": ("GC09",)}, HIT, "prereview", HOLD),
    (
        "LC163",
        {**register(row("restricted", tiers=("A",))), "client.prereviewed_categories": ("GC08",)},
        HIT,
        "tier",
        HOLD,
    ),
    (
        "LC163",
        {**register(row("restricted", tiers=("A", "B"))), "client.prereviewed_categories": ("GC08",)},
        PASS,
        "",
        RELEASE,
    ),
    ("LC163", {**register(row("restricted")), "client": None}, HIT, "prereview", HOLD),
    ("LC163", {**register(row("restricted", tiers=("A",))), "client": None}, HIT, "tier", HOLD),
    ("LC163", register(row("sensitive")), PASS, "", RELEASE),
    ("LC163", register(row("restricted"), row("prohibited", code="GC01")), HIT, "", REFUSE),
    ("LC163", register(row("prohibited", hs_prefixes=(), keywords=("床单",))), HIT, "", REFUSE),
    ("LC163", register(row("prohibited", hs_prefixes=("93",))), PASS, "", RELEASE),
    ("LC163", register(row("prohibited", direction="I")), PASS, "", RELEASE),
    ("LC163", register(row("prohibited", valid_to=date(2026, 3, 7))), PASS, "", RELEASE),
    ("LC163", {"unavailable": ("goods",)}, NO_DATA, "", REVIEW),
    (
        "LC163",
        {"order.declaration.lines.0.hs_code": "", "order.declaration.lines.0.goods_name": ""},
        NO_DATA,
        "",
        REVIEW,
    ),
    ("LC164", {}, PASS, "", RELEASE),
    ("LC164", {"client.next_verification_on": date(2026, 2, 6)}, PASS, "", RELEASE),
    ("LC164", {"client.next_verification_on": date(2026, 2, 5)}, HIT, "", RELEASE),
    ("LC164", {"client.next_verification_on": None}, NO_DATA, "", RELEASE),
    ("LC164", {"client": None}, NO_DATA, "", RELEASE),
    ("LC165", {}, PASS, "", RELEASE),
    ("LC165", {TOTAL: Decimal(100_000)}, PASS, "", RELEASE),
    ("LC165", {TOTAL: Decimal(100_000), "supervisor_assigned": True}, PASS, "", RELEASE),
    ("LC165", {TOTAL: Decimal(100_000), "supervisor_assigned": False}, HIT, "", RELEASE),
    ("LC165", {TOTAL: Decimal("99999.99"), "supervisor_assigned": False}, PASS, "", RELEASE),
    ("LC165", {"order_class": "L", "supervisor_assigned": False}, HIT, "", RELEASE),
    ("LC165", {"order_class": "L", TOTAL: None, "supervisor_assigned": False}, HIT, "", RELEASE),
    ("LC165", {TOTAL: None, "supervisor_assigned": False}, NO_DATA, "", RELEASE),
    ("LC166", {}, PASS, "", RELEASE),
    ("LC166", ratio("0.10"), PASS, "", RELEASE),
    ("LC166", ratio("0.0999"), HIT, "", RELEASE),
    ("LC166", {"supervision_ratio": None}, NO_DATA, "", RELEASE),
    ("LC167", {}, PASS, "", RELEASE),
    ("LC167", {PROMISES: "990"}, PASS, "", RELEASE),
    ("LC167", {PROMISES: "12345"}, HIT, "", RELEASE),
    ("LC167", {PROMISES: "9999"}, HIT, "", RELEASE),
    ("LC167", {PROMISES: "19999"}, HIT, "export", RELEASE),
    ("LC167", {PROMISES: "19999", "order.declaration.header.direction": "I"}, PASS, "", RELEASE),
    ("LC167", {PROMISES: ""}, NO_DATA, "", RELEASE),
    ("LC168", {}, PASS, "", RELEASE),
    ("LC168", {"order.declaration.header.supervision_mode": "0214"}, HIT, "", RELEASE),
    (
        "LC168",
        {"order.declaration.header.supervision_mode": "0214", "order.declaration.header.remarks": "加工费USD1200"},
        PASS,
        "",
        RELEASE,
    ),
]


@pytest.mark.parametrize(("check", "changes", "status", "code", "floor"), CASES)
def test_case(put, answer, check, changes, status, code, floor):
    finding = answer(BY_ID[check], put(changes))
    assert (finding.status, finding.code, finding.floor) == (status, code, floor), finding


def test_every_sentence_has_a_case():
    tried = {(check, code) for check, _, status, code, _ in CASES if status is HIT}
    assert tried == {(check.card.id, code) for check in duties.CHECKS for code in check.card.sentences}


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, RELEASE),
        (register(row("prohibited")), REFUSE),
        (register(row("prohibited", confirmed=False)), REVIEW),
        (register(row("restricted")), HOLD),
        (tier("B", 200_000), REVIEW),
        (tier("D", 10), HOLD),
        ({"client": None}, REVIEW),
        ({"client.next_verification_on": date(2025, 12, 8)}, HOLD),
        (ratio("0.05"), RELEASE),
        ({PROMISES: "12345"}, RELEASE),
    ],
)
def test_outcome_under_the_default_policy(put, changes, outcome):
    policy = default_policy([check.card for check in duties.CHECKS])
    assert judge(duties.CHECKS, put(changes), policy).outcome is outcome


def test_tier_limits_are_those_of_the_policy():
    parameters = BY_ID["LC162"].card.parameters
    for letter, limit in default_policy([]).tiers.items():
        assert parameters[f"{letter}_single"] == limit.single_usd
        assert parameters[f"{letter}_month"] == limit.month_usd


def test_goods_are_named_with_what_led_to_the_row(put, answer):
    by_code = answer(BY_ID["LC163"], put(register(row("prohibited"))))
    by_word = answer(BY_ID["LC163"], put(register(row("prohibited", hs_prefixes=(), keywords=("针织",)))))
    assert (by_code.line, by_code.seen["cause"], by_word.seen["cause"]) == (1, "HS 6302", "针织")


def test_clean_order_costs_nothing(clean_facts):
    policy = default_policy([check.card for check in duties.CHECKS])
    assert {finding.status for finding in run_checks(duties.CHECKS, clean_facts, policy)} == {PASS}
