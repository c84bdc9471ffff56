"""`tradewarden dead-letters`: look at what could not be read or processed, mend it, replay it, or discard it."""

import base64
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from databases.dead_letters import DeadLetter, LetterQuery
from databases.errors import NotFound, StaleState
from databases.paging import MAXIMUM_PAGE, PageRequest
from integrations.errors import printable
from tradewarden.cli.output import JsonOption, counted, emit, fail, notes, progress, table
from tradewarden.cli.person import acting, seat
from tradewarden.errors import CannotDo
from tradewarden.pipeline.replay_letters import Replay, Replayed, check, discard, replay
from tradewarden.setup import open_application

STATES = ("open", "replayed", "discarded", "all")
SHOWN = 4000
REASON_SHOWN = 120

commands = typer.Typer(no_args_is_help=True, help="What could not be read or processed. 死信.")
Letter = Annotated[int, typer.Argument(help="The letter's number.", min=1)]
Source = Annotated[str, typer.Option("--source", help="Only letters of this source, such as kafka:trade.orders.")]
Order = Annotated[str, typer.Option("--order", help="Only letters that name this order (unchecked, from the bytes).")]
By = Annotated[str, typer.Option("--by", help="Who does this, for the audit log; else the operating system's user.")]
Contains = Annotated[str, typer.Option("--reason-contains", help="Only letters whose reason contains this text.")]


@commands.callback()
def group() -> None:
    """What could not be read or processed. 死信."""


@commands.command("list")
def list_letters(
    state: Annotated[str, typer.Option("--state", help=f"One of {', '.join(STATES)}.")] = "open",
    source: Source = "",
    reason: Contains = "",
    order: Order = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=MAXIMUM_PAGE, help="At most so many.")] = 100,
    as_json: JsonOption = False,
) -> None:
    """The letters, newest first. 死信清单."""
    if state not in STATES:
        raise CannotDo(f"--state {printable(state)}: expected one of {', '.join(STATES)}.")
    app = open_application()
    query = LetterQuery(state="" if state == "all" else state, source=source, reason=reason, order=order)
    with app.database.reading() as uow:
        found = uow.dead_letters.search(query, PageRequest(limit=limit))
    if as_json:
        for letter in found.items:
            emit(letter_record(letter))
        return
    columns = ("letter", "received", "source", "place", "order", "attempts", "state", "reason")
    table(columns, (_row(letter) for letter in found.items))
    if found.total > len(found.items):
        notes.print(f"… {found.total - len(found.items)} more; raise --limit or narrow with --source")


def _row(letter: DeadLetter) -> tuple[object, ...]:
    reason = printable(letter.reason, REASON_SHOWN)
    received = f"{letter.received_at:%Y-%m-%d %H:%M:%S}"
    place = printable(letter.place)
    source, order = printable(letter.source), printable(letter.order_id)
    return letter.letter_id, received, source, place, order, letter.attempts, letter.state, reason


@commands.command()
def show(letter_id: Letter, as_json: JsonOption = False) -> None:
    """One letter: its bytes, headers, and everything that is wrong with it now. 查看死信."""
    app = open_application()
    with app.database.reading() as uow:
        letter = uow.dead_letters.get(letter_id)
    if letter is None:
        raise NotFound(f"there is no dead letter {letter_id}")
    errors = check(letter, letter.raw, app.clock())
    if as_json:
        content = {"headers": dict(letter.headers), **_content(letter.raw)}
        emit({**letter_record(letter), **content, "errors": [error.as_row() for error in errors]})
        return
    record = {**letter_record(letter), **{f"header {name}": value for name, value in letter.headers.items()}}
    table(("field", "value"), [(name, printable(value, SHOWN)) for name, value in record.items() if value])
    for error in errors:
        fail(str(error))
    typer.echo(printable(letter.raw, SHOWN))


def _content(raw: bytes) -> Mapping[str, str]:
    """The bytes as text, or in base64 when they are none."""
    try:
        return {"raw": raw.decode("utf-8")}
    except UnicodeDecodeError:
        return {"raw_base64": base64.b64encode(raw).decode("ascii")}


