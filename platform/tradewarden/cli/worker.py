"""`tradewarden worker`: judges orders in a process of its own."""

import gc
import sys
import threading
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

import typer

from databases.inbox import Lane
from tradewarden.claim import Claim, Life
from tradewarden.cli.signals import until_stopped
from tradewarden.hands import hands_of, work_together
from tradewarden.heartbeat import process_name
from tradewarden.pipeline.apply import LANES, Worker
from tradewarden.setup import open_application
from tradewarden.streams import open_lanes
from tradewarden.wiring import Application

YOUNG_OBJECTS = 100_000
"""So many new objects before the collector looks for cycles: more than the batches in hand are made of.

By default (700) it walks every batch dozens of times while it is judged, a tenth of all CPU time, and finds nothing:
what a batch leaves behind is freed without it. What it must find can't grow above this number.
"""

SWITCH_SECONDS = 0.001
"""How long a hand computes before another one may: one that got its answer from the database waits that long."""


class LaneChoice(StrEnum):
    """What `--lane` takes."""

    LIVE = "live"
    BULK = "bulk"
    ALL = "all"


CHOSEN: dict[LaneChoice, tuple[Lane, ...]] = {
    LaneChoice.LIVE: ("live",),
    LaneChoice.BULK: ("bulk",),
    LaneChoice.ALL: LANES,
}


def worker(
    name: Annotated[
        str,
        typer.Option(
            "--name",
            help="Its name in audit and heartbeats, one for each; {host} becomes the machine's.",
        ),
    ] = "worker",
    lane: Annotated[
        LaneChoice,
        typer.Option("--lane", help="Which orders: live ones, bulk imports, or both with live ones first."),
    ] = LaneChoice.ALL,
) -> None:
    """Judge orders from the inbox and from Kafka until stopped (Ctrl-C or SIGTERM). 启动判定进程."""
    app = open_application()
    me = Worker(
        name=process_name(name),
        batch_size=app.settings.batch_size,
        lanes=CHOSEN[lane],
        publish=bool(app.settings.kafka_servers),
    )
    gc.set_threshold(YOUNG_OBJECTS)
    until_stopped(lambda stop: _work(app, me, stop))


def _work(app: Application, me: Worker, stop: threading.Event) -> None:
    hands = hands_of(app, me)
    if len(hands) > 1:
        sys.setswitchinterval(SWITCH_SECONDS)
    lease = timedelta(seconds=app.settings.lease_seconds)
    started_at = Claim(app, [hand.name for hand in hands], Life(lease, lease)).take(stop)
    if started_at is not None:
        work_together(app, [open_lanes(app, hand, started_at) for hand in hands], stop)


def register(app: typer.Typer) -> None:
    app.command("worker")(worker)
