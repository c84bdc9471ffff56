"""`tradewarden worker`, `relay` and `scheduler`: the background processes of the production shape."""

from typing import Annotated

import typer

from integrations.kafka import connect_producer
from tradewarden.cli.signals import stop_on_signal
from tradewarden.errors import CannotStart
from tradewarden.pipeline.batch import Worker
from tradewarden.relay import relay
from tradewarden.scheduler import run
from tradewarden.setup import open_application
from tradewarden.worker import work


def worker(
    name: Annotated[
        str, typer.Option("--name", help="The actor of its audit entries; one name for each worker.")
    ] = "worker",
) -> None:
    """Judge orders until stopped (Ctrl-C or SIGTERM). 启动判定进程."""
    app = open_application()
    publish = bool(app.settings.kafka_servers)
    work(app, Worker(name=name, batch_size=app.settings.batch_size, publish=publish), stop_on_signal())


def relay_command() -> None:
    """Send decisions and alerts from the outbox to Kafka until stopped. 启动消息转发."""
    app = open_application()
    if not app.settings.kafka_servers:
        raise CannotStart("There is no broker to send to. Set TRADEWARDEN_KAFKA_SERVERS to host:port.")
    stop = stop_on_signal()
    with connect_producer(app.settings.kafka_servers) as producer:
        relay(app, producer, stop)


def scheduler() -> None:
    """Run the periodic jobs until stopped. 启动定时任务."""
    run(open_application(), stop_on_signal())


def register(app: typer.Typer) -> None:
    app.command("worker")(worker)
    app.command("relay")(relay_command)
    app.command("scheduler")(scheduler)