@commands.command("replay")
def replay_letters(
    letter_id: Annotated[int | None, typer.Argument(help="The letter's number; none with --all.", min=1)] = None,
    file: Annotated[Path | None, typer.Option("--file", help="The mended message; - is standard input.")] = None,
    reason: Annotated[
        str, typer.Option("--reason", help="Why; needed when --file changes it. For the audit log.")
    ] = "",
    other_order: Annotated[
        bool, typer.Option("--other-order", help="It is meant that the message is another order or client than before.")
    ] = False,
    by: By = "",
    all_alike: Annotated[bool, typer.Option("--all", help="Every open letter that meets the two filters.")] = False,
    source: Source = "",
    contains: Contains = "",
    as_json: JsonOption = False,
) -> int:
    """Hand letters in again, mended or as they are; what is still wrong stays open. 重放死信."""
    _demand_one_way(letter_id, file, all_alike, bool(source or contains))
    app = open_application()
    wanted = Replay(letter_id=letter_id or 0, actor=acting(by), reason=reason, via=seat(by), other_order=other_order)
    if letter_id is not None:
        raw = None if file is None else _read(file)
        result = replay(app, replace(wanted, raw=raw))
        _say([result], as_json)
        return 0 if result.done else 1
    with app.database.reading() as uow:
        alike = uow.dead_letters.ids(LetterQuery(source=source, reason=contains))
    results = _replay_all(alike, lambda number: replay(app, replace(wanted, letter_id=number)))
    _say(results, as_json)
    refused = sum(not result.done for result in results)
    notes.print(f"{len(results) - refused} replayed, {refused} still open of {counted(len(alike), 'letter')}")
    return 1 if refused else 0


def _read(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise CannotDo(f"{file} can't be read ({error.strerror}). Check the path.") from error


def _demand_one_way(letter_id: int | None, file: Path | None, all_alike: bool, filtered: bool) -> None:
    if (letter_id is None) is not all_alike:
        raise CannotDo("Give either the number of one letter, or --all with --source or --reason-contains.")
    if all_alike and file is not None:
        raise CannotDo("--file mends one letter; with --all the letters are replayed as they came.")
    if all_alike and not filtered:
        raise CannotDo("--all wants --source or --reason-contains: letters that are not alike fail for other reasons.")
    if not all_alike and filtered:
        raise CannotDo("--source and --reason-contains choose letters for --all; one number needs neither.")


def _replay_all(letters: Iterable[int], again: Callable[[int], Replayed]) -> list[Replayed]:
    """One transaction a letter, so that one that fails costs only itself. What somebody else closed is left out."""
    results: list[Replayed] = []
    closed: set[int] = set()
    numbers = tuple(letters)
    with progress("letters", len(numbers)) as advance:
        for number in numbers:
            advance(1)
            if number in closed:
                continue
            try:
                result = again(number)
            except StaleState as error:
                fail(str(error))
                continue
            closed.update(result.letters)
            results.append(result)
    return results


def _say(results: Iterable[Replayed], as_json: bool) -> None:
    for result in results:
        if as_json:
            emit(replay_record(result))
            continue
        for error in result.errors:
            fail(f"letter {result.letter_id}: {error}")
        if result.done:
            typer.echo(f"letter {result.letter_id}: {result.state}, event {result.event_id}, order {result.order_id}")


@commands.command("discard")
def discard_letter(
    letter_id: Letter,
    reason: Annotated[str, typer.Option("--reason", help="Why there is nothing to save in it.")],
    by: By = "",
    as_json: JsonOption = False,
) -> None:
    """Close a letter without replaying it; it is kept and stays counted. 废弃死信."""
    app = open_application()
    discard(app, letter_id, acting(by), reason, seat(by))
    if as_json:
        emit({"letter_id": letter_id, "state": "discarded"})
    else:
        typer.echo(f"letter {letter_id}: discarded")


def letter_record(letter: DeadLetter) -> dict[str, Any]:
    """A letter without its bytes, with the keys others rely on.

    `ids_checked` false: event and order are what the bytes seem to say; nobody has vouched for them.
    """
    return {
        "letter_id": letter.letter_id,
        "state": letter.state,
        "source": letter.source,
        "place": letter.place,
        "event_id": letter.event_id,
        "order_id": letter.order_id,
        "ids_checked": letter.inbox_id is not None,
        "reason": letter.reason,
        "attempts": letter.attempts,
        "bytes": len(letter.raw),
        "received_at": letter.received_at,
        "closed_at": letter.closed_at,
        "closed_by": letter.closed_by,
        "inbox_id": letter.inbox_id,
        "replayed_as": letter.replayed_as,
    }


def replay_record(result: Replayed) -> dict[str, Any]:
    """What became of a replay, with the keys others rely on."""
    return {
        "letter_id": result.letter_id,
        "state": result.state,
        "source": result.source,
        "event_id": result.event_id,
        "order_id": result.order_id,
        "inbox_id": result.inbox_id,
        "letters": list(result.letters),
        "errors": [error.as_row() for error in result.errors],
    }
