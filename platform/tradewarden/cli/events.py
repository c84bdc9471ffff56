"""`tradewarden events`: status events of orders (declaration, logistics, refund, settlement, insurance) from files."""

import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from databases.trade_events import StatusAcceptance
from integrations.errors import DoorError
from integrations.json_events import Row, read_status_lines
from risk.nouns.status import StatusEvent
from tradewarden.cli.output import JsonOption, emit, fail, notes, progress
from tradewarden.errors import CannotDo
from tradewarden.pipeline.status import take
from tradewarden.setup import open_application
from tradewarden.wiring import Application

CHUNK = 500
DOOR = "file"
ACTOR = "command-line"
WORDS = ("accepted", "duplicate", "conflict", "unattached", "rejected")

commands = typer.Typer(no_args_is_help=True, help="Status events of orders. 状态事件.")


@commands.callback()
def group() -> None:
    """Status events of orders. 状态事件."""


@commands.command("import")
def import_events(
    file: Annotated[str, typer.Argument(help="JSON Lines, one status event a line; - reads standard input.")],
    as_json: JsonOption = False,
) -> int:
    """Take status events in; a bad line is named and does not stop the others. 导入状态事件."""
    app = open_application()
    counts = dict.fromkeys(("read", *WORDS), 0)
    rows = _rows(file, app.clock())
    with progress("events", None) as advance:
        while chunk := list(islice(rows, CHUNK)):
            for record in _taken(app, chunk):
                _count(counts, record)
                _show(record, as_json)
            advance(len(chunk))
    if not as_json:
        notes.print(f"{file}: " + ", ".join(f"{number} {word}" for word, number in counts.items()))
    return 1 if counts["rejected"] or counts["conflict"] else 0


def _rows(file: str, now: datetime) -> Iterator[Row[StatusEvent]]:
    """Raises CannotDo when the file can't be read."""
    if file == "-":
        yield from read_status_lines(sys.stdin.buffer, "stdin", now)
        return
    path = Path(file)
    try:
        with path.open("rb") as stream:
            yield from read_status_lines(stream, path.name[:64], now)
    except OSError as error:
        raise CannotDo(f"{file} can't be read ({error.strerror}). Check the path and its permissions.") from error


def _taken(app: Application, chunk: Sequence[Row[StatusEvent]]) -> Iterator[dict[str, Any]]:
    """One record per row, in the order of the rows; one transaction for the chunk."""
    events = [row.result for row in chunk if isinstance(row.result, StatusEvent)]
    with app.database.writing() as uow:
        answers = iter(take(uow, events, DOOR, ACTOR, app.clock()))
    for row in chunk:
        yield row.result.as_row() if isinstance(row.result, DoorError) else _record(row, next(answers))


def _record(row: Row[StatusEvent], answer: StatusAcceptance) -> dict[str, Any]:
    return {
        "where": row.where,
        "event_id": answer.event_id,
        "source": answer.source,
        "state": answer.state,
        "order_id": answer.order_id,
    }


def _count(counts: dict[str, int], record: dict[str, Any]) -> None:
    state = record.get("state", "rejected")
    counts["read"] += 1
    counts[state] += 1
    counts["unattached"] += state == "accepted" and not record["order_id"]


def _show(record: dict[str, Any], as_json: bool) -> None:
    if as_json:
        emit(record)
    elif "error" in record:
        fail(record["error"])
    elif record["state"] == "conflict":
        fail(
            f"{record['source']}: {record['where']}: event {record['event_id']} came before with other content; both "
            "are kept. Send a correction under a new event id."
        )
