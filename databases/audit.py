"""Audit entries in hash chains, one chain per writer stream, and the signed checkpoints over them.

Append only: triggers on both engines refuse UPDATE and DELETE. The head of a stream is a row of its own, locked while
a writer appends, so two writers of one stream can't fork it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Index, Integer, Table, UniqueConstraint

from databases.audit_chain import AuditEntry, ChainProblem, NewEntry
from databases.columns import body, metadata, number, row_id, time, words

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
    Column("witnessed", Integer, nullable=False, server_default="0"),
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
        """Chain and store entries of one stream in this transaction; returns them with seq and hash."""
        raise NotImplementedError

    def entries(self, since: datetime, until: datetime) -> Iterator[AuditEntry]:
        """All entries with since <= at < until, by stream and seq; streamed, not held in memory."""
        raise NotImplementedError

    def of_stream(self, stream: str, after_seq: int = 0) -> Iterator[AuditEntry]:
        """The entries of one stream behind a seq, in order."""
        raise NotImplementedError

    def streams(self) -> tuple[StreamHead, ...]:
        """The heads of all streams, by name."""
        raise NotImplementedError

    def verify(self, stream: str) -> tuple[ChainProblem, ...]:
        """Recompute one chain to its head; also a cut-off tail (`cut_off`) is found against the head row."""
        raise NotImplementedError

    def save_checkpoint(self, checkpoint: Checkpoint) -> int:
        """Keep a signed checkpoint; returns its id."""
        raise NotImplementedError

    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """All checkpoints, oldest first."""
        raise NotImplementedError
