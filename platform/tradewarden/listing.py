"""Taking a watch list in: from published files to a version in the database, with its difference to the one before."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from databases.audit_chain import NewEntry
from databases.watchlists import ImportedList, RejectedRecord, VersionSummary
from integrations.watchlists.imported import SourceFile
from integrations.watchlists.read import read_list
from integrations.watchlists.registry import ListSource, registry
from tradewarden.errors import CannotDo
from tradewarden.wiring import Application

MOST_LOST = Decimal("0.20")
"""Share of the entries in force by which a new version may be smaller; published lists never lose more at once."""
MOST_REJECTED = Decimal("0.05")
"""Share of the records read that may be rejected; more means that the file is damaged or another one."""
FEW_REJECTED = 20
"""Up to so many rejected records are somebody's typing errors: they are named, and the rest is taken."""


def list_source(list_id: str) -> ListSource:
    """The registered list. Raises CannotDo naming the known ones."""
    sources = registry()
    if list_id not in sources:
        raise CannotDo(f"{list_id!r} is no list of the registry. Use one of: {', '.join(sorted(sources))}.")
    return sources[list_id]


def source_files(paths: Sequence[Path]) -> list[SourceFile]:
    """The files' bytes. Raises CannotDo when one can't be read."""
    files = []
    for path in paths:
        try:
            files.append(SourceFile(path.name, path.read_bytes()))
        except OSError as error:
            raise CannotDo(f"{path} can't be read ({error.strerror}). Check the path and its permissions.") from error
    return files


def import_list(
    app: Application, list_id: str, files: Sequence[SourceFile], actor: str, accept_shrunken: bool = False
) -> VersionSummary:
    """Read, store and audit one version of a list. Raises DoorError when the files are not that list.

    Raises CannotDo when the list looks cut off or damaged and nobody confirmed it with `accept_shrunken`. The last
    good version stays in force whenever this fails.
    """
    read = read_list(files, list_source(list_id))
    now = app.clock()
    imported = ImportedList(
        list_id=list_id,
        sha256=read.sha256,
        entries=read.entries,
        rejected=[RejectedRecord(item.where, item.expected, item.value) for item in read.rejected],
        source_date=read.source_date,
        source=", ".join(file.name for file in files),
    )
    with app.database.writing() as uow:
        in_force = uow.watchlists.entry_count(list_id)
        summary = uow.watchlists.import_version(imported, actor, now)
        if summary.is_new and not accept_shrunken:
            _refuse_damaged(summary, in_force)
        entry = NewEntry(
            at=now,
            actor=actor,
            action="list.imported",
            object_type="watchlist",
            object_id=list_id,
            details={
                "version": summary.version,
                "read": summary.read,
                "stored": summary.stored,
                "rejected": summary.rejected,
                "added": summary.added,
                "changed": summary.changed,
                "removed": summary.removed,
                "new": summary.is_new,
                "accepted_shrunken": accept_shrunken,
            },
            after_hash=summary.sha256,
        )
        uow.audit.append("lists", [entry])
    return summary


def _refuse_damaged(summary: VersionSummary, in_force: int) -> None:
    """Raises CannotDo (which takes the import back) for a version that nobody should screen with unseen."""
    if summary.stored == 0:
        problem = "no entry is left"
    elif in_force and summary.stored < in_force * (1 - MOST_LOST):
        problem = f"more than {MOST_LOST:.0%} of the list would vanish"
    elif summary.rejected >= FEW_REJECTED and summary.rejected > summary.read * MOST_REJECTED:
        problem = f"more than {MOST_REJECTED:.0%} of the records can't be read"
    else:
        return
    raise CannotDo(
        f"{summary.list_id}: {problem}: read {summary.read}, usable {summary.stored}, rejected {summary.rejected}, "
        f"in force {in_force}. Nothing was changed; the list in force stays. Fetch the files again; if the publisher "
        "did shorten the list or the rejected records are right, confirm with --accept-shrunken."
    )
