"""Cases of the weight checks: check, changes to the clean order, expected status and sentence code."""

from dataclasses import replace
from decimal import Decimal

import pytest

from risk.checks import weight
from risk.findings import Status
from risk.judge import run_checks
from risk.nouns.documents import PackingLine, PackingList
from risk.policy_default import default_policy

PASS, HIT, NO_DATA = Status.PASS, Status.HIT, Status.NO_DATA
BY_ID = {check.card.id: check for check in weight.CHECKS}
PIECES = {"line__second_unit": "007"}


def weights(gross, net, **more):
    header = {"header__gross_weight_kg": Decimal(gross), "header__net_weight_kg": Decimal(net)}
    return header | {f"header__{name}": value for name, value in more.items()}


def packed(*items):
    lines = tuple(PackingLine(line_number=number, net_weight_kg=net) for number, net in items)
    return {"order__packing_list": PackingList(lines=lines)}


CASES = [
    ("LC010", {}, PASS, ""),
    ("LC010", weights("296.46", "218.375"), PASS, ""),
    ("LC010", weights(200, 218), HIT, ""),
    ("LC010", weights(218, 218), PASS, ""),
    ("LC010", {"header__gross_weight_kg": None}, NO_DATA, ""),
    ("LC011", weights(1, 1), PASS, ""),
    ("LC011", weights(1, "0.4"), HIT, ""),
    ("LC011", weights("0.99999", 1), HIT, ""),
    ("LC011", weights(0, 0), HIT, ""),
    ("LC011", {"header__net_weight_kg": None}, NO_DATA, ""),
    ("LC012", {}, PASS, ""),
    ("LC012", {"line__second_quantity": Decimal("960.48")}, PASS, ""),
    ("LC012", {"line__second_quantity": Decimal("960.481")}, HIT, ""),
    ("LC012", {"line__second_quantity": Decimal("959.519")}, HIT, ""),
    ("LC012", {"line__second_quantity": Decimal(0)}, HIT, ""),
    ("LC012", {"line__second_unit": "036", "line__second_quantity": Decimal(960000)}, PASS, ""),
    ("LC012", {"line__second_unit": "036", "line__second_quantity": Decimal(960)}, HIT, ""),
    ("LC012", {**PIECES, "line__unit": "070", "line__quantity": Decimal("0.96")}, PASS, ""),
    ("LC012", PIECES, PASS, ""),
    ("LC012", {"line__second_unit": "ZZZ"}, PASS, ""),
    ("LC012", {"line__second_quantity": None}, NO_DATA, ""),
    ("LC012", {"header__net_weight_kg": None}, NO_DATA, ""),
    ("LC012", {"declaration__lines": ()}, NO_DATA, ""),
    ("LC013", {}, PASS, ""),
    ("LC013", PIECES, PASS, ""),
    ("LC013", {"header__net_weight_kg": None}, NO_DATA, ""),
    ("LC013", {"declaration__lines": ()}, NO_DATA, ""),
    ("LC014", {}, PASS, ""),
    ("LC014", packed((1, Decimal("955.224"))), PASS, ""),
    ("LC014", packed((1, Decimal("955.2"))), HIT, ""),
    ("LC014", packed((1, Decimal(500)), (1, Decimal(460))), PASS, ""),
    ("LC014", packed((1, Decimal(500)), (2, Decimal(460))), HIT, ""),
    ("LC014", {"line__second_quantity": Decimal(1060)}, HIT, ""),
    ("LC014", {"line__first_unit": "035", "line__first_quantity": Decimal(1060)}, HIT, ""),
    ("LC014", PIECES, PASS, ""),
    ("LC014", packed((1, Decimal(500)), (1, None)), NO_DATA, ""),
    ("LC014", packed((2, Decimal(960))), NO_DATA, ""),
    ("LC014", {"order__packing_list": None}, NO_DATA, ""),
    ("LC014", {"line__second_quantity": None}, NO_DATA, ""),
    ("LC020", {}, PASS, ""),
    ("LC020", weights(1000, 400), HIT, ""),
    ("LC020", weights(1000, 650), PASS, ""),
    ("LC020", weights(1000, "649.9"), HIT, ""),
    ("LC020", weights(1000, 995), PASS, ""),
    ("LC020", weights(1000, "995.1"), HIT, ""),
    ("LC020", weights(1000, 980, package_type="00"), PASS, ""),
    ("LC020", weights(1000, 970, package_type="00"), HIT, ""),
    ("LC020", weights(1000, 985, package_type="39"), HIT, ""),
    ("LC020", weights(1000, 400, package_type="93"), PASS, ""),
    ("LC020", weights(0, 0), NO_DATA, ""),
    ("LC020", {"header__package_type": ""}, NO_DATA, ""),
    ("LC021", {}, PASS, ""),
    ("LC021", weights(1000, 1000), HIT, ""),
    ("LC021", weights(1000, 1000, package_type="01"), PASS, ""),
    ("LC021", weights(1000, 1000, package_type=""), NO_DATA, ""),
]


