"""Cases of the regime checks: check, changes to the clean order, expected status, code, numbers seen."""

from datetime import date
from decimal import Decimal

import pytest

from risk.checks import regime, regime_limits
from risk.findings import Status
from risk.judge import run_checks
from risk.policy_default import default_policy, default_setting
from risk.reference import Code

PASS, HIT, NO_DATA = Status.PASS, Status.HIT, Status.NO_DATA
BY_ID = {check.card.id: check for check in (*regime.CHECKS, *regime_limits.CHECKS)}
HEADER, LINE = "order.declaration.header.", "order.declaration.lines.0."
NO_MODE = {HEADER + "supervision_mode": ""}
IMPORT = {HEADER + "direction": "I"}


def mode(code: str, nature: str = "101", ledger: str = "") -> dict[str, object]:
    return {HEADER + "supervision_mode": code, HEADER + "duty_nature": nature, HEADER + "ledger_number": ledger}


def enterprise(digit: str, nature: str = "101") -> dict[str, object]:
    return {HEADER + "domestic_party_customs_code": f"44031{digit}0123", HEADER + "duty_nature": nature}


def duty(code: str, nature: str, duty_mode: str) -> dict[str, object]:
    return {**mode(code, nature), LINE + "duty_mode": duty_mode}


def worth(amount: str, code: str = "1039", currency: str = "USD") -> dict[str, object]:
    return {**mode(code), LINE + "total": Decimal(amount), LINE + "currency": currency}


EUROS = {"reference.rates": {"EUR": [(date(2026, 3, 1), Decimal("1.10"))]}}


def to_country(country: str, code: str) -> dict[str, object]:
    return {**mode(code), HEADER + "arrival_country": country}


OLD_MODE = {
    "reference.tables.supervision_mode": {
        "0110": [Code("0110", "", "", {"ie_flag": "IE"}, valid_to=date(2025, 12, 31))]
    }
}

