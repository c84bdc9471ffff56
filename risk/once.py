"""Indexes over shared reference data, built once for each container and found again by its identity.

Reference data are frozen and heavy and serve thousands of orders; a check must not walk them for every line.
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
