"""Cases of the checks on VAT invoices and receipts. Invoices and receipts come late: their absence costs nothing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from risk.checks import documents_money
from risk.findings import Status
from risk.fob import cny_for_one_usd, fob_usd
from risk.judge import run_checks
from risk.nouns.documents import Receipt, VatInvoice, VatInvoiceLine
from risk.nouns.money import Money
from risk.nouns.order import BusinessMode
from risk.policy_default import default_policy

PASS, HIT, NO_DATA, ERROR = Status.PASS, Status.HIT, Status.NO_DATA, Status.ERROR
BY_ID = {check.card.id: check for check in documents_money.CHECKS}
VAT = "order.vat_invoices"
MODE = "order.business_mode"
TERM = "order.declaration.header.trade_term"
# 1 CNY = 0.125 USD, so one USD is exactly 8 CNY and the clean order's USD 3,900 are CNY 31,200
EIGHT = {"reference.rates.CNY": [(date(2026, 3, 2), Decimal("0.125"))]}
CHAPTERS = {"reference.keyword_chapters": {"床单": ("63",), "毛巾": ("63",), "电子元件": ("85",)}}
OLD = Money(Decimal(3900), "USD")


def cny(amount):
    return Money(Decimal(amount), "CNY")


def vat_line(quantity, unit, number=1, name="棉制针织床单"):
    return VatInvoiceLine(line_number=number, goods_name=name, quantity=quantity and Decimal(quantity), unit=unit)


def invoices(*lines):
    return tuple(VatInvoice(number=str(number), lines=(line,)) for number, line in enumerate(lines))


def paid(amount, currency="USD", payer="BLU PRECISION LIMITED", **more):
    return Receipt(number="R-1", payer=payer, amount=Money(Decimal(amount), currency), **more)


DUE = {"order.receipt_due_on": date(2026, 3, 7)}

CASES = [
    ("LC144", {}, PASS, ""),
    ("LC144", {f"{VAT}.0.lines.0.goods_name": "*床上用品*床单"}, PASS, ""),
    ("LC144", {f"{VAT}.0.lines.0.goods_name": "*纺织产品*毛巾", **CHAPTERS}, PASS, ""),
    ("LC144", {f"{VAT}.0.lines.0.goods_name": "*电子元件*电子元件", **CHAPTERS}, HIT, ""),
    ("LC144", {f"{VAT}.0.lines.0.goods_name": "*床上用品*", **CHAPTERS}, HIT, ""),
    ("LC144", {f"{VAT}.0.lines.0.goods_name": "电子元件", MODE: BusinessMode.PURE_SERVICE}, PASS, ""),
    ("LC144", {VAT: ()}, NO_DATA, ""),
    ("LC145", {}, PASS, ""),
    ("LC145", {VAT: invoices(vat_line(1200, "条"))}, PASS, ""),
    ("LC145", {VAT: invoices(vat_line(960, "千克"))}, PASS, ""),
    ("LC145", {VAT: invoices(vat_line(600, "015"), vat_line(600, "条"))}, PASS, ""),
    ("LC145", {VAT: invoices(vat_line(600, "套"))}, HIT, ""),
    ("LC145", {VAT: invoices(vat_line(1200, "套"))}, HIT, ""),
    ("LC145", {VAT: invoices(vat_line(1199, "015"))}, HIT, ""),
    ("LC145", {VAT: invoices(vat_line(600, "015"), vat_line(600, "011"))}, HIT, ""),
    ("LC145", {VAT: invoices(vat_line(1200, "015", number=2))}, HIT, "uncovered"),
    ("LC145", {VAT: invoices(vat_line(None, "015"))}, NO_DATA, ""),
    ("LC145", {VAT: invoices(vat_line(1200, ""))}, NO_DATA, ""),
    ("LC145", {VAT: ()}, NO_DATA, ""),
    ("LC146", {f"{VAT}.0.amount": cny("31200"), **EIGHT}, PASS, ""),
    ("LC146", {f"{VAT}.0.amount": cny("31231.20"), **EIGHT}, PASS, ""),
    ("LC146", {f"{VAT}.0.amount": cny("31231.21"), **EIGHT}, HIT, ""),
    ("LC146", {f"{VAT}.0.amount": cny("20000"), **EIGHT}, HIT, ""),
    ("LC146", {f"{VAT}.0.amount": cny("20000"), MODE: BusinessMode.PURCHASE, **EIGHT}, PASS, ""),
    ("LC146", {f"{VAT}.0.amount": OLD, **EIGHT}, NO_DATA, ""),
    ("LC146", {TERM: "", **EIGHT}, NO_DATA, ""),
    ("LC146", {}, NO_DATA, ""),  # the clean order's CNY rate is too old to be used
    ("LC146", {VAT: (), **EIGHT}, NO_DATA, ""),
    ("LC147", {}, PASS, ""),
    ("LC147", {MODE: BusinessMode.PURCHASE}, PASS, ""),
    ("LC147", {MODE: BusinessMode.PURCHASE, f"{VAT}.0.amount": cny("31200")}, PASS, ""),
    ("LC147", {MODE: BusinessMode.PURCHASE, f"{VAT}.0.amount": cny("31200.04")}, HIT, ""),
    ("LC147", {MODE: BusinessMode.PURCHASE, f"{VAT}.0.amount": cny("19499")}, HIT, ""),
    ("LC147", {MODE: BusinessMode.PURCHASE, VAT: ()}, NO_DATA, ""),
    ("LC148", {}, PASS, ""),
    ("LC148", {f"{VAT}.0.seller_uscc": "91440399MAX0000153"}, HIT, ""),
    ("LC148", {f"{VAT}.0.seller_uscc": "91440399max000023x"}, PASS, ""),
    ("LC148", {f"{VAT}.0.seller_uscc": ""}, PASS, ""),
    ("LC148", {f"{VAT}.0.seller_uscc": "", f"{VAT}.0.seller": "惠州市另一家有限公司"}, HIT, ""),
    ("LC148", {f"{VAT}.0.seller_uscc": "", f"{VAT}.0.seller": ""}, NO_DATA, ""),
    ("LC148", {"order.declaration.header.producer_uscc": "NO"}, PASS, ""),
    ("LC148", {f"{VAT}.0.seller_uscc": "91440399MAX0000153", MODE: BusinessMode.AGENCY_EXPORT}, PASS, ""),
    ("LC148", {VAT: ()}, NO_DATA, ""),
    ("LC149", {}, NO_DATA, ""),
    ("LC149", {"order.receipts": (paid(3900, payer="Blu Precision Ltd"),)}, PASS, ""),
    ("LC149", {"order.receipts": (paid(3900), paid(1, payer="HARBOUR FUNDS LIMITED"))}, HIT, ""),
    ("LC149", {"order.receipts": (paid(1, payer="HARBOUR FUNDS LIMITED", third_party_statement=True),)}, PASS, ""),
    ("LC149", {"order.receipts": (paid(1, payer=""),)}, HIT, "unnamed"),
    ("LC149", {"order.receipts": (paid(1),), "order.contract": None}, PASS, ""),
    ("LC149", {"order.receipts": (paid(1),), "order.contract": None, "order.parties": ()}, NO_DATA, ""),
    ("LC150", {}, NO_DATA, ""),
    ("LC150", {"order.receipt_due_on": date(2026, 3, 8)}, PASS, ""),
    ("LC150", {**DUE, "order.receipts": (paid("3510"),)}, PASS, ""),
    ("LC150", {**DUE, "order.receipts": (paid("3509.99"),)}, HIT, ""),
    ("LC150", {**DUE, "order.receipts": (paid("2000"), paid("1900"))}, PASS, ""),
    ("LC150", {**DUE}, HIT, ""),
    ("LC150", {**DUE, "order.receipts": (paid("31200", "CNY"),), **EIGHT}, PASS, ""),
    ("LC150", {**DUE, "order.receipts": (paid("3900", "XXX"),)}, NO_DATA, ""),
    ("LC150", {**DUE, "order.receipts": (Receipt(number="R-1"),)}, NO_DATA, ""),
    ("LC150", {**DUE, "order.declaration.lines.0.total": None}, NO_DATA, ""),
]


@pytest.mark.parametrize(("check", "changes", "status", "code"), CASES)
def test_case(put, answer, check, changes, status, code):
    finding = answer(BY_ID[check], put(changes))
    assert (finding.status, finding.code) == (status, code), finding


def test_every_sentence_has_a_case():
    tried = {(check, code) for check, _, status, code in CASES if status is HIT}
    assert tried == {(check.card.id, code) for check in documents_money.CHECKS for code in check.card.sentences}


def test_clean_order_costs_nothing(clean_facts):
    policy = default_policy([check.card for check in documents_money.CHECKS])
    for finding in run_checks(documents_money.CHECKS, clean_facts, policy):
        assert finding.status in (PASS, NO_DATA), finding
        assert finding.status is PASS or policy.checks[finding.check].no_data_points == 0


FREIGHT = {"freight_mark": "3", "freight_rate": Decimal(300), "freight_currency": "USD"}
INSURANCE = {"insurance_mark": "1", "insurance_rate": Decimal("0.5")}


@pytest.mark.parametrize(
    ("header", "fob"),
    [
        ({"trade_term": "3"}, "3900"),
        ({"trade_term": "7"}, "3900"),
        ({"trade_term": "1", **FREIGHT, **INSURANCE}, "3580.5"),
        ({"trade_term": "2", **FREIGHT, **INSURANCE}, "3600"),
        ({"trade_term": "2", "freight_mark": "1", "freight_rate": Decimal(10)}, "3510"),
        (
            {"trade_term": "2", "freight_mark": "2", "freight_rate": Decimal(100), "freight_currency": "USD"},
            "3799",
        ),
        ({"trade_term": "4", **INSURANCE}, "3880.5"),
        ({"trade_term": "3", **FREIGHT}, "3900"),
        (
            {
                "trade_term": "3",
                "other_charges_mark": "3",
                "other_charges_rate": Decimal(-20),
                "other_charges_currency": "USD",
            },
            "3920",
        ),
        ({"trade_term": "1", **FREIGHT}, None),
        ({"trade_term": "2"}, None),
        ({"trade_term": "2", **FREIGHT, "freight_currency": "XXX"}, None),
        ({"trade_term": ""}, None),
        ({"trade_term": "5"}, None),
    ],
)
def test_fob(put, header, fob):
    changed = put({f"order.declaration.header.{name}": value for name, value in header.items()})
    assert fob_usd(changed) == (None if fob is None else Decimal(fob))


def test_the_rate_of_the_sales_day_or_of_the_month(reference):
    rates = [
        (date(2026, 2, 27), Decimal("0.1")),
        (date(2026, 3, 2), Decimal("0.125")),
        (date(2026, 3, 9), Decimal("0.2")),
    ]
    rated = replace(reference, rates={"CNY": rates})
    assert cny_for_one_usd(rated, date(2026, 3, 10)) == 5
    assert cny_for_one_usd(rated, date(2026, 3, 10), month_start=True) == 8
    # nothing published yet in March: the last rate before it
    assert cny_for_one_usd(rated, date(2026, 3, 1), month_start=True) == 10
    assert cny_for_one_usd(replace(reference, rates={}), date(2026, 3, 1)) is None


def test_an_unknown_choice_of_rate_is_an_error(put):
    check = BY_ID["LC146"]
    policy = default_policy([check.card])
    setting = replace(policy.checks["LC146"], parameters={**check.card.parameters, "rate_day": "someday"})
    policy = replace(policy, checks={"LC146": setting})
    assert [finding.status for finding in run_checks((check,), put(EIGHT), policy)] == [ERROR]
