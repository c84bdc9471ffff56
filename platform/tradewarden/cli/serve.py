"""`tradewarden serve`: the console and the interface, with a worker and the scheduler inside unless told otherwise."""

import socket
import threading
from typing import Annotated

import typer

from tradewarden.auth import accounts
from tradewarden.cli.output import notes
from tradewarden.cli.server import listen, run_server
from tradewarden.cli.signals import stop_on_signal
from tradewarden.pipeline.batch import Worker
from tradewarden.scheduler import run
from tradewarden.setup import open_application
from tradewarden.wiring import Application
from tradewarden.worker import work

NAME = "serve"
"""What the worker inside goes by, and the scheduler with its own word behind: not the name of a process of its own."""


def serve(
    with_worker: Annotated[
        bool, typer.Option("--worker/--no-worker", help="Judge orders and run periodic jobs here too (default).")
    ] = True,
) -> None:
    """Start the console and the REST interface. 启动控制台."""
    app = open_application()
    listener = listen(app.settings.host, app.settings.port)
    _first_account(app)
    stop = stop_on_signal()
    workers = []
    if with_worker:
        worker = Worker(name=NAME, batch_size=app.settings.batch_size, publish=bool(app.settings.kafka_servers))
        workers.append(threading.Thread(target=work, args=(app, worker, stop), name="worker"))
        workers.append(threading.Thread(target=run, args=(app, stop, f"{NAME}-scheduler"), name="scheduler"))
    run_server(app, listener, workers, stop, ready=lambda: _announce(listener))


def _announce(listener: socket.socket) -> None:
    """Where it listens; with port 0 the system has chosen."""
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    notes.print(f"Listening on http://{shown}:{port} (Ctrl-C ends it)", soft_wrap=True)


def _first_account(app: Application) -> None:
    """An installation without accounts gets one administrator; the password is shown once and must be changed."""
    with app.database.writing() as uow:
        made = accounts.first_administrator(uow, app.clock())
    if made:
        username, secret = made
        typer.echo(f"First account: {username}")
        typer.echo(f"One-time password: {secret}")


def register(app: typer.Typer) -> None:
    app.command("serve")(serve)
