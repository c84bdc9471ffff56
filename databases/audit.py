"""Audit entries in hash chains, one chain per writer stream, and the signed checkpoints over them.

Append only: triggers on both engines refuse UPDATE and DELETE. The head of a stream is a row of its own, locked while
a writer appends, so two writers of one stream can't fork it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Index, Row, Table, UniqueConstraint, select

from databases.audit_chain import GENESIS, AuditEntry, ChainProblem, NewEntry, chained, problems
from databases.bulk import insert_rows, streamed, upsert
from databases.columns import body, metadata, number, row_id, time, words
from databases.paging import Page, PageRequest, paged

CHECKPOINT_FIELDS = ("at", "tree_size", "root", "key_id", "statement", "signature")

audit_entries = Table(
    "audit_entries",
    metadata,
    words("stream", primary_key=True),
    number("seq", primary_key=True, autoincrement=False),
    time("at"),
    words("actor"),
    words("action"),
    words("object_type"),
    words("object_id"),
    words("details"),
    words("before_hash"),
    words("after_hash"),
    words("reason"),
    words("previous_hash"),
    words("hash"),
    Index(None, "at"),
    Index(None, "object_type", "object_id"),
)

audit_heads = Table(
    "audit_heads", metadata, words("stream", primary_key=True), number("seq"), words("hash"), time("at")
)

audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    row_id(),
    time("at"),
    number("tree_size"),
    words("root"),
    words("key_id"),
    body("statement"),
    body("signature"),
    UniqueConstraint("tree_size", "root"),
)


@dataclass(frozen=True, slots=True)
class StreamHead:
    """The last place of a stream's chain."""

    stream: str
    seq: int
    hash: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A signed statement over all chains: `statement` are the exact signed bytes, `root` the Merkle root (hex)."""

    at: datetime
    tree_size: int
    root: str
    key_id: str
    statement: bytes
    signature: bytes
    checkpoint_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """Filters of the audit log; empty means any. `since` inclusive, `until` exclusive."""

    since: datetime | None = None
    until: datetime | None = None
    actor: str = ""
    action: str = ""
    object_type: str = ""
    object_id: str = ""


class Audit:
    """The audit log inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def append(self, stream: str, entries: Sequence[NewEntry]) -> tuple[AuditEntry, ...]:
        """Chain and store entries of one stream in this transaction; returns them with seq and hash.

        Raises ValueError for an entry without actor.
        """
        if not entries:
            return ()
        last = self._locked_head(stream, entries[0].at)
        made = tuple(chained(stream, last, entries))
        insert_rows(self.connection, audit_entries, [_row(entry) for entry in made])
        moved = audit_heads.update().where(audit_heads.c.stream == stream)
        self.connection.execute(moved.values(seq=made[-1].seq, hash=made[-1].hash, at=made[-1].at))
        return made

    def _locked_head(self, stream: str, at: datetime) -> tuple[int, str]:
        head = select(audit_heads.c.seq, audit_heads.c.hash).where(audit_heads.c.stream == stream).with_for_update()
        found = self.connection.execute(head).first()
        if found is None:
            begin = upsert(self.connection, audit_heads).on_conflict_do_nothing(index_elements=["stream"])
            self.connection.execute(begin, {"stream": stream, "seq": 0, "hash": GENESIS, "at": at})
            found = self.connection.execute(head).one()
        return found.seq, found.hash

    def entries(self, since: datetime, until: datetime) -> Iterator[AuditEntry]:
        """All entries with since <= at < until, by stream and seq; streamed, not held in memory."""
        c = audit_entries.c
        query = select(audit_entries).where(c.at >= since, c.at < until).order_by(c.stream, c.seq)
        return map(_entry, streamed(self.connection, query))

    def of_stream(self, stream: str, after_seq: int = 0) -> Iterator[AuditEntry]:
        """The entries of one stream behind a seq, in order; streamed."""
        c = audit_entries.c
        query = select(audit_entries).where(c.stream == stream, c.seq > after_seq).order_by(c.seq)
        return map(_entry, streamed(self.connection, query))

    def search(self, query: AuditQuery, page: PageRequest | None = None) -> Page[AuditEntry]:
        """The audit log for reading, newest first."""
        c = audit_entries.c
        wanted = select(audit_entries).order_by(c.at.desc(), c.stream, c.seq.desc())
        for column, value in ((c.actor, query.actor), (c.action, query.action)):
            wanted = wanted.where(column == value) if value else wanted
        for column, value in ((c.object_type, query.object_type), (c.object_id, query.object_id)):
            wanted = wanted.where(column == value) if value else wanted
        wanted = wanted.where(c.at >= query.since) if query.since else wanted
        wanted = wanted.where(c.at < query.until) if query.until else wanted
        return paged(self.connection, wanted, page, _entry)

    def streams(self) -> tuple[StreamHead, ...]:
        """The heads of all streams, by name."""
        rows = self.connection.execute(select(audit_heads).order_by(audit_heads.c.stream))
        return tuple(StreamHead(**row._mapping) for row in rows)

    def verify(self, stream: str) -> tuple[ChainProblem, ...]:
        """Recompute one chain to its head; also a cut-off tail (`cut_off`) is found against the head row."""
        last = (0, GENESIS)
        found: list[ChainProblem] = []
        for entry in self.of_stream(stream):
            found.extend(problems((entry,), last))
            last = (entry.seq, entry.hash)
        head = next((head for head in self.streams() if head.stream == stream), None)
        if head is None:
            return (*found, ChainProblem("no_head", stream, last[0]))
        if (head.seq, head.hash) != last:
            found.append(ChainProblem("cut_off", stream, last[0] + 1))
        return tuple(found)

    def save_checkpoint(self, checkpoint: Checkpoint) -> int:
        """Keep a signed checkpoint; returns its id."""
        values = {field: getattr(checkpoint, field) for field in CHECKPOINT_FIELDS}
        made = self.connection.execute(audit_checkpoints.insert().values(**values).returning(audit_checkpoints.c.id))
        return int(made.scalar_one())

    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """All checkpoints, oldest first."""
        rows = self.connection.execute(select(audit_checkpoints).order_by(audit_checkpoints.c.id))
        return tuple(
            Checkpoint(checkpoint_id=row.id, **{field: row._mapping[field] for field in CHECKPOINT_FIELDS})
            for row in rows
        )


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(**row._mapping)


def _row(entry: AuditEntry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in AuditEntry.__slots__}
