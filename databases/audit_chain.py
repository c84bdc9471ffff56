"""Hash chains of the audit: pure functions from an entry's fields to its hash, and the walk that finds tampering.

One chain per writer stream. An entry is a mapping of plain values (text, integers, aware times in UTC, mappings of
these) with at least `stream`, `seq` (from 1, without gaps), `previous_hash` and `hash`. The hash is taken over the
canonical JSON of every field but `hash` itself, so no column can be changed without being found, and it can be
re-computed from an exported line with nothing but SHA-256 and a JSON reader.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from risk.canonical import digest

GENESIS = "0" * 64
"""`previous_hash` of the first entry of a stream."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry of a chain: its number and hash. An empty chain has number 0 and the genesis hash."""

    seq: int = 0
    hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a chain. `kind`: changed, missing, out_of_order, link_broken or cut; `seq`: the entry."""

    kind: str
    stream: str
    seq: int


def entry_hash(fields: Mapping[str, Any]) -> str:
    """Hexadecimal SHA-256 over the canonical JSON of an entry without its `hash`."""
    return digest({name: value for name, value in fields.items() if name != "hash"})


def chained(fields: Mapping[str, Any], head: Head) -> dict[str, Any]:
    """The entry that follows `head`: `fields` with `seq`, `previous_hash` and `hash` set."""
    entry = {**fields, "seq": head.seq + 1, "previous_hash": head.hash}
    return {**entry, "hash": entry_hash(entry)}


def follow(head: Head, entry: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with `entry` as the successor of `head` in the same stream."""
    stream, seq = str(entry["stream"]), int(entry["seq"])
    if entry_hash(entry) != entry["hash"]:
        yield Fault("changed", stream, seq)
    if seq <= head.seq:
        yield Fault("out_of_order", stream, seq)
    elif seq > head.seq + 1:
        yield Fault("missing", stream, head.seq + 1)
    elif entry["previous_hash"] != head.hash:
        yield Fault("link_broken", stream, seq)


def ends_at(stream: str, head: Head, promised: Head) -> Iterator[Fault]:
    """Whether a walked chain reaches the head that a signed checkpoint promised."""
    if head.seq < promised.seq:
        yield Fault("cut", stream, head.seq + 1)
    elif head.seq == promised.seq and head.hash != promised.hash:
        yield Fault("changed", stream, head.seq)
