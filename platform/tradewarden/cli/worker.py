"""`tradewarden worker`: judge orders in a process of its own."""

import signal
import threading
from types import FrameType
from typing import Annotated

import typer

from tradewarden.pipeline.batch import Worker
from tradewarden.setup import open_application
from tradewarden.worker import work


def worker(
    name: Annotated[
        str, typer.Option("--name", help="The actor of its audit entries; one name for each worker.")
    ] = "worker",
) -> None:
    """Work the inbox off until stopped (Ctrl-C or SIGTERM). 启动判定进程."""
    app = open_application()
    stop = threading.Event()

    def finish(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, finish)
    signal.signal(signal.SIGINT, finish)
    publish = bool(app.settings.kafka_servers)
    work(app, Worker(name=name, batch_size=app.settings.batch_size, publish=publish), stop)


def register(app: typer.Typer) -> None:
    app.command("worker")(worker)
