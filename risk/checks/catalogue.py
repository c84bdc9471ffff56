"""The registry: every check there is, in the order of evidence."""

from risk.checks import (
    client_volume,
    container,
    dates,
    documents_goods,
    documents_money,
    duties,
    fee_required,
    fee_values,
    identity,
    listed,
    loading,
    packing,
    price,
    price_history,
    weight,
)
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
    *dates.CHECKS,
    *documents_goods.CHECKS,
    *documents_money.CHECKS,
    *client_volume.CHECKS,
    *loading.CHECKS,
    *listed.CHECKS,
    *duties.CHECKS,
)

BY_ID = {check.card.id: check for check in CHECKS}
