"""Watch lists 名单库: every version imported, every entry with the versions it stood in, every record rejected.

An entry is never deleted. A changed entry is a new row; the old row says in which version it was replaced.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Column, Connection, Date, Index, Table, UniqueConstraint, text

from databases.columns import body, metadata, number, row_id, time, words
from kyc.entries import ListEntry

watchlist_versions = Table(
    "watchlist_versions",
    metadata,
    words("list_id", primary_key=True),
    number("version", primary_key=True, autoincrement=False),
    words("sha256"),
    Column("source_date", Date, nullable=True),
    words("source"),
    time("imported_at"),
    words("imported_by"),
    time("checked_at"),
    number("read"),
    number("stored"),
    number("rejected"),
    number("added"),
    number("changed"),
    number("removed"),
)

watchlist_entries = Table(
    "watchlist_entries",
    metadata,
    row_id(),
    words("list_id"),
    words("entry_id"),
    words("name"),
    words("fingerprint"),
    words("body_hash"),
    body("body"),
    number("valid_from_version"),
    number("removed_at_version", nullable=True),
    UniqueConstraint("list_id", "entry_id", "valid_from_version"),
    Index(
        "ix_watchlist_entries_current",
        "list_id",
        "entry_id",
        unique=True,
        sqlite_where=text("removed_at_version IS NULL"),
        postgresql_where=text("removed_at_version IS NULL"),
    ),
)

watchlist_rejects = Table(
    "watchlist_rejects",
    metadata,
    row_id(),
    words("list_id"),
    number("version"),
    words("place"),
    words("reason"),
    words("value"),
    Index(None, "list_id", "version"),
)


@dataclass(frozen=True, slots=True)
class RejectedRecord:
    """A record that could not be stored: where in the file, why, and the value seen (shortened)."""

    place: str
    reason: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedList:
    """A list as read from its files. `sha256` is over the files' bytes; `read` = entries + rejected.

    `source_date` is the publisher's own date where the files carry one; `source` names the files.
    """

    list_id: str
    sha256: str
    entries: Sequence[ListEntry]
    rejected: Sequence[RejectedRecord] = ()
    source_date: date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionSummary:
    """A version of a list and how it differs from the one before. read = stored + rejected.

    `is_new` False: the same content was there already; only the time of the check moved.
    """

    list_id: str
    version: int
    sha256: str
    source_date: date | None
    source: str
    imported_at: datetime
    imported_by: str
    checked_at: datetime
    read: int
    stored: int
    rejected: int
    added: int
    changed: int
    removed: int
    is_new: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ListStatus:
    """How fresh a list is: the version in force, its age at `checked_at` (when its source was last looked at)."""

    latest: VersionSummary
    entries: int


@dataclass(frozen=True, slots=True)
class EntryChange:
    """One difference between two versions: kind added, changed or removed; `before`/`after` where they exist."""

    kind: str
    entry_id: str
    before: ListEntry | None
    after: ListEntry | None


class Watchlists:
    """The watch lists inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def import_version(self, imported: ImportedList, by: str, now: datetime) -> VersionSummary:
        """Store what a list says now and compute the difference to what it said before.

        Two entries with one entry id: the second is rejected with its place, nothing is dropped silently. Raises
        ValueError when an entry belongs to another list.
        """
        raise NotImplementedError

    def current_entries(self, list_ids: Sequence[str] = ()) -> Iterator[ListEntry]:
        """All entries in force (of these lists), by list and entry id; streamed."""
        raise NotImplementedError

    def snapshot_version(self) -> str:
        """A short word that changes with any new version of any list; the key to cache the index by."""
        raise NotImplementedError

    def versions(self) -> dict[str, str]:
        """The version in force per list, as decisions name it: "3@<first 12 of the hash>"."""
        raise NotImplementedError

    def status(self) -> list[ListStatus]:
        """The version in force of every list, by list id."""
        raise NotImplementedError

    def history(self, list_id: str) -> list[VersionSummary]:
        """Every version of a list, newest first."""
        raise NotImplementedError

    def rejects(self, list_id: str, version: int) -> list[RejectedRecord]:
        """The records a version rejected."""
        raise NotImplementedError

    def diff(self, list_id: str, before: int, after: int) -> list[EntryChange]:
        """What changed from one version to a later one, by entry id."""
        raise NotImplementedError

    def entry(self, list_id: str, entry_id: str) -> ListEntry | None:
        """The entry as it stands or last stood."""
        raise NotImplementedError
