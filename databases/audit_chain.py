"""The hash chain of audit entries: pure, so that the recorder, the exporter and a verifier share one definition.

The hash of an entry is the SHA-256 of its canonical JSON with the hash of the entry before it in the same stream; the
first entry of a stream follows 64 zeros. Times are written in UTC with microseconds.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from risk.canonical import canonical, digest

GENESIS = "0" * 64
SYSTEM_STREAM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """What happened, before it has a place in a chain. `actor` is a user name or a worker's name, never empty.

    `action` is a dotted verb (order.decided, order.read, alert.approved). `before_hash` and `after_hash` are SHA-256
    of the object's canonical JSON, empty where there was none.
    """

    at: datetime
    actor: str
    action: str
    object_type: str
    object_id: str
    details: Mapping[str, Any] = field(default_factory=dict)
    before_hash: str = ""
    after_hash: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """An entry at its place in a stream's chain. `details` is the canonical JSON exactly as hashed."""

    stream: str
    seq: int
    at: datetime
    actor: str
    action: str
    object_type: str
    object_id: str
    details: str
    before_hash: str
    after_hash: str
    reason: str
    previous_hash: str
    hash: str


_HASHED = tuple(name for name in AuditEntry.__slots__ if name != "hash")


@dataclass(frozen=True, slots=True)
class ChainProblem:
    """Where a chain does not hold: kind is `gap`, `changed` or `broken_link`."""

    kind: str
    stream: str
    seq: int


def entry_hash(entry: AuditEntry) -> str:
    """The hash an entry must carry, recomputed from all its other fields."""
    return _hash({name: getattr(entry, name) for name in _HASHED})


def _hash(values: Mapping[str, Any]) -> str:
    return digest({**values, "at": stamp(values["at"])})


@lru_cache(maxsize=64)  # the entries of a batch have one time; equal times have one text, whatever their zones
def stamp(at: datetime) -> str:
    """A time as it is hashed: UTC, always six digits of microseconds, `Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def chained(stream: str, last: tuple[int, str], entries: Sequence[NewEntry]) -> Iterator[AuditEntry]:
    """Put new entries behind the `last` (seq, hash) of a stream; (0, GENESIS) begins one.

    Raises ValueError for an entry without actor: an audit that is blind when no user is set is none.
    """
    seq, previous = last
    for new in entries:
        if not new.actor:
            raise ValueError(f"audit entry {new.action} on {new.object_type} {new.object_id}: no actor")
        seq += 1
        values: dict[str, Any] = {
            "stream": stream,
            "seq": seq,
            "at": new.at,
            "actor": new.actor,
            "action": new.action,
            "object_type": new.object_type,
            "object_id": new.object_id,
            "details": canonical(new.details).decode(),
            "before_hash": new.before_hash,
            "after_hash": new.after_hash,
            "reason": new.reason,
            "previous_hash": previous,
        }
        entry = AuditEntry(**values, hash=_hash(values))
        previous = entry.hash
        yield entry


def problems(entries: Iterable[AuditEntry], start: tuple[int, str] = (0, GENESIS)) -> Iterator[ChainProblem]:
    """All breaks in the entries of ONE stream, given in order of seq and beginning behind `start`.

    A cut-off tail shows only against a checkpoint or the stream's head, which the caller compares.
    """
    seq, previous = start
    for entry in entries:
        if entry.seq != seq + 1:
            yield ChainProblem("gap", entry.stream, seq + 1)
        elif entry.previous_hash != previous:
            yield ChainProblem("broken_link", entry.stream, entry.seq)
        if entry_hash(entry) != entry.hash:
            yield ChainProblem("changed", entry.stream, entry.seq)
        seq, previous = entry.seq, entry.hash
