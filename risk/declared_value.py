"""The value of the goods in the currencies of the declaration, added up once for all checks that compare it."""

from decimal import Decimal

from risk.facts import OrderFacts
from risk.nouns.money import Money
from risk.once import once_per_order


@once_per_order
def currencies_and_total(facts: OrderFacts) -> tuple[tuple[str, ...], Decimal | None]:
    """The currencies of the lines and the sum of their totals; the sum is None as `Declaration.total` is."""
    currencies = facts.order.declaration.currencies
    return currencies, facts.order.declaration.total_in(currencies)


@once_per_order
def declared_total(facts: OrderFacts) -> Money | None:
    """The goods value in its one currency; in USD when lines mix currencies; None when it is not known."""
    currencies, total = currencies_and_total(facts)
    if total is not None:
        return Money(total, currencies[0])
    value = facts.total_usd
    return None if value is None else Money(value, "USD")
