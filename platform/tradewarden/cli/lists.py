"""`tradewarden lists`: import, status and differences of the watch lists."""

from pathlib import Path
from typing import Annotated

import typer

from databases.watchlists import VersionSummary
from tradewarden.cli.output import JsonOption, emit, notes, table, warn
from tradewarden.errors import CannotDo
from tradewarden.listing import import_list, source_files
from tradewarden.setup import open_application

commands = typer.Typer(no_args_is_help=True, help="Watch lists. 名单.")
REJECTS_SHOWN = 20


@commands.callback()
def group() -> None:
    """Watch lists. 名单."""


@commands.command("import")
def import_files(
    source: Annotated[str, typer.Argument(help="Id of the registry (SA01, SA02, JP01 …) or index for a plain CSV.")],
    files: Annotated[list[Path], typer.Argument(help="The files as published.")],
    as_json: JsonOption = False,
    accept_shrunken: Annotated[
        bool,
        typer.Option("--accept-shrunken", help="Take the list although it is much shorter or has many bad records."),
    ] = False,
) -> int:
    """Import a version of a list; every record is stored or named as rejected. 导入名单."""
    app = open_application()
    loaded = source_files(files)
    with notes.status(f"{source}: importing …"):
        summary = import_list(app, source, loaded, "command-line", accept_shrunken)
    with app.database.reading() as uow:
        rejects = uow.watchlists.rejects(source, summary.version)
    for reject in rejects[:REJECTS_SHOWN]:
        warn(f"rejected: {reject.place}: found {reject.value or '(nothing)'}; expected {reject.reason}")
    if len(rejects) > REJECTS_SHOWN:
        warn(f"… and {len(rejects) - REJECTS_SHOWN} more; all of them are kept with version {summary.version}")
    record = summary_record(summary)
    if as_json:
        emit(record)
    else:
        table(tuple(record), [tuple(record.values())])
    return 1 if summary.rejected else 0


def summary_record(summary: VersionSummary) -> dict[str, object]:
    """A version with the keys others rely on."""
    return {
        "source": summary.list_id,
        "version": summary.version,
        "read": summary.read,
        "stored": summary.stored,
        "rejected": summary.rejected,
        "added": summary.added,
        "changed": summary.changed,
        "removed": summary.removed,
        "new": summary.is_new,
        "source_date": summary.source_date,
        "sha256": summary.sha256,
    }


@commands.command()
def status(as_json: JsonOption = False) -> None:
    """The version in force of every list and when its source was last looked at. 名单状态."""
    app = open_application()
    with app.database.reading() as uow:
        found = uow.watchlists.status()
    records = [
        {**summary_record(item.latest), "entries": item.entries, "checked_at": item.latest.checked_at} for item in found
    ]
    if as_json:
        for record in records:
            emit(record)
        return
    columns = ("source", "version", "entries", "rejected", "source_date", "checked_at")
    table(columns, [tuple(record[column] for column in columns) for record in records])


@commands.command()
def diff(
    source: Annotated[str, typer.Argument(help="Id of the list.")],
    before: Annotated[int, typer.Argument(help="Earlier version.")],
    after: Annotated[int, typer.Argument(help="Later version.")],
    as_json: JsonOption = False,
) -> None:
    """What changed between two versions of a list. 名单差异."""
    app = open_application()
    with app.database.reading() as uow:
        _demand_versions(source, (before, after), [one.version for one in uow.watchlists.history(source)])
        changes = uow.watchlists.diff(source, before, after)
    for change in changes:
        names = [entry.name if entry else "" for entry in (change.before, change.after)]
        changed = list(change.changed_fields)
        if as_json:
            record = {"kind": change.kind, "entry_id": change.entry_id, "before": names[0], "after": names[1]}
            emit({**record, "fields": changed})
        else:
            shown = " → ".join(dict.fromkeys(name for name in names if name))
            typer.echo(f"{change.kind:8} {change.entry_id}: {shown}" + (f" [{', '.join(changed)}]" if changed else ""))


def _demand_versions(source: str, wanted: tuple[int, int], known: list[int]) -> None:
    """Raises CannotDo for a list or a version that was never imported, or for the later version first."""
    if not known:
        raise CannotDo(f"{source}: no version of this list has been imported. See `tradewarden lists status`.")
    missing = [str(version) for version in wanted if version not in known]
    if missing:
        raise CannotDo(f"{source}: there is no version {' and '.join(missing)}; expected {min(known)} to {max(known)}.")
    if wanted[0] > wanted[1]:
        raise CannotDo(f"{source}: version {wanted[0]} is later than {wanted[1]}. Give the earlier one first.")
