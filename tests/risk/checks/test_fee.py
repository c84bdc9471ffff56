"""Cases of the fee checks: check, changes to the clean order, expected status and sentence code.

`fees(direction, term, freight, insurance, other)` writes charges as "mark/number/currency".
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from risk.checks import fee_required, fee_values
from risk.findings import Status
from risk.judge import run_checks
from risk.policy_default import default_policy

PASS, HIT, NO_DATA = Status.PASS, Status.HIT, Status.NO_DATA
CHECKS = (*fee_required.CHECKS, *fee_values.CHECKS)
BY_ID = {check.card.id: check for check in CHECKS}


@pytest.fixture(scope="module")
def clean_facts(clean_facts):
    """The clean facts with rates of the week: 1 CNY = 0.14 USD, 1 EUR = 1.10 USD, none for JPY."""
    day = date(2026, 3, 2)
    rates = {"CNY": [(day, Decimal("0.14"))], "EUR": [(day, Decimal("1.10"))]}
    return replace(clean_facts, reference=replace(clean_facts.reference, rates=rates))


def fees(direction, term, freight="", insurance="", other="", **more):
    changes = {"header__direction": direction, "header__trade_term": term}
    for name, text in (("freight", freight), ("insurance", insurance), ("other_charges", other)):
        mark, rate, currency = text.split("/") if text else ("", "", "")
        changes[f"header__{name}_mark"] = mark
        changes[f"header__{name}_rate"] = Decimal(rate) if rate else None
        changes[f"header__{name}_currency"] = currency
    return changes | more


USD1200, RATE = "3/1200/USD", "1/0.3/"
EURO_LINE = {"line__currency": "EUR"}

CASES = [
    ("LC031", fees("I", "1"), PASS, ""),
    ("LC031", fees("I", "1", USD1200), HIT, ""),
    ("LC031", fees("I", "1", "", RATE), HIT, ""),
    ("LC031", fees("E", "1", USD1200), PASS, ""),
    ("LC031", fees("I", "2", USD1200), PASS, ""),
    ("LC031", fees("I", ""), NO_DATA, ""),
    ("LC032", fees("I", "2", "", RATE), PASS, ""),
    ("LC032", fees("I", "2", "", "3/40/USD"), PASS, ""),
    ("LC032", fees("I", "2"), HIT, ""),
    ("LC032", fees("I", "2", "", "3/40/"), HIT, ""),
    ("LC032", fees("I", "2", "", "2/40/USD"), HIT, ""),
    ("LC032", fees("I", "2", "", "1//"), HIT, ""),
    ("LC032", fees("I", ""), NO_DATA, ""),
    ("LC033", fees("I", "3", USD1200, RATE), PASS, ""),
    ("LC033", fees("I", "3", "2/60/USD", RATE), PASS, ""),
    ("LC033", fees("I", "3", USD1200), HIT, "insurance"),
    ("LC033", fees("I", "3", "", RATE), HIT, "freight"),
    ("LC033", fees("I", "3"), HIT, ""),
    ("LC033", fees("E", "3"), PASS, ""),
    ("LC033", fees("", "3"), NO_DATA, ""),
    ("LC033", fees("I", ""), NO_DATA, ""),
    ("LC034", fees("I", "4", "3/800/USD"), PASS, ""),
    ("LC034", fees("I", "4"), HIT, ""),
    ("LC034", fees("I", "4", "9/800/USD"), HIT, ""),
    ("LC034", fees("I", ""), NO_DATA, ""),
    ("LC035", fees("I", "7", USD1200, RATE), PASS, ""),
    ("LC035", fees("I", "7"), HIT, ""),
    ("LC035", fees("I", "7", USD1200), HIT, "insurance"),
    ("LC035", fees("I", "7", "", RATE), HIT, "freight"),
    ("LC035", fees("I", ""), NO_DATA, ""),
    ("LC036", fees("E", "1", "3/2000/USD", RATE), PASS, ""),
    ("LC036", fees("E", "1", "", RATE), HIT, "freight"),
    ("LC036", fees("E", "1", USD1200), HIT, "insurance"),
    ("LC036", fees("E", "1", "3/0/USD", "3/0/USD"), HIT, ""),
    ("LC036", fees("I", "1"), PASS, ""),
    ("LC036", fees("E", ""), NO_DATA, ""),
    ("LC037", fees("E", "2", "3/2000/USD"), PASS, ""),
    ("LC037", fees("E", "2", "3//USD"), HIT, ""),
    ("LC037", fees("E", ""), NO_DATA, ""),
    ("LC038", fees("E", "4", "", RATE), PASS, ""),
    ("LC038", fees("E", "4", USD1200), HIT, ""),
    ("LC038", fees("E", ""), NO_DATA, ""),
    ("LC039", {}, PASS, ""),
    ("LC039", fees("E", "3", USD1200), HIT, ""),
    ("LC039", fees("E", "3", "", "1//"), HIT, ""),
    ("LC039", fees("I", "3", USD1200), PASS, ""),
    ("LC039", fees("E", ""), NO_DATA, ""),
    ("LC040", fees("E", "7", "3/500/CNY"), PASS, ""),
    ("LC040", fees("E", "7"), HIT, ""),
    ("LC040", fees("E", "3"), PASS, ""),
    ("LC040", fees("E", ""), NO_DATA, ""),
    ("LC041", {}, PASS, ""),
    ("LC041", fees("E", "1", USD1200, RATE), PASS, ""),
    ("LC041", fees("E", "1", "3/1200/"), HIT, ""),
    ("LC041", fees("E", "1", "2/60/"), HIT, ""),
    ("LC041", fees("E", "1", USD1200, "1/0.3/USD"), HIT, ""),
    ("LC041", fees("E", "3", "", "", "3/-20/"), HIT, ""),
    ("LC042", {}, PASS, ""),
    ("LC042", fees("E", "1", "1/0.0001/", "1/99/"), PASS, ""),
    ("LC042", fees("E", "1", "1/0.00009/"), HIT, ""),
    ("LC042", fees("E", "1", USD1200, "1/150/"), HIT, ""),
    ("LC042", fees("E", "1", "1/0/"), HIT, ""),
    ("LC042", fees("E", "1", "1/-5/"), HIT, ""),
    ("LC042", fees("E", "1", "", "", "1/-5/"), PASS, ""),
    ("LC042", fees("E", "1", "", "", "1/-99.1/"), HIT, ""),
    ("LC042", fees("E", "1", "3/150/USD"), PASS, ""),
    ("LC042", fees("E", "1", "1//"), NO_DATA, ""),
    ("LC042", fees("E", "1", "1//", "1/150/"), HIT, ""),
    ("LC043", {}, PASS, ""),
    ("LC043", fees("E", "1", "", "1/0.300/"), PASS, ""),
    ("LC043", fees("E", "1", "", "1/3/"), HIT, ""),
    ("LC043", fees("E", "1", "", "3/40/USD"), PASS, ""),
    ("LC043", fees("E", "1", "", "1//"), NO_DATA, ""),
    ("LC044", {}, PASS, ""),
    ("LC044", fees("E", "1", "3/1950/USD", RATE), PASS, ""),
    ("LC044", fees("E", "1", "3/1950.01/USD", RATE), HIT, ""),
    ("LC044", fees("E", "2", "1/51/"), HIT, ""),
    ("LC044", fees("E", "2", "1/50/"), PASS, ""),
    ("LC044", fees("E", "2", "2/2000/USD"), HIT, ""),
    ("LC044", fees("E", "2", "2/1900/USD"), PASS, ""),
    ("LC044", fees("E", "2", "3/14000/CNY"), HIT, ""),
    ("LC044", fees("E", "2", "3/13000/CNY"), PASS, ""),
    ("LC044", fees("E", "2", "3/0/USD"), HIT, "not_positive"),
    ("LC044", fees("E", "2", "3/-5/USD"), HIT, "not_positive"),
    ("LC044", fees("E", "4", "3/9999/USD"), PASS, ""),
    ("LC044", fees("E", "2"), NO_DATA, ""),
    ("LC044", fees("E", "2", "3/100/JPY"), NO_DATA, ""),
    ("LC044", fees("E", "2", USD1200, line__total=None), NO_DATA, ""),
    ("LC044", fees("E", "2", USD1200, line__total=Decimal(0)), NO_DATA, ""),
    ("LC044", fees("E", ""), NO_DATA, ""),
    ("LC045", {}, PASS, ""),
    ("LC045", fees("E", "1", "3/2000/USD", "3/120/USD"), PASS, ""),
    ("LC045", fees("E", "1", "3/3888.30/USD", RATE), HIT, ""),
    ("LC045", fees("E", "1", "3/3888.29/USD", RATE), PASS, ""),
    ("LC045", fees("E", "2", "3/4200/USD"), HIT, ""),
    ("LC045", fees("E", "2", "2/3900/USD"), HIT, ""),
    ("LC045", fees("E", "2", "3/28000/CNY"), HIT, ""),
    ("LC045", fees("E", "2", "3/27000/CNY"), PASS, ""),
    ("LC045", fees("E", "4", "3/9000/USD", RATE), PASS, ""),
    ("LC045", fees("E", "4", "", "3/3900/USD"), HIT, ""),
    ("LC045", fees("E", "2", "3/3000/USD", "", "3/900/USD"), HIT, ""),
    ("LC045", fees("E", "2", "3/3000/USD", "", "3/-900/USD"), HIT, ""),
    ("LC045", fees("E", "2", "3/3000/USD", "", "3/-899/USD"), PASS, ""),
    ("LC045", fees("E", "3", "3/9000/USD"), PASS, ""),
    ("LC045", fees("E", "1", USD1200), NO_DATA, ""),
    ("LC045", fees("E", "2", "3/100/JPY"), NO_DATA, ""),
    ("LC045", fees("E", "2", USD1200, "", "2/100/USD"), NO_DATA, ""),
    ("LC045", fees("E", "2", "2/60/USD", header__gross_weight_kg=None), NO_DATA, ""),
    ("LC045", fees("E", "2", USD1200, line__total=None), NO_DATA, ""),
    ("LC045", fees("E", ""), NO_DATA, ""),
]


@pytest.mark.parametrize(("check", "changes", "expected", "code"), CASES)
def test_fee(clean_facts, revise, answer, check, changes, expected, code):
    finding = answer(BY_ID[check], revise(clean_facts, **changes))
    assert (finding.status, finding.code) == (expected, code)


def test_every_sentence_is_tried():
    tried = {(check, code) for check, _, status, code in CASES if status is HIT}
    assert tried == {(check.card.id, code) for check in CHECKS for code in check.card.sentences}


@pytest.mark.parametrize(
    ("check", "changes", "seen"),
    [
        ("LC036", fees("E", "1", "", RATE), {"freight": "-", "insurance": "1/0.3/"}),
        ("LC041", fees("E", "1", "3/1E+3/"), {"freight": "3/1000/", "insurance": "-", "other": "-"}),
        ("LC042", fees("E", "1", "1/150/"), {"freight": "1/150/", "highest": Decimal(99)}),
        ("LC044", fees("E", "2", "2/2000/USD"), {"freight": Decimal("2020.00"), "share_percent": Decimal("51.79")}),
        (
            "LC045",
            fees("E", "2", "3/3000/USD", "", "3/-1000/USD"),
            {"fob": Decimal("-100.00"), "other": Decimal("1000.00"), "insurance": Decimal("0.00"), "currency": "USD"},
        ),
        ("LC045", fees("E", "2", "3/7800/EUR", **EURO_LINE), {"fob": Decimal("-3900.00"), "currency": "EUR"}),
    ],
)
def test_numbers_seen(clean_facts, revise, answer, check, changes, seen):
    shown = answer(BY_ID[check], revise(clean_facts, **changes)).seen
    assert {name: shown[name] for name in seen} == seen


def test_mixed_currencies_are_compared_in_usd(clean_facts, revise, answer):
    """3,900 USD and 3,900 EUR at 1.10 are 8,190 USD."""
    line = clean_facts.order.declaration.lines[0]
    lines = {"declaration__lines": (line, replace(line, line_number=2, currency="EUR"))}
    assert answer(BY_ID["LC045"], revise(clean_facts, **fees("E", "2", "3/8189/USD", **lines))).status is PASS
    seen = answer(BY_ID["LC045"], revise(clean_facts, **fees("E", "2", "3/8190/USD", **lines))).seen
    assert (seen["total"], seen["currency"]) == (Decimal(8190), "USD")


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        (fees("E", "2", "3/100/JPY"), "rates.JPY"),
        (fees("E", "2", "3/100/"), "header.freight_currency"),
        (fees("E", "2", "3//USD"), "header.freight_rate"),
        (fees("E", "1", USD1200, "2/1/USD"), "header.insurance_mark"),
        (fees("E", "2", "2/60/USD", header__gross_weight_kg=None), "header.gross_weight_kg"),
        (fees("E", "2", USD1200, "", "3/5/JPY"), "rates.JPY"),
    ],
)
def test_the_missing_fact_is_named(clean_facts, revise, answer, changes, missing):
    assert answer(BY_ID["LC045"], revise(clean_facts, **changes)).seen["missing"] == missing


def test_clean_order_costs_nothing(clean_facts):
    policy = default_policy([check.card for check in CHECKS])
    assert {finding.status for finding in run_checks(CHECKS, clean_facts, policy)} == {PASS}
