"""Personal data as a role may see it. Lists always mask; the page of one record shows more to those who judge it."""

from tradewarden.auth.permissions import Role

UNMASKED_ON_RECORD = frozenset({Role.RISK_OFFICER, Role.RISK_MANAGER})


def identity_number(value: str) -> str:
    """First three and last two characters: enough to tell two persons apart, not enough to use."""
    return masked(value, head=3, tail=2)


def phone(value: str) -> str:
    return masked(value, head=3, tail=3)


def bank_account(value: str) -> str:
    return masked(value, head=0, tail=4)


def masked(value: str, *, head: int, tail: int) -> str:
    """`value` with its middle as asterisks; a value too short to keep anything secret is masked whole."""
    if len(value) < head + tail + 4:
        return "*" * len(value)
    return value[:head] + "*" * (len(value) - head - tail) + value[len(value) - tail :]


def sees_personal_data(role: str) -> bool:
    """Whether the role sees identity numbers, phones and accounts in full on the page of one record."""
    return role in UNMASKED_ON_RECORD
