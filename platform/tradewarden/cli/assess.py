"""`tradewarden assess`: files to decisions, the way of every door: inbox, decision, evidence."""

import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Annotated, Any

import typer

from integrations.errors import DoorError
from risk.nouns.order import OrderEvent
from tradewarden.cli.files import FileRow, rows_of
from tradewarden.cli.output import JsonOption, emit, fail, progress
from tradewarden.pipeline.assess import assess as judge_order
from tradewarden.pipeline.batch import Worker, process_batch
from tradewarden.pipeline.gather import gather
from tradewarden.pipeline.intake import take
from tradewarden.records import decision_record
from tradewarden.setup import open_application
from tradewarden.wiring import Application

CHUNK = 256
ACTOR = "command-line"


def assess(
    files: Annotated[list[str], typer.Argument(help="JSON, JSON Lines, Excel or single-window XML; - reads JSONL.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Judge only; record nothing.")] = False,
    as_json: JsonOption = False,
) -> int:
    """Take orders in, judge them and print the decisions with reasons. 接收并判定订单."""
    app = open_application()
    wrong = 0
    rows = (row for name in files for row in rows_of(name, app.clock()))
    with progress("orders", None) as advance:
        while chunk := list(islice(rows, CHUNK)):
            for record in _judged(app, chunk, dry_run):
                wrong += "error" in record
                _show(record, as_json)
            advance(len(chunk))
    return 1 if wrong else 0


def _judged(app: Application, chunk: Sequence[FileRow], dry_run: bool) -> Iterator[dict[str, Any]]:
    """One record per row, in the order of the rows."""
    events = [row for row in chunk if isinstance(row, OrderEvent)]
    answers = _dry(app, events) if dry_run else _recorded(app, events)
    for row in chunk:
        yield row.as_row() if isinstance(row, DoorError) else next(answers)


def _dry(app: Application, events: Sequence[OrderEvent]) -> Iterator[dict[str, Any]]:
    now = app.clock()
    with app.database.reading() as uow:
        context = app.standing.context(uow, app.checks, now)
        gathered = {id(item.event): item for item in gather(uow, events, app.standing, context, now)}
    for event in events:
        if id(event) in gathered:
            decision = judge_order(app.checks, gathered[id(event)], context).decision
            yield decision_record(decision, app.explainer)
        else:
            yield {"order_id": event.order_id, "revision": event.revision, "state": "cancellation", "dry_run": True}


def _recorded(app: Application, events: Sequence[OrderEvent]) -> Iterator[dict[str, Any]]:
    with app.database.writing() as uow:
        accepted = take(uow, events, "assess", ACTOR, app.clock())
    worker = Worker(name=ACTOR, batch_size=app.settings.batch_size, publish=bool(app.settings.kafka_servers))
    waiting = _pending(app, {item.inbox_id for item in accepted})
    while waiting:
        if process_batch(app, worker).claimed == 0:
            time.sleep(app.settings.idle_seconds)  # another worker has them in hand
        waiting = _pending(app, waiting)
    for event, acceptance in zip(events, accepted, strict=True):
        if acceptance.state == "conflict":
            yield _refused(event, "this event id was taken before with another content", "a new event id or revision")
        else:
            yield _outcome(app, event, acceptance.inbox_id)


def _pending(app: Application, inbox_ids: set[int]) -> set[int]:
    """Those that still wait to be judged, also from an earlier run that was cut off."""
    with app.database.reading() as uow:
        items = [uow.inbox.by_id(inbox_id) for inbox_id in inbox_ids]
    return {item.inbox_id for item in items if item and item.state == "pending"}


def _outcome(app: Application, event: OrderEvent, inbox_id: int) -> dict[str, Any]:
    with app.database.reading() as uow:
        item = uow.inbox.by_id(inbox_id)
        stored = uow.decisions.get(item.decision_id) if item and item.decision_id else None
    if stored:
        return decision_record(stored.decision, app.explainer)
    state = item.state if item else "missing"
    if state == "cancelled":
        return {"order_id": event.order_id, "revision": event.revision, "state": "cancelled"}
    if state == "stored_older":
        return _refused(
            event, "an equal or newer revision is in force; this one is kept, not applied", "a new revision"
        )
    return _refused(event, f"the event could not be worked (state {state}); see the dead letters", "a mended event")


def _refused(event: OrderEvent, reason: str, expected: str) -> dict[str, Any]:
    where = f"order {event.order_id} revision {event.revision}"
    return {
        "error": f"{event.source}: {where}: {reason}",
        "source": event.source,
        "where": where,
        "value": event.event_id,
        "expected": expected,
    }


def _show(record: dict[str, Any], as_json: bool) -> None:
    if as_json:
        emit(record)
    elif "error" in record:
        fail(record["error"])
    else:
        _print(record)


def _print(record: dict[str, Any]) -> None:
    if "outcome" not in record:
        typer.echo(f"{record['order_id']} r{record['revision']}: {record['state']}")
        return
    head = f"{record['order_id']} r{record['revision']}: {record['outcome'].upper()}  score {record['score']}"
    typer.echo(f"{head}  supervision {record['supervision'].kind}")
    for finding in record["findings"]:
        if finding["status"] != "pass":
            place = "" if finding["line"] is None else f" line {finding['line']}"
            typer.echo(f"  {finding['check']}{place} {finding['status']}: {finding['zh']} | {finding['en']}")
    for match in record["matches"]:
        typer.echo(f"  {match['party']} ~ {match['name']} ({match['list']} {match['entry_id']}): {match['verdict']}")


def register(app: typer.Typer) -> None:
    app.command("assess")(assess)
