"""Status feeds beside the orders: workers killed between them, and their own duplicates, disorder and poison."""

from collections.abc import Sequence
from itertools import cycle

from tradewarden.failpoints import FailPoint
from tradewarden.selftest.case_workers import BATCH, STRIKE_SECONDS, shares
from tradewarden.selftest.lab import Lab
from tradewarden.selftest.news import with_news
from tradewarden.selftest.places import Engine
from tradewarden.selftest.table import Row
from tradewarden.selftest.traffic import Sent, Trouble

ORDERS_PER_KILL = 8
MOST_HITS = 2
ORDERS = 25
KILLED = "status feeds, worker killed"
HARD = "status feeds out of order, doubled, contradicted, poisoned"
TROUBLE = Trouble(duplicates=0.25, conflicts=0.1, poison=0.15)


def feeds_killed(lab: Lab, engine: Engine, points: Sequence[FailPoint], kills: int) -> Row:
    """A worker killed at one fail point after the other while orders and news of them come in together."""
    stage = lab.stage(KILLED, engine)
    rng = lab.rng(f"{KILLED} {engine}")
    messages = _mixed(lab, KILLED, ORDERS_PER_KILL * kills, Trouble())
    for part, point in zip(shares(messages, kills), cycle(points), strict=False):
        stage.feed(part)
        child = stage.start(stage.task(fail_point=point, hits=rng.randint(1, MOST_HITS), batch_size=BATCH))
        if (status := child.wait(STRIKE_SECONDS)) != "killed":
            stage.problem(f"{point} was not reached: the worker was {status}")
            child.kill()
    stage.drain()
    return stage.row(sum(stage.hits().values()))


def hard_feeds(lab: Lab, engine: Engine) -> Row:
    """Hard news through one worker, the orders among them as well."""
    stage = lab.stage(HARD, engine)
    stage.feed(_mixed(lab, HARD, ORDERS, TROUBLE))
    stage.drain()
    return stage.row(0)


def _mixed(lab: Lab, case: str, orders: int, trouble: Trouble) -> list[Sent]:
    now = lab.places.clock()
    return with_news(f"{lab.seed} {case}", lab.traffic(case, orders, trouble), now, trouble)
