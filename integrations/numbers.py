"""Exact numbers out of text: no binary floats, no special values, and bounds that every database column holds."""

import re
from decimal import Decimal

DIGITS = 20
PLACES = 12
EXPECTED_DECIMAL = f"a decimal number such as 12.50, at most {DIGITS} digits before and {PLACES} after the point"
EXPECTED_INTEGER = "a whole number of at most 15 digits"
_DECIMAL = re.compile(rf"[+-]?\d{{1,{DIGITS}}}(\.\d{{1,{PLACES}}})?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,15}", re.ASCII)


def decimal_of(text: str) -> Decimal:
    """The number written in `text`, digits kept. Raises ValueError for anything else, exponents included."""
    text = text.strip()
    if not _DECIMAL.fullmatch(text):
        raise ValueError(EXPECTED_DECIMAL)
    return Decimal(text)


def integer_of(text: str) -> int:
    """The whole number written in `text`. Raises ValueError for anything else."""
    text = text.strip()
    if not _INTEGER.fullmatch(text):
        raise ValueError(EXPECTED_INTEGER)
    return int(text)
