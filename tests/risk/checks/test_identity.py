"""Cases of the identity checks: check, changes to the clean order, expected status and sentence code.

Codes of region 440399 are synthetic; the other credit codes are public worked examples.
"""

import pytest

from risk.checks import identity
from risk.findings import Status
from risk.judge import run_checks
from risk.nouns.order import BusinessMode
from risk.nouns.parties import Party, Role
from risk.policy_default import default_policy

PASS, HIT, NO_DATA = Status.PASS, Status.HIT, Status.NO_DATA
BY_ID = {check.card.id: check for check in identity.CHECKS}
PLATFORM, FACTORY = "91440399MAX0000153", "91440399MAX000023X"
EARLY, ALTERED = "91350211M0000XUF46", "91510100569680888F"
NO_PRODUCER_CODE = {"header__producer_uscc": "NO"}

CASES = [
    ("LC001", {}, PASS, ""),
    ("LC001", {"header__domestic_party_uscc": "91350100M000100Y43"}, PASS, ""),
    ("LC001", {"header__domestic_party_uscc": " 91440399max0000153"}, PASS, ""),
    ("LC001", {"header__domestic_party_uscc": EARLY}, PASS, ""),
    ("LC001", {"header__domestic_party_uscc": ALTERED}, HIT, ""),
    ("LC001", {"header__domestic_party_uscc": "9144039MAX0000112"}, HIT, "bad_length"),
    ("LC001", {"header__domestic_party_uscc": "NO"}, HIT, "bad_length"),
    ("LC001", {"header__domestic_party_uscc": "91440399MAO000011X"}, HIT, "illegal_char"),
    ("LC001", {"header__domestic_party_uscc": "  "}, NO_DATA, ""),
    ("LC002", {}, PASS, ""),
    ("LC002", {"header__producer_uscc": EARLY}, HIT, ""),
    ("LC002", {"header__domestic_party_uscc": EARLY, "header__producer_uscc": ""}, HIT, ""),
    ("LC002", {"header__producer_uscc": ALTERED}, PASS, ""),
    ("LC002", NO_PRODUCER_CODE, PASS, ""),
    ("LC002", {"header__producer_uscc": ""}, NO_DATA, ""),
    ("LC003", {}, PASS, ""),
    ("LC003", {"header__domestic_party_customs_code": "44031601"}, HIT, ""),
    ("LC003", {"header__declarant_customs_code": "440318086a"}, HIT, "declarant"),
    (
        "LC003",
        {"header__declarant_customs_code": "X", "header__domestic_party_customs_code": "44O3160123"},
        HIT,
        "both",
    ),
    ("LC003", {"header__declarant_customs_code": ""}, NO_DATA, ""),
    ("LC003", {"header__declarant_customs_code": "", "header__domestic_party_customs_code": "44"}, HIT, ""),
    ("LC004", {}, PASS, ""),
    ("LC004", {"header__producer_name": " "}, HIT, ""),
    ("LC004", {"header__producer_uscc": ""}, HIT, ""),
    ("LC004", {"header__direction": "I", "header__producer_uscc": ""}, PASS, ""),
    ("LC004", NO_PRODUCER_CODE, HIT, "code_exists"),
    ("LC004", {**NO_PRODUCER_CODE, "order__client_uscc": ""}, PASS, ""),
    (
        "LC004",
        {
            **NO_PRODUCER_CODE,
            "order__client_uscc": "",
            "order__parties": (Party(Role.PRODUCER, "惠州市锦澜纺织有限公司", uscc=FACTORY),),
        },
        HIT,
        "code_exists",
    ),
    ("LC005", {}, PASS, ""),
    ("LC005", {"header__producer_uscc": PLATFORM.lower()}, HIT, ""),
    ("LC005", {"header__producer_uscc": PLATFORM, "order__business_mode": BusinessMode.PURCHASE}, PASS, ""),
    ("LC005", {"header__producer_uscc": PLATFORM, "order__business_mode": BusinessMode.UNKNOWN}, NO_DATA, ""),
    ("LC005", {"order__business_mode": BusinessMode.UNKNOWN}, PASS, ""),
    ("LC005", {"header__producer_uscc": ""}, NO_DATA, ""),
    ("LC005", {"header__producer_uscc": "", "order__business_mode": BusinessMode.PURE_SERVICE}, PASS, ""),
    ("LC006", {}, PASS, ""),
    ("LC006", {"order__client_uscc": "91440399MAX000031Q"}, HIT, ""),
    ("LC006", NO_PRODUCER_CODE, HIT, ""),
    ("LC006", {"order__client_uscc": f" {FACTORY.lower()}"}, PASS, ""),
    ("LC006", {"order__client_uscc": ""}, NO_DATA, ""),
    ("LC006", {"header__producer_uscc": ""}, NO_DATA, ""),
    ("LC007", {}, PASS, ""),
    ("LC007", {"header__declarant_customs_code": "4403160999"}, HIT, ""),
    ("LC007", {"header__declarant_customs_code": "4403160123"}, PASS, ""),
    ("LC007", {"header__declarant_customs_code": "4403"}, HIT, ""),
    ("LC007", {"header__declarant_customs_code": ""}, NO_DATA, ""),
    ("LC008", {}, PASS, ""),
    ("LC008", {"header__entry_number": "530420260000123456"}, PASS, ""),
    ("LC008", {"header__entry_number": "530420261000123456", "header__direction": "I"}, PASS, ""),
    ("LC008", {"header__entry_number": "53042026000012345"}, HIT, ""),
    ("LC008", {"header__entry_number": "530420262000123456"}, HIT, ""),
    ("LC008", {"header__entry_number": "530420261000123456"}, HIT, "direction"),
    ("LC008", {"header__entry_number": "530420261000123456", "header__direction": ""}, NO_DATA, ""),
    ("LC009", {}, PASS, ""),
    ("LC009", {"header__overseas_consignee_name": "3M Co"}, PASS, ""),
    ("LC009", {"header__overseas_consignee_name": ""}, HIT, ""),
    ("LC009", {"header__overseas_consignee_name": "AB"}, HIT, ""),
    ("LC009", {"header__overseas_consignee_name": " to  order "}, HIT, ""),
    ("LC009", {"header__overseas_consignee_name": "NO"}, HIT, "no_party"),
    ("LC009", {"header__overseas_consignee_name": "NO", "header__supervision_mode": "9810"}, PASS, ""),
    ("LC009", {"header__overseas_consignee_name": "", "header__direction": "I"}, PASS, ""),
]


