"""The registry: every check there is, in the order of evidence."""

from risk.checks import weight
from risk.checks.card import Check

CHECKS: tuple[Check, ...] = (*weight.CHECKS,)

BY_ID = {check.card.id: check for check in CHECKS}
