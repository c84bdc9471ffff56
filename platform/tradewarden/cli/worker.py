"""`tradewarden worker`: judges orders in a process of its own."""

from enum import StrEnum
from typing import Annotated

import typer

from databases.inbox import Lane
from tradewarden.cli.signals import until_stopped
from tradewarden.heartbeat import process_name
from tradewarden.pipeline.apply import LANES, Worker
from tradewarden.setup import open_application
from tradewarden.streams import open_lanes
from tradewarden.worker import work


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
    lanes = open_lanes(app, me)
    until_stopped(lambda stop: work(app, me, stop, lanes=lanes))


def register(app: typer.Typer) -> None:
    app.command("worker")(worker)