@pytest.mark.parametrize(("check", "changes", "expected", "code"), CASES)
def test_weight(clean_facts, revise, answer, check, changes, expected, code):
    finding = answer(BY_ID[check], revise(clean_facts, **changes))
    assert (finding.status, finding.code) == (expected, code)


@pytest.mark.parametrize(
    ("weighed", "other", "expected"),
    [
        (Decimal("960.48"), {"second_unit": "007"}, PASS),
        (Decimal("960.481"), {"second_unit": "007"}, HIT),
        (Decimal(150), {"second_unit": "007"}, PASS),
        (None, {"second_unit": "007"}, NO_DATA),
        (Decimal(1150), {}, PASS),
    ],
)
def test_some_lines_weighed(clean_facts, revise, answer, weighed, other, expected):
    """Two lines: the first weighs `weighed` kg, the second has a unit of mass only when `other` leaves it."""
    line = clean_facts.order.declaration.lines[0]
    lines = (replace(line, second_quantity=weighed), replace(line, line_number=2, **other))
    finding = answer(BY_ID["LC013"], revise(clean_facts, declaration__lines=lines))
    assert finding.status is expected
    if expected is HIT:
        assert finding.seen == {"lines_kg": weighed, "net_kg": Decimal(960), "without": 1}


@pytest.mark.parametrize(
    ("check", "changes", "seen"),
    [
        (
            "LC012",
            {"line__second_quantity": Decimal(900)},
            {"lines_kg": Decimal(900), "net_kg": Decimal(960), "gap_kg": Decimal(60), "tolerance_kg": Decimal("0.48")},
        ),
        ("LC012", weights(3, 2), {"tolerance_kg": Decimal("0.01")}),
        (
            "LC014",
            {"line__second_quantity": Decimal(1060)},
            {"statutory_kg": Decimal(1060), "packed_kg": Decimal(960), "tolerance_kg": Decimal("4.8")},
        ),
        (
            "LC020",
            weights(1000, 400),
            {"tare_percent": Decimal("60.00"), "low_percent": Decimal("0.5"), "high_percent": Decimal(35)},
        ),
    ],
)
def test_numbers_seen(clean_facts, revise, answer, check, changes, seen):
    shown = answer(BY_ID[check], revise(clean_facts, **changes)).seen
    assert {name: shown[name] for name in seen} == seen


def test_only_the_missing_weight_is_named(clean_facts, revise, answer):
    finding = answer(BY_ID["LC010"], revise(clean_facts, header__net_weight_kg=None))
    assert finding.seen["missing"] == "header.net_weight_kg"


def test_a_missing_unit_table_is_an_error_not_a_pass(clean_facts, revise, answer):
    tables = {name: rows for name, rows in clean_facts.reference.tables.items() if name != "unit"}
    facts = revise(clean_facts, facts__reference=replace(clean_facts.reference, tables=tables))
    assert answer(BY_ID["LC012"], facts).status is Status.ERROR


def test_an_edited_parameter_counts(clean_facts, revise):
    check = BY_ID["LC020"]
    policy = default_policy([check.card])
    setting = replace(
        policy.checks["LC020"], parameters={**check.card.parameters, "carton_highest_share": Decimal("0.7")}
    )
    facts = revise(clean_facts, **weights(1000, 400))
    assert run_checks((check,), facts, replace(policy, checks={"LC020": setting}))[0].status is PASS


def test_clean_order_costs_nothing(clean_facts):
    policy = default_policy([check.card for check in weight.CHECKS])
    assert {finding.status for finding in run_checks(weight.CHECKS, clean_facts, policy)} == {PASS}