@pytest.mark.parametrize(("check", "changes", "expected", "code"), CASES)
def test_identity(clean_facts, revise, answer, check, changes, expected, code):
    finding = answer(BY_ID[check], revise(clean_facts, **changes))
    assert (finding.status, finding.code) == (expected, code)


def test_every_sentence_is_tried():
    tried = {(check, code) for check, _, status, code in CASES if status is HIT}
    assert tried == {(check.card.id, code) for check in identity.CHECKS for code in check.card.sentences}


@pytest.mark.parametrize(
    ("check", "changes", "seen"),
    [
        ("LC001", {"header__domestic_party_uscc": "91440399MAO00001SX"}, {"characters": "O S"}),
        ("LC001", {"header__domestic_party_uscc": "9144039MAX0000112"}, {"length": 17}),
        ("LC002", {"header__producer_uscc": EARLY, "header__domestic_party_uscc": EARLY}, {"uscc": EARLY}),
        ("LC007", {"header__declarant_customs_code": "4403160999"}, {"digit": "6", "broker_digit": "8"}),
        ("LC008", {"header__entry_number": "530420261000123456"}, {"number_direction": "I", "direction": "E"}),
    ],
)
def test_numbers_seen(clean_facts, revise, answer, check, changes, seen):
    shown = answer(BY_ID[check], revise(clean_facts, **changes)).seen
    assert {name: shown[name] for name in seen} == seen


def test_missing_facts_are_named(clean_facts, revise, answer):
    both = {"header__domestic_party_uscc": "", "header__producer_uscc": ""}
    finding = answer(BY_ID["LC005"], revise(clean_facts, **both))
    assert finding.seen["missing"] == "header.domestic_party_uscc, header.producer_uscc"


def test_clean_order_costs_nothing(clean_facts):
    policy = default_policy([check.card for check in identity.CHECKS])
    assert {finding.status for finding in run_checks(identity.CHECKS, clean_facts, policy)} == {PASS}
