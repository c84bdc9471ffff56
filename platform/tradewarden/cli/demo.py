"""`tradewarden demo`: everything in one process, on synthetic data, ready to be looked at."""

import threading
from typing import Annotated

import typer

from databases.errors import NotFound
from tradewarden.auth import accounts
from tradewarden.auth.permissions import Role
from tradewarden.auth.refusals import Refused
from tradewarden.cli.output import notes, progress, table
from tradewarden.cli.server import listen, run_server
from tradewarden.cli.signals import stop_on_signal
from tradewarden.demo import begin, holds_orders, is_begun, refresh_lists, stream
from tradewarden.errors import CannotStart
from tradewarden.pipeline.batch import Worker
from tradewarden.scheduler import run
from tradewarden.setup import open_application
from tradewarden.wiring import Application
from tradewarden.worker import work

PEOPLE = (
    ("operator", "运营 小安", Role.OPERATOR),
    ("officer", "风控专员 小博", Role.RISK_OFFICER),
    ("auditor", "审计 小辰", Role.AUDITOR),
    ("admin", "管理员 小达", Role.ADMINISTRATOR),
    ("manager", "风控主管 小恩", Role.RISK_MANAGER),
)


def demo(
    orders: Annotated[int, typer.Option("--orders", min=1, help="Orders of the month before today.")] = 900,
    every: Annotated[float, typer.Option("--every", min=0.2, help="Seconds between new orders.")] = 4.0,
) -> None:
    """Start a demonstration on synthetic data; prints the address and one-time passwords. 演示."""
    app = open_application()
    listener = listen(app.settings.host, app.settings.port)
    if is_begun(app):
        refresh_lists(app)
    elif holds_orders(app):
        raise CannotStart(
            f"{app.settings.data_dir} holds orders of its own; the demonstration is synthetic and stays apart. "
            "Set TRADEWARDEN_DATA_DIR to an empty folder."
        )
    else:
        notes.print("Simulating a month of trade (synthetic) …")
        with progress("orders judged", orders) as advance:
            begin(app, orders, advance)
    passwords = _passwords(app)
    stop = stop_on_signal()
    threads = [
        threading.Thread(target=work, args=(app, Worker(batch_size=app.settings.batch_size), stop), name="worker"),
        threading.Thread(target=stream, args=(app, stop, every), name="stream"),
        threading.Thread(target=run, args=(app, stop), name="scheduler"),
    ]
    run_server(app, listener, threads, stop, ready=lambda: _announce(app, passwords))


def _passwords(app: Application) -> dict[str, str]:
    """A fresh one-time password for each demonstration account; made when missing."""
    now = app.clock()
    issued = {}
    with app.database.writing() as uow:
        for username, display_name, role in PEOPLE:
            try:
                issued[username] = accounts.reset(uow, username, "demo", now)
            except (Refused, NotFound):
                account = accounts.NewAccount(username, display_name, role)
                issued[username] = accounts.create(uow, account, "demo", now)
    return issued


def _announce(app: Application, passwords: dict[str, str]) -> None:
    others = PEOPLE[:-1]
    table(
        ("user", "name", "role", "one-time password"),
        ((username, name, role, passwords[username]) for username, name, role in others),
        "Further accounts (a held order needs a second person)",
    )
    username = PEOPLE[-1][0]
    scheme = "https" if app.settings.https else "http"
    typer.echo(f"Address: {scheme}://{app.settings.host}:{app.settings.port}/")
    typer.echo(f"User: {username}")
    typer.echo(f"One-time password: {passwords[username]}")


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)
