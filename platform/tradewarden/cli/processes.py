"""`tradewarden relay`, `scheduler` and `health`: the processes without a port, and how they are."""

from typing import Annotated

import typer

from databases.streams import ENDED
from integrations.kafka import connect_producer
from tradewarden.cli.output import JsonOption, counted, emit, table, warn
from tradewarden.cli.signals import until_stopped
from tradewarden.errors import CannotDo, CannotStart
from tradewarden.heartbeat import Health, health_of, process_name
from tradewarden.relay import Relay
from tradewarden.scheduler import run
from tradewarden.setup import open_application

NameOption = typer.Option("--name", help="Its name in heartbeats and audit; {host} becomes the machine's.")


def relay(
    name: Annotated[str, NameOption] = "relay",
    again: Annotated[
        bool, typer.Option("--again", help="First put messages that were set aside back in line.")
    ] = False,
) -> None:
    """Send decisions and alerts from the outbox to Kafka until stopped. 启动消息转发."""
    app = open_application()
    servers = app.settings.kafka_servers
    if not servers:
        raise CannotStart("There is no broker to send to. Set TRADEWARDEN_KAFKA_SERVERS to host:port.")
    if again:
        with app.database.writing() as uow:
            warn(f"Set aside and back in line: {counted(uow.outbox.try_again(), 'message')}.")
    until_stopped(lambda stop: Relay(app, lambda: connect_producer(servers), stop, process_name(name)).run())


def scheduler(name: Annotated[str, NameOption] = "scheduler") -> None:
    """Run the periodic jobs until stopped. 启动定时任务."""
    app = open_application()
    until_stopped(lambda stop: run(app, stop, process_name(name)))


def health(
    name: Annotated[str, typer.Argument(help="One process; without it all that have not ended.")] = "",
    alive: Annotated[
        bool, typer.Option("--alive", help="Only ask whether it lives, not whether it does its work.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """How the processes without a port are, by their heartbeats: 0 well, 1 not well, 2 can't be told. 进程健康."""
    app = open_application()
    with app.database.reading() as uow:
        workers = uow.streams.workers()
    asked = process_name(name)
    known = [health_of(worker, app.clock()) for worker in workers if worker.name == asked or not asked]
    if asked and not known:
        raise CannotDo(f"No process called {asked!r} was ever heard. `tradewarden health` lists the ones that were.")
    shown = known if asked else [item for item in known if item.word != ENDED]
    _show(shown, json)
    if not all(item.alive if alive else item.ready for item in shown):
        raise typer.Exit(1)


def _show(found: list[Health], json: bool) -> None:
    if json:
        for item in found:
            emit(
                {
                    "name": item.name,
                    "alive": item.alive,
                    "ready": item.ready,
                    "state": item.word,
                    "reason": item.reason,
                    "seen_until": item.seen_until,
                }
            )
        return
    rows = ((item.name, item.word, "yes" if item.ready else "no", item.reason) for item in found)
    table(("process", "state", "ready", "reason"), rows, "Processes without a port 无端口进程")


def register(app: typer.Typer) -> None:
    app.command("relay")(relay)
    app.command("scheduler")(scheduler)
    app.command("health")(health)
