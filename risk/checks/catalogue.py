"""The registry: every check there is, in the order of evidence."""

from risk.checks import container, fee_required, fee_values, identity, packing, price, price_history, weight
from risk.checks.card import Check

CHECKS: tuple[Check, ...] = (
    *identity.CHECKS,
    *weight.CHECKS,
    *packing.CHECKS,
    *container.CHECKS,
    *fee_required.CHECKS,
    *fee_values.CHECKS,
    *price.CHECKS,
    *price_history.CHECKS,
)

BY_ID = {check.card.id: check for check in CHECKS}
