"""`tradewarden clients`: take client files in."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from databases.audit_chain import NewEntry
from databases.clients import Client
from tradewarden.cli.output import JsonOption, emit, fail, notes
from tradewarden.errors import CannotDo
from tradewarden.setup import open_application

commands = typer.Typer(no_args_is_help=True, help="The client database. 客户库.")


@commands.callback()
def group() -> None:
    """The client database. 客户库."""


@commands.command("import")
def import_clients(
    file: Annotated[Path, typer.Argument(help="JSON Lines, one client a line (see README).")],
    as_json: JsonOption = False,
) -> int:
    """Create or change clients; a bad line is named and does not stop the others. 导入客户."""
    app = open_application()
    clients, errors = _read(file)
    now = app.clock()
    with app.database.writing() as uow:
        changed = uow.clients.save_many(clients, "command-line", now)
        entry = NewEntry(
            at=now,
            actor="command-line",
            action="clients.imported",
            object_type="clients",
            object_id=file.name,
            details={"read": len(clients) + len(errors), "changed": changed, "rejected": len(errors)},
        )
        uow.audit.append("door-clients", [entry])
    for error in errors:
        fail(error)
    summary = {"read": len(clients) + len(errors), "stored": len(clients), "changed": changed, "rejected": len(errors)}
    if as_json:
        emit(summary)
    else:
        notes.print(summary)
    return 1 if errors else 0


def _read(file: Path) -> tuple[list[Client], list[str]]:
    decoder = msgspec.json.Decoder(Client)
    clients, errors = [], []
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise CannotDo(f"{file} can't be read ({error.strerror}). Check the path.") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            clients.append(decoder.decode(line))
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            errors.append(f"{file.name}: line {number}: {error}. Correct the line and import it again.")
    return clients, errors
