"""`tradewarden worker`: judges orders in a process of its own."""

from typing import Annotated

import typer

from tradewarden.cli.signals import until_stopped
from tradewarden.heartbeat import process_name
from tradewarden.pipeline.batch import Worker
from tradewarden.setup import open_application
from tradewarden.worker import work


def worker(
    name: Annotated[
        str,
        typer.Option(
            "--name",
            help="Its name in audit and heartbeats, one for each; {host} becomes the machine's.",
        ),
    ] = "worker",
) -> None:
    """Judge orders until stopped (Ctrl-C or SIGTERM). 启动判定进程."""
    app = open_application()
    publish = bool(app.settings.kafka_servers)
    me = Worker(name=process_name(name), batch_size=app.settings.batch_size, publish=publish)
    until_stopped(lambda stop: work(app, me, stop))


def register(app: typer.Typer) -> None:
    app.command("worker")(worker)
