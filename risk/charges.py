"""Freight, insurance and other charges of a declaration: complete or not, and what they come to (handbook 04 §3).

A mark says how the number is meant: 1 percent of the goods value, 2 amount per tonne of gross weight, 3 amount.
"""

from decimal import Decimal
from typing import NamedTuple

from risk.facts import OrderFacts
from risk.nouns.header import Header
from risk.nouns.money import Money


class Charge(NamedTuple):
    """One charge of the header as declared; prints as mark/number/currency, e.g. 3/1200/USD."""

    mark: str
    rate: Decimal | None
    currency: str
    amount_marks: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """A positive rate, or a positive amount with its currency, under a mark this charge may carry."""
        if self.rate is None or self.rate <= 0:
            return False
        return self.mark == "1" or (self.mark in self.amount_marks and self.currency != "")

    @property
    def text(self) -> str:
        """What was declared; "-" when nothing was."""
        rate = "" if self.rate is None else format(self.rate, "f")
        return f"{self.mark}/{rate}/{self.currency}" if self.mark or rate or self.currency else "-"


def freight(header: Header) -> Charge:
    return Charge(header.freight_mark, header.freight_rate, header.freight_currency, ("2", "3"))


def insurance(header: Header) -> Charge:
    return Charge(header.insurance_mark, header.insurance_rate, header.insurance_currency, ("3",))


def other_charges(header: Header) -> Charge:
    mark, rate, currency = header.other_charges_mark, header.other_charges_rate, header.other_charges_currency
    return Charge(mark, rate, currency, ("3",))


def charge_lacks(charge: Charge, element: str, facts: OrderFacts) -> str:
    """Which fact keeps `charge_amount` from an answer; `element` is the charge's name in the header."""
    if charge.mark != "1" and charge.mark not in charge.amount_marks:
        return f"header.{element}_mark"
    if charge.rate is None:
        return f"header.{element}_rate"
    if charge.mark == "2" and facts.order.declaration.header.gross_weight_kg is None:
        return "header.gross_weight_kg"
    return f"rates.{charge.currency}" if charge.currency else f"header.{element}_currency"


def charge_amount(charge: Charge, total: Money, facts: OrderFacts) -> Decimal | None:
    """What a charge comes to in the currency of `total`; None when a number, the weight or a rate of exchange lacks."""
    if charge.rate is None:
        return None
    if charge.mark == "1":
        return total.amount * charge.rate / 100
    if charge.mark not in charge.amount_marks:
        return None
    amount = charge.rate
    if charge.mark == "2":
        gross = facts.order.declaration.header.gross_weight_kg
        if gross is None:
            return None
        amount = charge.rate * gross / 1000
    return _exchanged(Money(amount, charge.currency), total.currency, facts)


def _exchanged(money: Money, currency: str, facts: OrderFacts) -> Decimal | None:
    if money.currency == currency:
        return money.amount
    own = facts.reference.usd_rate(money.currency, facts.declared_on)
    wanted = facts.reference.usd_rate(currency, facts.declared_on)
    return None if own is None or not wanted else money.amount * own / wanted
