"""Watch lists 名单库: every version imported, every entry with the versions it stood in, every record rejected.

An entry is never deleted. A changed entry is a new row; the old row says in which version it was replaced.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Date, Index, Table, UniqueConstraint, func, select, text

from databases.bulk import chunks, insert_rows, streamed
from databases.columns import body, checked, metadata, number, printable, row_id, time, words
from databases.errors import UnstorableText
from kyc.entries import ListEntry
from risk.canonical import canonical, digest

DECODER = msgspec.json.Decoder(ListEntry)

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

    @property
    def changed_fields(self) -> tuple[str, ...]:
        """Names of the fields that differ; none for an entry added or removed."""
        if self.before is None or self.after is None:
            return ()
        names = (one.name for one in fields(ListEntry))
        return tuple(name for name in names if getattr(self.before, name) != getattr(self.after, name))


class Watchlists:
    """The watch lists inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def import_version(self, imported: ImportedList, by: str, now: datetime) -> VersionSummary:
        """Store what a list says now and compute the difference to what it said before.

        Two entries with one entry id: the second is rejected with its place, nothing is dropped silently. Raises
        ValueError when an entry belongs to another list.
        """
        latest = self._latest(imported.list_id)
        if latest is not None and latest.sha256 == imported.sha256:
            c = watchlist_versions.c
            same = (c.list_id == latest.list_id) & (c.version == latest.version)
            self.connection.execute(watchlist_versions.update().where(same).values(checked_at=now))
            return replace(latest, checked_at=now, is_new=False)
        version = 1 if latest is None else latest.version + 1
        rows, rejected = _rows(imported, version)
        added, changed, removed = self._replace(imported.list_id, version, rows)
        summary = VersionSummary(
            list_id=imported.list_id,
            version=version,
            sha256=imported.sha256,
            source_date=imported.source_date,
            source=imported.source,
            imported_at=now,
            imported_by=by,
            checked_at=now,
            read=len(rows) + len(rejected),
            stored=len(rows),
            rejected=len(rejected),
            added=added,
            changed=changed,
            removed=removed,
        )
        names = [column.name for column in watchlist_versions.columns]
        insert_rows(self.connection, watchlist_versions, [{name: getattr(summary, name) for name in names}])
        place = {"list_id": imported.list_id, "version": version}
        insert_rows(
            self.connection,
            watchlist_rejects,
            [place | {"place": r.place, "reason": r.reason, "value": printable(r.value)} for r in rejected],
        )
        return summary

    def _replace(self, list_id: str, version: int, rows: Mapping[str, dict[str, Any]]) -> tuple[int, int, int]:
        c = watchlist_entries.c
        current = (c.list_id == list_id) & c.removed_at_version.is_(None)
        before = {
            row.entry_id: (row.id, row.body_hash)
            for row in self.connection.execute(select(c.id, c.entry_id, c.body_hash).where(current))
        }
        changed = {key for key, row in rows.items() if key in before and before[key][1] != row["body_hash"]}
        removed = before.keys() - rows.keys()
        for piece in chunks(sorted(before[key][0] for key in changed | removed)):
            gone = watchlist_entries.update().where(c.id.in_(piece))
            self.connection.execute(gone.values(removed_at_version=version))
        fresh = [row for key, row in rows.items() if key not in before or key in changed]
        insert_rows(self.connection, watchlist_entries, fresh)
        return len(fresh) - len(changed), len(changed), len(removed)

    def current_entries(self, list_ids: Sequence[str] = ()) -> Iterator[ListEntry]:
        """All entries in force (of these lists), by list and entry id; streamed."""
        c = watchlist_entries.c
        query = select(c.body).where(c.removed_at_version.is_(None)).order_by(c.list_id, c.entry_id)
        query = query.where(c.list_id.in_(list_ids)) if list_ids else query
        return (DECODER.decode(row.body) for row in streamed(self.connection, query))

    def snapshot_version(self) -> str:
        """A short word that changes with any new version of any list; the key to cache the index by."""
        return digest(self.versions())[:16]

    def versions(self) -> dict[str, str]:
        """The version in force per list, as decisions name it: "3@<first 12 of the hash>"."""
        return {one.list_id: f"{one.version}@{one.sha256[:12]}" for one in self._all_latest()}

    def checked(self) -> dict[str, datetime]:
        """When the source of each list was last looked at."""
        return {one.list_id: one.checked_at for one in self._all_latest()}

    def status(self) -> list[ListStatus]:
        """The version in force of every list, by list id."""
        c = watchlist_entries.c
        query = select(c.list_id, func.count()).where(c.removed_at_version.is_(None)).group_by(c.list_id)
        counts = {row[0]: row[1] for row in self.connection.execute(query)}
        return [ListStatus(latest=latest, entries=counts.get(latest.list_id, 0)) for latest in self._all_latest()]

    def entry_count(self, list_id: str) -> int:
        """Number of entries of a list in force; 0 for a list never imported."""
        c = watchlist_entries.c
        query = select(func.count()).where(c.list_id == list_id, c.removed_at_version.is_(None))
        return int(self.connection.execute(query).scalar_one())

    def _all_latest(self) -> list[VersionSummary]:
        c = watchlist_versions.c
        latest = select(c.list_id, func.max(c.version).label("version")).group_by(c.list_id).subquery()
        joined = (latest.c.list_id == c.list_id) & (latest.c.version == c.version)
        query = select(watchlist_versions).join(latest, joined).order_by(c.list_id)
        return [VersionSummary(**row._mapping) for row in self.connection.execute(query)]

    def _latest(self, list_id: str) -> VersionSummary | None:
        return next(iter(self.history(list_id)), None)

    def history(self, list_id: str) -> list[VersionSummary]:
        """Every version of a list, newest first."""
        c = watchlist_versions.c
        query = select(watchlist_versions).where(c.list_id == list_id).order_by(c.version.desc())
        return [VersionSummary(**row._mapping) for row in self.connection.execute(query)]

    def rejects(self, list_id: str, version: int) -> list[RejectedRecord]:
        """The records a version rejected."""
        c = watchlist_rejects.c
        query = select(c.place, c.reason, c.value).where(c.list_id == list_id, c.version == version).order_by(c.id)
        return [RejectedRecord(*row) for row in self.connection.execute(query)]

    def diff(self, list_id: str, before: int, after: int) -> list[EntryChange]:
        """What changed from one version to a later one, by entry id. Raises ValueError for the wrong order."""
        if before > after:
            raise ValueError(f"list {list_id}: version {before} is later than {after}; give the earlier one first")
        c = watchlist_entries.c
        touched = c.valid_from_version.between(before + 1, after) | c.removed_at_version.between(before + 1, after)
        query = select(watchlist_entries).where(c.list_id == list_id, touched)
        old: dict[str, bytes] = {}
        new: dict[str, bytes] = {}
        for row in self.connection.execute(query):
            if row.valid_from_version <= before:
                old[row.entry_id] = row.body
            if row.removed_at_version is None or row.removed_at_version > after:
                new[row.entry_id] = row.body
        changes = []
        for entry_id in sorted(old.keys() | new.keys()):
            was, now = old.get(entry_id), new.get(entry_id)
            if was == now:
                continue
            kind = "added" if was is None else "removed" if now is None else "changed"
            changes.append(EntryChange(kind, entry_id, _decoded(was), _decoded(now)))
        return changes

    def entry(self, list_id: str, entry_id: str) -> ListEntry | None:
        """The entry as it stands or last stood."""
        c = watchlist_entries.c
        query = select(c.body).where(c.list_id == list_id, c.entry_id == entry_id)
        return _decoded(self.connection.execute(query.order_by(c.valid_from_version.desc()).limit(1)).scalar())


