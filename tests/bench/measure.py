"""How the benchmarks measure: wall time per call after a warm-up, percentiles, and rows that name their floor."""

import time
from collections.abc import Callable, Sequence


def timed(work: Callable[[], object], repeat: int, warm_up: int = 20) -> list[float]:
    """Seconds of each of `repeat` calls, after `warm_up` calls that do not count."""
    for _ in range(warm_up):
        work()
    seconds = []
    for _ in range(repeat):
        begin = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begin)
    return seconds


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def row(name: str, seconds: Sequence[float], items_per_call: int = 1, floor: float | None = None) -> float:
    """Print rate and percentiles of one measurement; returns the median seconds per item."""
    median = percentile(seconds, 0.5) / items_per_call
    p95, p99 = (percentile(seconds, share) / items_per_call for share in (0.95, 0.99))
    ratio = f"   {median / floor:6.1f} x floor" if floor else ""
    print(
        f"{name:<46} {1 / median:>12,.0f} /s   p50 {median * 1e6:>9,.1f} us"
        f"   p95 {p95 * 1e6:>9,.1f} us   p99 {p99 * 1e6:>9,.1f} us{ratio}"
    )
    return median
