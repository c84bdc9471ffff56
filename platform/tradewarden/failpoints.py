"""Named places where the self-test kills (or holds) the process it runs in, to prove that nothing is lost by it.

`reach` does nothing unless `arm` was called in this very process by code; no setting and no request can arm it. A step
is marked by two calls, one before and one after it, so that an odd hit dies before the step and an even one after it.
"""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

FailPoint = Literal["poll", "begin", "apply", "audit", "offset", "commit", "kafka_commit", "outbox_send"]
SETTLE_SECONDS = 0.1
FAIL_POINTS: tuple[FailPoint, ...] = get_args(FailPoint)


@dataclass(slots=True)
class _Armed:
    hits: int
    signal_number: signal.Signals
    announce: Callable[[FailPoint], None]


_armed: dict[FailPoint, _Armed] = {}


def reach(name: FailPoint) -> None:
    """Mark that `name` is reached; at the hit it was armed for, this process gets the signal."""
    if not _armed or name not in _armed:
        return
    armed = _armed[name]
    armed.hits -= 1
    if armed.hits == 0:
        del _armed[name]
        armed.announce(name)
        os.kill(os.getpid(), armed.signal_number)
        # another thread may be the one that takes the signal; this one must not get past its place meanwhile
        time.sleep(SETTLE_SECONDS)


def arm(
    name: FailPoint,
    hits: int,
    announce: Callable[[FailPoint], None] = lambda _: None,
    signal_number: signal.Signals = signal.SIGKILL,
) -> None:
    """Send this process `signal_number` when `name` is reached the `hits`-th time; `announce` is told just before.

    SIGKILL ends it there, SIGSTOP holds it until SIGCONT. Raises ValueError for a name there is no such place for, or
    fewer than one hit.
    """
    if name not in FAIL_POINTS or hits < 1:
        raise ValueError(f"No fail point {name!r} with {hits} hits; known are {', '.join(FAIL_POINTS)}, hits from 1.")
    _armed[name] = _Armed(hits, signal_number, announce)


def disarm() -> None:
    """Forget what was armed."""
    _armed.clear()
