"""Named places where the self-test kills the process it runs in (kill -9), to prove that nothing is lost by it.

`reach` does nothing unless `arm` was called in this very process by code; no setting and no request can arm it. A step
is marked by two calls, one before and one after it, so that an odd hit dies before the step and an even one after it.
"""

import os
import signal
from collections.abc import Callable
from typing import Literal, get_args

FailPoint = Literal["poll", "begin", "apply", "audit", "offset", "commit", "kafka_commit", "outbox_send"]
FAIL_POINTS: tuple[FailPoint, ...] = get_args(FailPoint)

_armed: dict[FailPoint, int] = {}
_announce: list[Callable[[FailPoint], None]] = []


def reach(name: FailPoint) -> None:
    """Mark that `name` is reached; kills this process at the hit it was armed for."""
    if not _armed or name not in _armed:
        return
    _armed[name] -= 1
    if _armed[name] > 0:
        return
    for announce in _announce:
        announce(name)
    os.kill(os.getpid(), signal.SIGKILL)


def arm(name: FailPoint, hits: int, announce: Callable[[FailPoint], None] | None = None) -> None:
    """Kill this process when `name` is reached the `hits`-th time; `announce` is told just before.

    Raises ValueError for a name there is no such place for, or fewer than one hit.
    """
    if name not in FAIL_POINTS or hits < 1:
        raise ValueError(f"No fail point {name!r} with {hits} hits; known are {', '.join(FAIL_POINTS)}, hits from 1.")
    _armed[name] = hits
    if announce:
        _announce.append(announce)


def disarm() -> None:
    """Forget what was armed."""
    _armed.clear()
    _announce.clear()