def _decoded(content: bytes | None) -> ListEntry | None:
    return None if content is None else DECODER.decode(content)


def _rows(imported: ImportedList, version: int) -> tuple[dict[str, dict[str, Any]], list[RejectedRecord]]:
    """The entries as rows by entry id, and the rejected ones: those of the reader and those we can't keep."""
    rows: dict[str, dict[str, Any]] = {}
    rejected = list(imported.rejected)
    for position, entry in enumerate(imported.entries, start=1):
        if entry.list_id != imported.list_id:
            raise ValueError(f"entry {entry.entry_id} belongs to list {entry.list_id}, not to {imported.list_id}")
        place = f"entry {position} (id {printable(entry.entry_id)})"
        if entry.entry_id in rows:
            rejected.append(
                RejectedRecord(place, "the entry id occurs twice; the first one was stored", entry.name[:80])
            )
            continue
        try:
            content = canonical(entry)
            checked(entry.entry_id, "entry id")
            checked(entry.name, "name")
        except (UnstorableText, UnicodeEncodeError) as error:
            rejected.append(RejectedRecord(place, str(error)[:300], entry.name[:80]))
            continue
        rows[entry.entry_id] = {
            "list_id": imported.list_id,
            "entry_id": entry.entry_id,
            "name": entry.name,
            "fingerprint": entry.fingerprint,
            "body_hash": hashlib.sha256(content).hexdigest(),
            "body": content,
            "valid_from_version": version,
        }
    return rows, rejected
