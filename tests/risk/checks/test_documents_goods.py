"""Cases of the checks that compare contract, invoice, packing list and transport document."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.checks import documents_goods
from risk.checks.comparing import as_written, percent_apart
from risk.findings import Status
from risk.judge import run_checks
from risk.nouns.documents import InvoiceLine, PackingLine
from risk.nouns.money import Money
from risk.party_names import same_company
from risk.policy_default import default_policy

PASS, HIT, NO_DATA = Status.PASS, Status.HIT, Status.NO_DATA
BY_ID = {check.card.id: check for check in documents_goods.CHECKS}
PACKED = "order.packing_list"
SHIPPED = "order.transport"


def usd(amount):
    return Money(Decimal(amount), "USD")


CASES = [
    ("LC140", {}, PASS, ""),
    ("LC140", {"order.invoice.buyer": "Blu Precision Ltd."}, PASS, ""),
    ("LC140", {"order.invoice.buyer": "RED PRECISION LIMITED"}, HIT, "buyer"),
    ("LC140", {"order.invoice.incoterm": "fob Shenzhen"}, PASS, ""),
    ("LC140", {"order.invoice.incoterm": "CIF"}, HIT, "term"),
    ("LC140", {"order.invoice.total": Money(Decimal(3900), "EUR")}, HIT, "currency"),
    ("LC140", {"order.invoice.total": usd("4095.00")}, PASS, ""),
    ("LC140", {"order.invoice.total": usd("4095.01")}, HIT, ""),
    ("LC140", {"order.contract.total": usd("9037"), "order.invoice.total": usd("7037")}, HIT, ""),
    ("LC140", {"order.invoice.total": usd("4200"), "order.contract.tolerance_percent": Decimal(10)}, PASS, ""),
    ("LC140", {"order.invoice.total": usd("3901"), "order.contract.tolerance_percent": Decimal(0)}, HIT, ""),
    ("LC140", {"order.invoice.total": None}, NO_DATA, ""),
    ("LC140", {"order.invoice.total": None, "order.invoice.buyer": "RED LIMITED"}, HIT, "buyer"),
    ("LC140", {"order.contract.incoterm": ""}, NO_DATA, ""),
    ("LC140", {"order.contract": None}, NO_DATA, ""),
    ("LC140", {"order.contract": None, "order.invoice": None}, NO_DATA, ""),
    ("LC141", {}, PASS, ""),
    ("LC141", {f"{PACKED}.lines.0.quantity": Decimal(1000)}, HIT, ""),
    (
        "LC141",
        {"order.invoice.lines": tuple(InvoiceLine(line_number=1, quantity=Decimal(600)) for _ in range(2))},
        PASS,
        "",
    ),
    (
        "LC141",
        {
            f"{PACKED}.lines": (
                PackingLine(line_number=1, quantity=Decimal(1200)),
                PackingLine(line_number=2, quantity=Decimal(5)),
            )
        },
        HIT,
        "",
    ),
    ("LC141", {"order.invoice.lines.0.quantity": None}, NO_DATA, ""),
    ("LC141", {"order.invoice.lines": ()}, NO_DATA, ""),
    ("LC141", {PACKED: None}, NO_DATA, ""),
    ("LC142", {}, PASS, ""),
    ("LC142", {f"{PACKED}.packages": 38}, HIT, ""),
    ("LC142", {f"{PACKED}.gross_weight_kg": Decimal("1015.05")}, PASS, ""),
    ("LC142", {f"{PACKED}.gross_weight_kg": Decimal("1015.06")}, HIT, "gross"),
    ("LC142", {f"{PACKED}.net_weight_kg": Decimal(350)}, HIT, "net"),
    ("LC142", {f"{PACKED}.net_weight_kg": None, f"{PACKED}.lines.0.net_weight_kg": Decimal(960)}, PASS, ""),
    ("LC142", {f"{PACKED}.net_weight_kg": None, f"{PACKED}.lines.0.net_weight_kg": Decimal(860)}, HIT, "net"),
    # a parcel of 0.4 kg is declared as 1 kg and the packing list still says 0.4
    (
        "LC142",
        {f"{PACKED}.net_weight_kg": Decimal("0.4"), "order.declaration.header.net_weight_kg": Decimal(1)},
        PASS,
        "",
    ),
    ("LC142", {f"{PACKED}.gross_weight_kg": None}, NO_DATA, ""),
    ("LC142", {"order.declaration.header.package_count": None}, NO_DATA, ""),
    ("LC142", {f"{PACKED}.gross_weight_kg": None, f"{PACKED}.packages": 41}, HIT, ""),
    ("LC142", {PACKED: None}, NO_DATA, ""),
    ("LC143", {}, PASS, ""),
    ("LC143", {f"{SHIPPED}.packages": 38}, HIT, ""),
    ("LC143", {f"{SHIPPED}.containers": ("csqu 305438-3",)}, PASS, ""),
    ("LC143", {f"{SHIPPED}.containers": ("CSQU3054383", "CBHU3202732")}, HIT, "container"),
    ("LC143", {"order.declaration.containers": ()}, HIT, "container"),
    ("LC143", {"order.declaration.containers": (), f"{SHIPPED}.containers": ()}, PASS, ""),
    ("LC143", {f"{SHIPPED}.gross_weight_kg": Decimal("1040.3")}, PASS, ""),
    ("LC143", {f"{SHIPPED}.gross_weight_kg": Decimal("1040.4")}, HIT, "gross"),
    ("LC143", {f"{SHIPPED}.gross_weight_kg": None}, NO_DATA, ""),
    ("LC143", {f"{SHIPPED}.packages": None}, NO_DATA, ""),
    ("LC143", {f"{SHIPPED}.containers": ()}, NO_DATA, ""),
    ("LC143", {"order.declaration.header.package_count": None}, NO_DATA, ""),
    ("LC143", {SHIPPED: None}, NO_DATA, ""),
]


@pytest.mark.parametrize(("check", "changes", "status", "code"), CASES)
def test_case(put, answer, check, changes, status, code):
    finding = answer(BY_ID[check], put(changes))
    assert (finding.status, finding.code) == (status, code), finding


def test_every_sentence_has_a_case():
    tried = {(check, code) for check, _, status, code in CASES if status is HIT}
    assert tried == {(check.card.id, code) for check in documents_goods.CHECKS for code in check.card.sentences}


def test_missing_names_the_gap(put, answer):
    finding = answer(BY_ID["LC142"], put({"order.packing_list.gross_weight_kg": None}))
    assert finding.seen["missing"] == "packing_list.gross_weight_kg"


def test_items_that_differ_are_counted(put, answer):
    lines = tuple(PackingLine(line_number=number, quantity=Decimal(5)) for number in (1, 2, 3))
    seen = answer(BY_ID["LC141"], put({"order.packing_list.lines": lines})).seen
    assert (seen["item"], seen["invoice_quantity"], seen["packing_quantity"], seen["items"]) == (1, 1200, 5, 3)


def test_clean_order_passes(clean_facts):
    policy = default_policy([check.card for check in documents_goods.CHECKS])
    assert {finding.status for finding in run_checks(documents_goods.CHECKS, clean_facts, policy)} == {PASS}


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("Acme Company Limited", "ACME CO., LTD.", True),
        ("ACME L.L.C", "Acme LLC", True),
        ("深圳市启航报关有限责任公司", "深圳市 启航报关有限公司", True),
        ("华屹通(深圳)供应链有限公司", "华屹通(深圳)供应链有限公司", True),
        ("ACME LLC", "ACME FZE", False),
        ("ACME", "", False),
        ("...", "...", False),
    ],
)
def test_same_company(left, right, same):
    assert same_company(left, right) is same


def test_numbers_as_written():
    assert as_written(["csqu 305438-3", "", " - "]) == {"CSQU3054383"}


@given(st.decimals(-1000, 1000, places=2), st.decimals(-1000, 1000, places=2))
def test_distance_is_zero_only_for_equals(base, other):
    assert (percent_apart(base, other) == 0) is (base == other)
    assert percent_apart(base, other) >= 0
