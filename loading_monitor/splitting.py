"""The splitting detector: several small orders that are one large order (handbook 08 §1).

Orders of one client to one buyer with goods of one eight-digit code within a few days count together; otherwise the
value border of large orders could be evaded by writing smaller ones.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from risk.facts import OrderFacts
from risk.nouns.order import Order
from risk.nouns.parties import Role
from risk.party_names import spelling


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierOrder:
    """What the detector must know of another order of the same client. `hs8` are its eight-digit codes."""

    order_id: str
    buyer: str
    hs8: frozenset[str]
    value_usd: Decimal
    declared_on: date


def split_total(facts: OrderFacts, earlier: Iterable[EarlierOrder], days: int) -> Decimal:
    """USD of this order and of those that belong to it: same buyer, a shared code, within `days` days around it.

    An order without a known value counts as nothing here; the class of such an order is decided by that fact alone.
    """
    order, today = facts.order, facts.declared_on
    buyer = spelling(buyer_name(order))
    hs8 = {line.hs_code[:8] for line in order.declaration.lines if line.hs_code}
    total = facts.total_usd or Decimal(0)
    for other in earlier:
        near = abs(other.declared_on - today) < timedelta(days=days)
        if other.order_id != order.order_id and near and spelling(other.buyer) == buyer and hs8 & other.hs8:
            total += other.value_usd
    return total


def buyer_name(order: Order) -> str:
    """The overseas buyer: the party in that role, else the contract's, else the consignee declared."""
    party = order.party(Role.BUYER)
    if party is not None and party.name:
        return party.name
    if order.contract is not None and order.contract.buyer:
        return order.contract.buyer
    return order.declaration.header.overseas_consignee_name
