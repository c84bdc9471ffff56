"""Order statistics over scaled integers: exact, and fast enough for a batch."""

from collections.abc import Sequence
from decimal import Decimal


def median(values: Sequence[int], places: int) -> Decimal | None:
    """The median of integers of 10^-places; the mean of the middle two when they are even; None of nothing."""
    if not values:
        return None
    return _middle(sorted(values)).scaleb(-places)


def median_of_sorted(ordered: Sequence[int], places: int) -> Decimal | None:
    """The same of values in order."""
    return _middle(ordered).scaleb(-places) if ordered else None


def _middle(ordered: Sequence[int]) -> Decimal:
    half = len(ordered) // 2
    if len(ordered) % 2:
        return Decimal(ordered[half])
    return Decimal(ordered[half - 1] + ordered[half]) / 2


def median_deviation(values: Sequence[int], places: int) -> Decimal | None:
    """The median absolute deviation from the median, unscaled as above; None of nothing."""
    if not values:
        return None
    # doubled, so that the mean of two middle values stays a whole number
    doubled = sorted(2 * value for value in values)
    centre = int(_middle(doubled))
    return (_middle(sorted(abs(value - centre) for value in doubled)) / 2).scaleb(-places)


def percentile(values: Sequence[int], percent: int, places: int) -> Decimal | None:
    """The nearest-rank percentile (1..99), unscaled as above; None of nothing."""
    if not values:
        return None
    rank = -(-percent * len(values) // 100)
    return Decimal(sorted(values)[max(rank, 1) - 1]).scaleb(-places)
