"""What several checks need, worked out once: indexes over reference data, and answers about one order.

Reference data are frozen and heavy and serve thousands of orders; a check must not walk them for every line. Both are
found again by the identity of what they were made from.
"""

from collections.abc import Callable
from typing import TypeVar

Source = TypeVar("Source")
Index = TypeVar("Index")


def once_per_object(build: Callable[[Source], Index], keep: int = 8) -> Callable[[Source], Index]:
    """`build` with a memory of its last `keep` sources. A source must not change after its first use."""
    made: dict[int, tuple[Source, Index]] = {}

    def index(source: Source) -> Index:
        known = made.get(id(source))
        if known is not None and known[0] is source:  # the id of a vanished object may come back
            return known[1]
        fresh = build(source)
        for oldest in list(made)[: max(0, len(made) - keep + 1)]:
            made.pop(oldest, None)
        made[id(source)] = (source, fresh)
        return fresh

    return index


def once_per_order(build: Callable[[Source], Index]) -> Callable[[Source], Index]:
    """`build` with a memory of the order facts it was asked about last: the checks of a judgement follow each other."""
    latest: tuple[Source, Index] | None = None

    def shared(source: Source) -> Index:
        nonlocal latest
        known = latest
        if known is not None and known[0] is source:
            return known[1]
        fresh = build(source)
        latest = (source, fresh)
        return fresh

    return shared
