"""`tradewarden selftest`: kills workers, brokers and databases on this machine and prints what that cost."""

import logging
import signal
from pathlib import Path
from types import FrameType
from typing import Annotated, Literal

import structlog
import typer

from tradewarden.cli.output import JsonOption, emit, notes, table, warn
from tradewarden.selftest.places import Engine
from tradewarden.selftest.run import Wish, selftest
from tradewarden.selftest.table import HEADERS, Row

ENGINES: dict[str, tuple[Engine, ...]] = {
    "sqlite": ("sqlite",),
    "postgres": ("postgres",),
    "all": ("sqlite", "postgres"),
}


def selftest_command(
    chaos: Annotated[
        int,
        typer.Option("--chaos", min=1, max=100_000, help="Kills of workers on SQLite; the others in proportion."),
    ] = 60,
    seed: Annotated[int, typer.Option("--seed", help="The same seed sends the same and kills at the same places.")] = 1,
    engine: Annotated[
        Literal["sqlite", "postgres", "all"], typer.Option("--engine", help="On which databases?")
    ] = "all",
    broker: Annotated[
        bool, typer.Option("--broker/--no-broker", help="Start a Kafka broker (Java); without, only the inbox.")
    ] = True,
    postgres_url: Annotated[
        str,
        typer.Option("--postgres-url", help="A running server to make databases on; it is not killed."),
    ] = "",
    kafka_libs: Annotated[
        Path | None, typer.Option("--kafka-libs", help="The libs folder of a Kafka installation; else Maven fetches.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Kill workers, brokers and databases, and count what was lost, doubled or wrongly released. 自检：故障演练.

    It works on databases and a broker of its own, which it starts and deletes. Status 1 when something was found or
    could not be run.
    """
    # what is provoked here would fill the screen; the children keep their own logs
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    signal.signal(signal.SIGTERM, _interrupt)
    wish = Wish(
        chaos=chaos,
        seed=seed,
        engines=ENGINES[engine],
        with_broker=broker,
        postgres_url=postgres_url,
        libs=kafka_libs,
    )
    rows: list[Row] = []
    with notes.status("...") as status:
        for row in selftest(wish):
            rows.append(row)
            status.update(f"{len(rows)}: {row.case}, {row.engine}")
            if as_json:
                emit(row.as_record())
    if not as_json:
        table(HEADERS, (row.as_cells() for row in rows))
        for line in (line for row in rows for line in row.remarks):
            warn(line)
    if not all(row.passed for row in rows):
        raise typer.Exit(1)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """SIGTERM ends it as Ctrl-C does: everything it started is stopped on the way out."""
    raise KeyboardInterrupt


def register(app: typer.Typer) -> None:
    app.command("selftest")(selftest_command)
