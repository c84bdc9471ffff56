"""Cases of the weight checks: (changes to the clean order, check id, expected status)."""

from decimal import Decimal

import pytest

from risk.checks.catalogue import BY_ID
from risk.findings import Status
from risk.judge import run_checks
from risk.policy_default import default_policy

CASES = [
    ({}, "LC010", Status.PASS),
    ({"header__gross_weight_kg": Decimal(200), "header__net_weight_kg": Decimal(218)}, "LC010", Status.HIT),
    ({"header__gross_weight_kg": None}, "LC010", Status.NO_DATA),
    ({"header__net_weight_kg": Decimal("0.4")}, "LC011", Status.HIT),
    ({"header__net_weight_kg": Decimal(1)}, "LC011", Status.PASS),
]


@pytest.mark.parametrize(("changes", "check", "expected"), CASES)
def test_weight(clean_facts, revise, changes, check, expected):
    checks = (BY_ID[check],)
    findings = run_checks(checks, revise(clean_facts, **changes), default_policy([checks[0].card]))
    assert {finding.status for finding in findings} == {expected}
