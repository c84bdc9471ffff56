"""Order statistics over scaled integers: exact, and fast enough for a batch."""

from collections.abc import Sequence
from decimal import Decimal


def median(values: Sequence[int], places: int) -> Decimal | None:
    """The median of integers of 10^-places; the mean of the middle two when they are even; None of nothing."""
    return median_of_sorted(sorted(values), places)


def median_of_sorted(ordered: Sequence[int], places: int) -> Decimal | None:
    """The same of values in order."""
    return _middle(ordered).scaleb(-places) if ordered else None


def _middle(ordered: Sequence[int]) -> Decimal:
    half = len(ordered) // 2
    if len(ordered) % 2:
        return Decimal(ordered[half])
    return Decimal(ordered[half - 1] + ordered[half]) / 2


def median_deviation_of_sorted(ordered: Sequence[int], places: int) -> Decimal | None:
    """The median absolute deviation from the median of values in order, unscaled as above; None of nothing."""
    if not ordered:
        return None
    half, odd = divmod(len(ordered), 2)
    # doubled, so that the mean of two middle values stays a whole number
    centre = 2 * ordered[half] if odd else ordered[half - 1] + ordered[half]
    return (_middle(sorted([abs(2 * value - centre) for value in ordered])) / 2).scaleb(-places)


def percentile_of_sorted(ordered: Sequence[int], percent: int, places: int) -> Decimal | None:
    """The nearest-rank percentile (1..99) of values in order, unscaled as above; None of nothing."""
    if not ordered:
        return None
    rank = -(-percent * len(ordered) // 100)
    return Decimal(ordered[max(rank, 1) - 1]).scaleb(-places)
