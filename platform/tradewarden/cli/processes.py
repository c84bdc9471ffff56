"""`tradewarden relay`, `scheduler` and `health`: the processes without a port, and how they are."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

import typer

from databases.audit_chain import NewEntry
from integrations.kafka import connect_producer
from tradewarden.claim import Claim
from tradewarden.cli.output import JsonOption, counted, emit, notes, table, warn
from tradewarden.cli.signals import until_stopped
from tradewarden.errors import CannotDo, CannotStart
from tradewarden.heartbeat import Health, counts, health_of, process_name
from tradewarden.relay import Relay
from tradewarden.scheduler import run
from tradewarden.setup import open_application
from tradewarden.wiring import Application

STREAM = "command-line"
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

    _run_as(app, name, lambda *me: Relay(app, lambda: connect_producer(servers), *me).run())


def scheduler(name: Annotated[str, NameOption] = "scheduler") -> None:
    """Run the periodic jobs until stopped. 启动定时任务."""
    app = open_application()
    _run_as(app, name, lambda *me: run(app, *me))


def _run_as(app: Application, name: str, work: Callable[[threading.Event, str, datetime], None]) -> None:
    """Work until stopped under a name nobody else has; `work` gets the stop, the name and the time of this start."""
    called = process_name(name)

    def claimed(stop: threading.Event) -> None:
        started_at = Claim(app, [called]).take(stop)
        if started_at is not None:
            work(stop, called, started_at)

    until_stopped(claimed)


def health(
    name: Annotated[str, typer.Argument(help="One process; without it all that should run.")] = "",
    alive: Annotated[
        bool, typer.Option("--alive", help="Only ask whether it lives, not whether it does its work.")
    ] = False,
    forget: Annotated[
        bool, typer.Option("--forget", help="Take a silent or stopped process off the list: it won't come back.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """How the processes without a port are, by their heartbeats: 0 well, 1 not well, 2 can't be told. 进程健康."""
    app = open_application()
    now = app.clock()
    if forget:
        _forget(app, process_name(name), now)
        return
    with app.database.reading() as uow:
        workers = uow.streams.workers()
    asked = process_name(name)
    known = [health_of(worker, now) for worker in workers if worker.name == asked or not asked]
    if asked and not known:
        raise _unknown(asked)
    shown = known if asked else [item for item in known if counts(item, now)]
    if not shown:
        warn("No process is running: start `tradewarden worker`, `relay` and `scheduler`, or `tradewarden serve`.")
        raise typer.Exit(1)
    _show(shown, json)
    if not all(item.alive if alive else item.ready for item in shown):
        raise typer.Exit(1)


def _unknown(name: str) -> CannotDo:
    return CannotDo(f"No process called {name!r} was ever heard. `tradewarden health` lists the ones that were.")


def _forget(app: Application, name: str, now: datetime) -> None:
    """Take a process off the list and put it on record. Raises CannotDo when it is not there or still heard."""
    if not name:
        raise CannotDo("Whom to forget is not said. Name one process: `tradewarden health --forget NAME`.")
    with app.database.writing() as uow:
        found = next((health_of(worker, now) for worker in uow.streams.workers() if worker.name == name), None)
        if found is None:
            raise _unknown(name)
        if found.alive:
            raise CannotDo(
                f"{name!r} is still heard ({found.word}). Stop it first, or wait until {_at(found.seen_until)}."
            )
        uow.streams.forget(name)
        entry = NewEntry(
            at=now,
            actor=STREAM,
            action="process.forgotten",
            object_type="process",
            object_id=name,
            details={"state": found.word, "heard_until": found.seen_until.isoformat(), "reason": found.reason},
        )
        uow.audit.append(STREAM, [entry])
    notes.print(f"{name} is forgotten; its alert closes by itself.", markup=False)


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


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
                    "next_step": item.next_step,
                }
            )
        return
    rows = ((item.name, _word(item), "yes" if item.ready else "no", item.reason, item.next_step) for item in found)
    table(("process", "state", "ready", "reason", "next step"), rows, "Processes without a port 无端口进程")


def _word(item: Health) -> str:
    return item.word if item.alive else f"{item.word} since {_at(item.seen_until)}"


def register(app: typer.Typer) -> None:
    app.command("relay")(relay)
    app.command("scheduler")(scheduler)
    app.command("health")(health)
