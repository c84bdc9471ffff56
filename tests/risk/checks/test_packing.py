"""Cases of the packing checks: check, changes to the clean order, expected status and sentence code."""

from decimal import Decimal

import pytest

from risk.checks import packing
from risk.findings import Status
from risk.judge import run_checks
from risk.nouns.declaration_parts import OtherPacking
from risk.policy_default import default_policy

PASS, HIT, NO_DATA = Status.PASS, Status.HIT, Status.NO_DATA
BY_ID = {check.card.id: check for check in packing.CHECKS}
PALLETS = {"declaration__other_packing": (OtherPacking(quantity=Decimal(2), package_type="93"),)}


def packages(count, code="22", gross=1010):
    return {
        "header__package_count": count,
        "header__package_type": code,
        "header__gross_weight_kg": None if gross is None else Decimal(gross),
    }


CASES = [
    ("LC015", {}, PASS, ""),
    ("LC015", packages(1), PASS, ""),
    ("LC015", packages(0), HIT, ""),
    ("LC015", packages(-3), HIT, ""),
    ("LC015", packages(None), NO_DATA, ""),
    ("LC016", {}, PASS, ""),
    ("LC016", packages(1, "00"), PASS, ""),
    ("LC016", packages(25, "00"), HIT, ""),
    ("LC016", packages(2, "01"), HIT, ""),
    ("LC016", packages(0, "01"), HIT, ""),
    ("LC016", packages(None, "22"), PASS, ""),
    ("LC016", packages(None, "00"), NO_DATA, ""),
    ("LC016", packages(1, ""), NO_DATA, ""),
    ("LC017", {}, PASS, ""),
    ("LC017", packages(1, "2"), HIT, "legacy"),
    ("LC017", packages(1, "77"), HIT, ""),
    ("LC017", packages(1, "CT"), HIT, ""),
    ("LC017", packages(1, ""), NO_DATA, ""),
    ("LC018", {}, PASS, ""),
    ("LC018", packages(1, "93"), HIT, ""),
    ("LC018", PALLETS, HIT, ""),
    ("LC018", {**PALLETS, "order__wood_treatment_evidence": False}, HIT, ""),
    ("LC018", {**PALLETS, "order__wood_treatment_evidence": True}, PASS, ""),
    ("LC018", packages(1, "92"), PASS, ""),
    ("LC018", packages(1, ""), NO_DATA, ""),
    ("LC018", {**PALLETS, **packages(1, "")}, HIT, ""),
    ("LC019", {}, PASS, ""),
    ("LC019", {"header__no_other_packing_flag": "1"}, PASS, ""),
    ("LC019", {**PALLETS, "header__no_other_packing_flag": "0"}, PASS, ""),
    ("LC019", {**PALLETS, "header__no_other_packing_flag": "1"}, HIT, ""),
    ("LC019", PALLETS, NO_DATA, ""),
    ("LC022", {}, PASS, ""),
    ("LC022", packages(2, "22", 20000), HIT, ""),
    ("LC022", packages(10, "22", 600), PASS, ""),
    ("LC022", packages(10, "22", "600.1"), HIT, ""),
    ("LC022", packages(10, "22", 1), PASS, ""),
    ("LC022", packages(11, "22", 1), HIT, ""),
    ("LC022", packages(10, "93", 25001), HIT, ""),
    ("LC022", packages(10, "39", 40), HIT, ""),
    ("LC022", packages(1, "06", 1500), PASS, ""),
    ("LC022", packages(1, "06", 1501), HIT, ""),
    ("LC022", packages(1, "23", 9000), PASS, ""),
    ("LC022", packages(0), NO_DATA, ""),
    ("LC022", packages(40, "22", None), NO_DATA, ""),
]


@pytest.mark.parametrize(("check", "changes", "expected", "code"), CASES)
def test_packing(clean_facts, revise, answer, check, changes, expected, code):
    finding = answer(BY_ID[check], revise(clean_facts, **changes))
    assert (finding.status, finding.code) == (expected, code)


def test_every_sentence_is_tried():
    tried = {(check, code) for check, _, status, code in CASES if status is HIT}
    assert tried == {(check.card.id, code) for check in packing.CHECKS for code in check.card.sentences}


@pytest.mark.parametrize(
    ("check", "changes", "seen"),
    [
        ("LC018", {**PALLETS, "header__package_type": "23"}, {"package_types": "23, 93"}),
        ("LC022", packages(3, "22", 20000), {"each_kg": Decimal("6666.667"), "packages": 3, "high_kg": Decimal(60)}),
    ],
)
def test_numbers_seen(clean_facts, revise, answer, check, changes, seen):
    shown = answer(BY_ID[check], revise(clean_facts, **changes)).seen
    assert {name: shown[name] for name in seen} == seen


def test_clean_order_costs_nothing(clean_facts):
    policy = default_policy([check.card for check in packing.CHECKS])
    assert {finding.status for finding in run_checks(packing.CHECKS, clean_facts, policy)} == {PASS}