CASES = [
    ("LC090", {}, PASS, "", {}),
    ("LC090", mode("110"), HIT, "", {"mode": "110"}),
    ("LC090", mode("1039") | IMPORT, HIT, "direction", {"allowed": "E", "direction": "I"}),
    ("LC090", mode("0320"), HIT, "direction", {"allowed": "I", "direction": "E"}),
    ("LC090", mode("9710"), PASS, "", {}),
    ("LC090", OLD_MODE, HIT, "", {}),
    ("LC090", NO_MODE, NO_DATA, "", {}),
    ("LC090", {HEADER + "direction": ""}, NO_DATA, "", {}),
    ("LC091", {}, PASS, "", {}),
    ("LC091", mode("0110", "601"), PASS, "", {}),
    ("LC091", mode("0110", "503"), HIT, "", {"nature": "503"}),
    ("LC091", mode("0110", "503", "Z12345678901"), PASS, "", {}),
    ("LC091", mode("0615", "503"), PASS, "", {}),
    ("LC091", mode("0110", ""), NO_DATA, "", {}),
    ("LC091", NO_MODE, NO_DATA, "", {}),
    ("LC092", {}, PASS, "", {}),
    ("LC092", enterprise("4"), HIT, "", {"digit": "4", "expected": "603", "nature": "101"}),
    ("LC092", enterprise("4", "603"), PASS, "", {}),
    ("LC092", enterprise("2", "602"), PASS, "", {}),
    ("LC092", enterprise("3", "602"), HIT, "", {"expected": "601"}),
    ("LC092", enterprise("6", "601"), HIT, "", {"expected": "101"}),
    ("LC092", enterprise("8"), PASS, "", {}),
    ("LC092", enterprise("4") | {HEADER + "supervision_mode": "0615"}, PASS, "", {}),
    ("LC092", {HEADER + "domestic_party_customs_code": "44031"}, NO_DATA, "", {}),
    ("LC093", {}, PASS, "", {}),
    ("LC093", mode("0615", "503"), PASS, "", {}),
    ("LC093", mode("0615", "101"), HIT, "", {"mode": "0615", "expected": "503", "nature": "101"}),
    ("LC093", mode("3100", "101"), HIT, "", {"expected": "299"}),
    ("LC093", mode("3100", "101") | IMPORT, PASS, "", {}),
    ("LC093", mode("2025", "101") | IMPORT, HIT, "", {"expected": "789"}),
    ("LC093", mode("3339", ""), NO_DATA, "", {}),
    ("LC093", NO_MODE, NO_DATA, "", {}),
    ("LC094", {}, PASS, "", {}),
    ("LC094", duty("0110", "101", "3"), HIT, "", {"expected": "1", "duty_mode": "3"}),
    ("LC094", duty("0110", "602", "1"), PASS, "", {}),
    ("LC094", duty("0615", "503", "1"), HIT, "", {"expected": "3"}),
    ("LC094", duty("3100", "299", "1"), HIT, "", {}),
    ("LC094", duty("3100", "299", "1") | IMPORT, PASS, "", {}),
    ("LC094", duty("3010", "299", "9"), PASS, "", {}),
    ("LC094", duty("0110", "101", ""), NO_DATA, "", {}),
    ("LC094", NO_MODE, NO_DATA, "", {}),
    ("LC095", {}, PASS, "", {}),
    ("LC095", mode("0615", "503", "C51012345678"), PASS, "", {}),
    ("LC095", mode("0615", "503", "E51012345678"), PASS, "", {}),
    ("LC095", mode("0615", "503", "B51012345678"), HIT, "", {"letters": "C, E", "ledger": "B51012345678"}),
    ("LC095", mode("0615", "503", "c51012345678"), HIT, "", {}),
    ("LC095", mode("0615", "503", ""), HIT, "", {"ledger": "-"}),
    ("LC095", mode("0265", "502", "H51012345678"), PASS, "", {}),
    ("LC095", mode("0265", "502", "H51012345678") | IMPORT, HIT, "", {"letters": "B, E"}),
    ("LC095", mode("5034", "101", "T51012345678"), PASS, "", {}),
    ("LC095", mode("5300", "101", "H5101D345678"), PASS, "", {}),
    ("LC095", mode("5300", "101", "H51012345678"), HIT, "sixth", {"letter": "D"}),
    ("LC095", mode("5300", "101", "H51"), HIT, "sixth", {}),
    ("LC095", NO_MODE, NO_DATA, "", {}),
    ("LC096", {}, PASS, "", {}),
    ("LC096", mode("0110", "101", "C51012345678"), HIT, "", {"ledger": "C51012345678"}),
    ("LC096", mode("0110", "101", "Z51012345678"), PASS, "", {}),
    ("LC096", mode("0615", "503", "C51012345678"), PASS, "", {}),
    ("LC096", NO_MODE, NO_DATA, "", {}),
    ("LC097", {}, PASS, "", {}),
    ("LC097", worth("120000"), PASS, "", {}),
    ("LC097", worth("150000"), PASS, "", {}),
    ("LC097", worth("150000.01"), HIT, "", {"total_usd": Decimal("150000.01"), "maximum_usd": Decimal(150000)}),
    ("LC097", worth("180000"), HIT, "", {}),
    ("LC097", worth("140000", currency="EUR") | EUROS, HIT, "", {"total_usd": Decimal("154000.00")}),
    ("LC097", worth("180000", code="0110"), PASS, "", {}),
    ("LC097", worth("180000", currency="XXX"), NO_DATA, "", {}),
    ("LC097", NO_MODE, NO_DATA, "", {}),
    ("LC098", {}, PASS, "", {}),
    ("LC098", mode("9710"), HIT, "", {"mode": "9710"}),
    ("LC098", mode("9710") | {"order.ecommerce_order_number": "EC-1"}, PASS, "", {}),
    ("LC098", mode("9810") | {"order.ecommerce_order_number": "EC-1"}, HIT, "warehouse", {"mode": "9810"}),
    ("LC098", mode("9810") | {"order.overseas_warehouse_filing": "W-1"}, PASS, "", {}),
    ("LC098", NO_MODE, NO_DATA, "", {}),
    ("LC099", {}, PASS, "", {}),
    ("LC099", mode("9610"), PASS, "", {}),
    ("LC099", mode("3910"), HIT, "", {"mode": "3910"}),
    ("LC099", mode("3910") | IMPORT, PASS, "", {}),
    ("LC099", NO_MODE, NO_DATA, "", {}),
    ("LC100", {}, PASS, "", {}),
    ("LC100", to_country("CHN", "0654"), PASS, "", {}),
    ("LC100", to_country("HKG", "0654"), HIT, "", {"expected": "CHN", "country": "HKG"}),
    ("LC100", to_country("HKG", "1427"), HIT, "", {}),
    ("LC100", to_country("", "0657"), NO_DATA, "", {}),
    ("LC100", NO_MODE, NO_DATA, "", {}),
    ("LC101", {}, PASS, "", {}),
    ("LC101", worth("300", "3010"), PASS, "", {}),
    ("LC101", worth("5000", "3010"), PASS, "", {}),
    ("LC101", worth("40000", "3010"), HIT, "", {"total_usd": Decimal("40000.00")}),
    ("LC101", {**worth("1", "3010"), LINE + "total": None}, NO_DATA, "", {}),
    ("LC101", NO_MODE, NO_DATA, "", {}),
]


@pytest.mark.parametrize(("check", "changes", "status", "code", "seen"), CASES)
def test_regime(put, answer, check, changes, status, code, seen):
    finding = answer(BY_ID[check], put(changes))
    assert (finding.status, finding.code) == (status, code)
    assert seen.items() <= dict(finding.seen).items()


def test_every_check_passes_hits_and_lacks_data_somewhere():
    assert {(check, status) for check, _, status, _, _ in CASES} >= {
        (check, status) for check in BY_ID for status in (PASS, HIT, NO_DATA)
    }


def test_a_rule_an_officer_wrote_wrongly_is_an_error_finding(clean_facts):
    check = BY_ID["LC093"]
    policy = default_policy([check.card])
    setting = default_setting(check.card)
    broken = {"LC093": type(setting)(**{**vars_of(setting), "parameters": {"natures": ("0615=503",)}})}
    (finding,) = run_checks((check,), clean_facts, type(policy)(name="x", version=1, checks=broken))
    assert finding.status is Status.ERROR
    assert "0615=503" in str(finding.seen["detail"])


def vars_of(setting: object) -> dict[str, object]:
    return {name: getattr(setting, name) for name in setting.__slots__}


def test_every_pairing_names_known_modes_and_natures(reference):
    on = date(2026, 3, 8)
    for text in BY_ID["LC093"].card.parameters["natures"]:
        key, _, nature = text.partition(":")
        assert reference.code("supervision_mode", key[:4], on), text
        assert reference.code("duty_nature", nature, on), text
    for text in BY_ID["LC095"].card.parameters["letters"]:
        assert reference.code("supervision_mode", text[:4], on), text
    for served in BY_ID["LC099"].card.parameters["served"]:
        assert reference.code("supervision_mode", served, on), served
