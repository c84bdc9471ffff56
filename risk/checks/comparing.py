"""What the checks that compare papers share: first difference, missing facts, distances, numbers as written."""

from collections.abc import Iterable
from decimal import Decimal

from risk.findings import PASS, Verdict, no_data

SHOWN = 60
"""Characters of a name that go into a sentence."""

ZERO = Decimal(0)
CENT = Decimal("0.01")
"""Step to which shares and percentages are rounded in evidence."""


def first_or_missing(problems: Iterable[Verdict], missing: Iterable[str]) -> Verdict:
    """The first problem; without one `no_data` for what is missing; else a pass. Missing never hides a problem."""
    found = next(iter(problems), None)
    if found is not None:
        return found
    lacking = tuple(missing)
    return no_data(*lacking) if lacking else PASS


def percent_apart(base: Decimal, other: Decimal) -> Decimal:
    """The difference in percent of `base`; a difference from zero counts as 100 %."""
    if base == other:
        return ZERO
    return Decimal(100) if base == 0 else abs(base - other) / abs(base) * 100


def as_written(numbers: Iterable[str]) -> frozenset[str]:
    """Container or seal numbers without the case, spaces, hyphens and slashes that people put into them."""
    stripped = [
        number.upper() if number.isalnum() else number.upper().replace(" ", "").replace("-", "").replace("/", "")
        for number in numbers
    ]
    return frozenset([number for number in stripped if number])
