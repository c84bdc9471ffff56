"""Charges: complete or not, and their amount in the currency of the goods value."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from risk.charges import Charge, charge_amount
from risk.declared_value import declared_total
from risk.nouns.money import Money

FREIGHT_MARKS, INSURANCE_MARKS = ("2", "3"), ("3",)


def charge(text, marks=FREIGHT_MARKS):
    mark, rate, currency = text.split("/")
    return Charge(mark, Decimal(rate) if rate else None, currency, marks)


@pytest.fixture
def facts(clean_facts):
    """The clean facts (gross 1,010 kg) with 1 CNY = 0.14 USD and 1 EUR = 1.12 USD."""
    day = date(2026, 3, 2)
    rates = {"CNY": [(day, Decimal("0.14"))], "EUR": [(day, Decimal("1.12"))]}
    return replace(clean_facts, reference=replace(clean_facts.reference, rates=rates))


@pytest.mark.parametrize(
    ("text", "marks", "complete"),
    [
        ("1/0.3/", INSURANCE_MARKS, True),
        ("1//", INSURANCE_MARKS, False),
        ("2/60/USD", FREIGHT_MARKS, True),
        ("2/60/USD", INSURANCE_MARKS, False),
        ("3/1200/USD", FREIGHT_MARKS, True),
        ("3/1200/", FREIGHT_MARKS, False),
        ("3/0/USD", FREIGHT_MARKS, False),
        ("/1200/USD", FREIGHT_MARKS, False),
        ("//", FREIGHT_MARKS, False),
    ],
)
def test_complete(text, marks, complete):
    assert charge(text, marks).complete is complete


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1/0.3/", "11.7"),
        ("2/60/USD", "60.6"),
        ("2/60/CNY", "8.484"),
        ("3/1200/USD", "1200"),
        ("3/1000/EUR", "1120"),
        ("3/-20/USD", "-20"),
        ("3/1000/JPY", None),
        ("3//USD", None),
        ("9/10/USD", None),
        ("/10/USD", None),
    ],
)
def test_amount_in_usd(facts, text, amount):
    found = charge_amount(charge(text), Money(Decimal(3900), "USD"), facts)
    assert found == (None if amount is None else Decimal(amount))


def test_amount_crosses_two_rates(facts):
    assert charge_amount(charge("3/112/EUR"), Money(Decimal(3900), "CNY"), facts) == Decimal(896)


def test_the_text_shows_what_was_declared():
    assert charge("3/1200.50/USD").text == "3/1200.50/USD"
    assert charge("1//").text == "1//"
    assert charge("//").text == "-"


def test_declared_total(facts, revise):
    assert declared_total(facts) == Money(Decimal("3900.00"), "USD")
    line = facts.order.declaration.lines[0]
    mixed = revise(facts, declaration__lines=(line, replace(line, currency="EUR")))
    assert declared_total(mixed) == Money(Decimal("8268.0000"), "USD")
    assert declared_total(revise(facts, line__total=None)) is None
    assert declared_total(revise(facts, declaration__lines=())) is None
