"""The free-on-board value of a declaration: its total less what the price term put into it (handbook 04 §3)."""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

from risk.charges import Charge, charge_amount, freight, insurance, other_charges
from risk.facts import OrderFacts
from risk.nouns.header import Header
from risk.nouns.money import Money
from risk.reference import Reference

INSIDE_THE_PRICE: Mapping[str, tuple[Callable[[Header], Charge], ...]] = {
    "1": (freight, insurance),
    "2": (freight,),
    "3": (),
    "4": (insurance,),
    "7": (),
}
"""Charges that a trade term (CIF, C&F, FOB, C&I, EXW) includes in the declared price."""


def fob_usd(facts: OrderFacts) -> Decimal | None:
    """FOB in USD; None when the total, the term, a charge inside the price or a rate is missing.

    Other charges count whenever they are declared; a negative one raises the value.
    """
    header, value = facts.order.declaration.header, facts.total_usd
    inside = INSIDE_THE_PRICE.get(header.trade_term)
    if value is None or inside is None:
        return None
    charges = [read(header) for read in inside]
    if header.other_charges_mark:
        charges.append(other_charges(header))
    fob = value
    for charge in charges:
        amount = charge_amount(charge, Money(value, "USD"), facts)
        if amount is None:
            return None
        fob -= amount
    return fob


def cny_for_one_usd(reference: Reference, on: date, month_start: bool = False) -> Decimal | None:
    """CNY for one USD: the rate in force on a day, or the first one published in that day's month.

    Which of the two a company applies is its own choice, binding for twelve months (handbook 04 §3).
    """
    rate = reference.usd_rate("CNY", on)
    if month_start:
        first = on.replace(day=1)
        rates = reference.rates.get("CNY", ())
        position = bisect_left(rates, first, key=lambda entry: entry[0])
        published = position < len(rates) and rates[position][0] <= on
        rate = rates[position][1] if published else reference.usd_rate("CNY", first)
    return None if not rate else 1 / rate
