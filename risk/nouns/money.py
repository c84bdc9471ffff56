"""Money: an exact amount that never travels without its currency."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217 alpha-3). Amounts in different currencies do not add.

    >>> Money(Decimal("1.10"), "USD") + Money(Decimal("2"), "USD")
    Money(amount=Decimal('3.10'), currency='USD')
    """

    amount: Decimal
    currency: str

    def __add__(self, other: "Money") -> "Money":
        """Raises ValueError when the currencies differ."""
        if other.currency != self.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}: convert one of them first")
        return Money(self.amount + other.amount, self.currency)
