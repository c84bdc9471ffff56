"""Hard traffic without kills: duplicates, disorder, contradictions and poison, each by itself."""

from collections.abc import Callable

from tradewarden.selftest.lab import Lab
from tradewarden.selftest.places import Engine
from tradewarden.selftest.table import Row
from tradewarden.selftest.traffic import Sent, Trouble, all_poisons, today_in_utc

ORDERS = 40
CALM = Trouble(duplicates=0, revisions=0, cancellations=0, conflicts=0, poison=0, disorder=0)


def _duplicates(lab: Lab, case: str) -> list[Sent]:
    share = lab.rng(case).uniform(0.2, 0.3)
    return lab.traffic(case, ORDERS, Trouble(duplicates=share, conflicts=0, poison=0))


def _disorder(lab: Lab, case: str) -> list[Sent]:
    hard = Trouble(duplicates=0.1, revisions=0.6, cancellations=0.2, conflicts=0, poison=0, disorder=25)
    return lab.traffic(case, ORDERS, hard)


def _conflicts(lab: Lab, case: str) -> list[Sent]:
    return lab.traffic(case, ORDERS, Trouble(conflicts=0.25, poison=0))


def _poison(lab: Lab, case: str) -> list[Sent]:
    return all_poisons(f"{lab.seed} {case}", 2 * ORDERS, today_in_utc(lab.places.clock()))


TRAFFIC: tuple[tuple[str, Callable[[Lab, str], list[Sent]]], ...] = (
    ("duplicates", _duplicates),
    ("revisions and cancellations out of order", _disorder),
    ("another payload under the same id", _conflicts),
    ("poison of every kind", _poison),
)


def hard_traffic(lab: Lab, engine: Engine, case: str, make: Callable[[Lab, str], list[Sent]]) -> Row:
    """One kind of hard traffic through one worker."""
    stage = lab.stage(case, engine)
    stage.feed(make(lab, case))
    stage.drain()
    return stage.row(0)
