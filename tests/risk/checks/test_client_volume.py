"""Cases of the checks on a client's volume: capacity and growth."""

from datetime import date
from decimal import Decimal

import pytest

from risk.checks import client_volume
from risk.findings import Outcome, Status
from risk.judge import run_checks
from risk.policy_default import default_policy

PASS, HIT, NO_DATA = Status.PASS, Status.HIT, Status.NO_DATA
BY_ID = {check.card.id: check for check in client_volume.CHECKS}


def capacity(monthly, already, unit="015"):
    return {
        "client.monthly_capacity": Decimal(monthly),
        "client.capacity_unit": unit,
        "history.quantity_month": None if already is None else Decimal(already),
    }


NEW_BUYER = {"history.buyers": frozenset({"SOMEBODY ELSE LTD"})}
NEW_GOODS = {"history.hs_chapters": frozenset({"84"})}

CASES = [
    ("LC151", {}, NO_DATA, ""),
    ("LC151", capacity(10_000, 5_800), PASS, ""),
    ("LC151", capacity(10_000, 8_800), PASS, ""),
    ("LC151", capacity(10_000, 8_801), HIT, ""),
    ("LC151", capacity(10_000, 10_800), HIT, ""),
    ("LC151", capacity(10_000, 10_801), HIT, "far_above"),
    ("LC151", capacity(1_000, None), HIT, ""),
    ("LC151", capacity(10_000, None), NO_DATA, ""),
    ("LC151", capacity(900, 0, unit="035"), HIT, ""),
    ("LC151", capacity(10_000, 0, unit="006"), NO_DATA, ""),
    ("LC151", capacity(0, 0), HIT, "no_capacity"),
    ("LC151", {**capacity(10_000, 0), "client": None}, NO_DATA, ""),
    ("LC152", {}, PASS, ""),
    ("LC152", {"history.value_30d": Decimal(60_000)}, PASS, ""),
    ("LC152", {"history.value_30d": Decimal(60_000), **NEW_BUYER}, HIT, ""),
    ("LC152", {"history.value_30d": Decimal(60_000), **NEW_GOODS}, HIT, "new_goods"),
    ("LC152", {"history.value_180d": Decimal(0), "history.value_30d": Decimal(0), **NEW_BUYER}, HIT, ""),
    ("LC152", NEW_BUYER, PASS, ""),
    # USD 35,000 a month is the average as soon as there are exactly three times 11,666.67
    ("LC152", {"history.value_30d": Decimal(31_100), **NEW_BUYER}, PASS, ""),
    ("LC152", {"history.value_30d": Decimal("31100.01"), **NEW_BUYER}, HIT, ""),
    # a client of one month has an average of one month
    (
        "LC152",
        {
            "client.first_order_on": date(2026, 2, 6),
            "history.value_30d": Decimal(60_000),
            "history.value_180d": Decimal(60_000),
            **NEW_BUYER,
        },
        PASS,
        "",
    ),
    ("LC152", {"history.orders_total": 2}, NO_DATA, ""),
    ("LC152", {"history": None}, NO_DATA, ""),
    ("LC152", {"order.declaration.lines.0.total": None}, NO_DATA, ""),
]


@pytest.mark.parametrize(("check", "changes", "status", "code"), CASES)
def test_case(put, answer, check, changes, status, code):
    finding = answer(BY_ID[check], put(changes))
    assert (finding.status, finding.code) == (status, code), finding


def test_every_sentence_has_a_case():
    tried = {(check, code) for check, _, status, code in CASES if status is HIT}
    assert tried == {(check.card.id, code) for check in client_volume.CHECKS for code in check.card.sentences}


def test_far_above_capacity_holds_and_little_above_does_not(put, answer):
    assert answer(BY_ID["LC151"], put(capacity(10_000, 10_801))).floor is Outcome.HOLD
    assert answer(BY_ID["LC151"], put(capacity(10_000, 10_800))).floor is Outcome.RELEASE


def test_clean_order_costs_nothing(clean_facts):
    policy = default_policy([check.card for check in client_volume.CHECKS])
    for finding in run_checks(client_volume.CHECKS, clean_facts, policy):
        assert finding.status is PASS or (
            finding.status is NO_DATA and policy.checks[finding.check].no_data_points == 0
        )
