"""Workers killed: at each named fail point, and at any moment."""

import signal
import time
from functools import partial
from itertools import pairwise

from tradewarden.failpoints import FailPoint
from tradewarden.selftest.lab import Lab, Stage
from tradewarden.selftest.places import Engine
from tradewarden.selftest.table import Row
from tradewarden.selftest.traffic import Sent

ORDERS_PER_KILL = 12
STRIKE_SECONDS = 30
BATCH = 8
MOST_HITS = 4


def killed_at(lab: Lab, engine: Engine, point: FailPoint, kills: int) -> Row:
    """A worker killed at one fail point again and again, each time continued under the same name."""
    case = f"worker killed at {point}"
    stage = lab.stage(case, engine)
    rng = lab.rng(f"{case} {engine}")
    for messages in shares(lab.traffic(case, ORDERS_PER_KILL * kills), kills):
        stage.feed(messages)
        child = stage.start(stage.task(fail_point=point, hits=rng.randint(1, MOST_HITS), batch_size=BATCH))
        if (status := child.wait(STRIKE_SECONDS)) != "killed":
            stage.problem(f"{point} was not reached: the worker was {status}")
            child.kill()
    stage.drain()
    return stage.row(stage.hits()[point])


def killed_anytime(lab: Lab, engine: Engine, kills: int) -> Row:
    """A worker killed from outside at a random moment while it has work."""
    case = "worker killed at any moment"
    stage = lab.stage(case, engine)
    rng = lab.rng(f"{case} {engine}")
    killed = 0
    for messages in shares(lab.traffic(case, 2 * ORDERS_PER_KILL * kills), kills):
        stage.feed(messages)
        child = stage.start(stage.task(batch_size=BATCH))
        full = stage.door.waiting()
        stage.until(partial(_less, stage, full), STRIKE_SECONDS)
        time.sleep(rng.uniform(0, 0.1))
        busy = stage.door.waiting() > 0
        child.send(signal.SIGKILL)
        killed += child.wait(10) == "killed" and busy
    stage.drain()
    return stage.row(killed)


def _less(stage: Stage, than: int) -> bool:
    return stage.door.waiting() < than


def shares(messages: list[Sent], pieces: int) -> list[list[Sent]]:
    """The messages in as many pieces, each about as long."""
    cuts = [len(messages) * piece // pieces for piece in range(pieces + 1)]
    return [messages[begin:end] for begin, end in pairwise(cuts)]
