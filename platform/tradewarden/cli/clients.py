"""`tradewarden clients`: take client files in."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from databases.audit_chain import NewEntry
from databases.clients import Client
from integrations.dates import EXPECTED_PERIOD, in_period
from kyc.tiers import ADMISSION, TIERS
from tradewarden.cli.output import JsonOption, emit, fail, notes
from tradewarden.errors import CannotDo
from tradewarden.setup import open_application

TIER_NAMES = ("", *(tier.name for tier in TIERS))
ADMISSIONS = ("", *sorted(ADMISSION.keys() | frozenset().union(*ADMISSION.values())))

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
        notes.print(
            f"{file.name}: {summary['read']} read, {summary['stored']} taken ({changed} new or changed, "
            f"{len(clients) - changed} as before), {len(errors)} rejected"
        )
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
            clients.append(_checked(decoder.decode(line)))
        except (msgspec.MsgspecError, ValueError) as error:  # UnicodeDecodeError is a ValueError
            errors.append(f"{file.name}: line {number}: {error}. Correct the line and import it again.")
    return clients, errors


def _checked(client: Client) -> Client:
    """The client as it came. Raises ValueError naming the field, what was found and what was expected."""
    for name in ("client_id", "name"):
        if not getattr(client, name).strip():
            raise ValueError(f"{name}: found nothing; expected a text")
    for name, choices in (("tier", TIER_NAMES), ("admission", ADMISSIONS)):
        if (text := getattr(client, name)) not in choices:
            raise ValueError(
                f"{name}: found {text[:40]!r}; expected one of {', '.join(filter(None, choices))}, or empty"
            )
    for name in ("agreement_valid_to", "last_verification_on", "next_verification_on", "first_order_on"):
        day = getattr(client, name)
        if day is not None and not in_period(day):
            raise ValueError(f"{name}: found {day}; expected {EXPECTED_PERIOD}")
    return client
