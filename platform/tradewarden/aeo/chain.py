"""Walks one audit chain of the live database, entry by entry, whatever state its rows are in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from databases.audit_chain import AuditEntry, entry_hash
from databases.evidence import Row
from tradewarden.aeo.evidence import EMPTY_CHAIN, Head
from tradewarden.aeo.report import Findings

ENTRY_FIELDS = tuple(AuditEntry.__dataclass_fields__)


@dataclass(slots=True)
class ChainWalk:
    """A position in a chain: `head` is the last entry passed. Faults go to `findings` as they are met."""

    stream: str
    entries: Iterator[Row]
    findings: Findings
    head: Head = EMPTY_CHAIN
    _waiting: list[Row] = field(default_factory=list)

    def up_to(self, last: int | None = None) -> Iterator[Row]:
        """Pass the entries up to number `last` (all without it) and check each against the one before."""
        while (entry := self._next()) is not None:
            seq = entry["seq"]
            if last is not None and isinstance(seq, int) and seq > last:
                self._waiting.append(entry)
                return
            self._check(entry)
            yield entry

    def _next(self) -> Row | None:
        return self._waiting.pop() if self._waiting else next(self.entries, None)

    def _check(self, entry: Row) -> None:
        where = f"{self.stream} #{entry['seq']}"
        if not isinstance(entry["seq"], int):
            self.findings.add("audit_changed", where)
            return
        if true_hash(entry) != entry["hash"]:
            self.findings.add("audit_changed", where)
        if entry["seq"] != self.head.seq + 1:
            self.findings.add("audit_gap", f"{self.stream} #{self.head.seq + 1}")
        elif entry["previous_hash"] != self.head.hash:
            self.findings.add("audit_broken_link", where)
        self.head = Head(entry["seq"], str(entry["hash"]))


def true_hash(entry: Row) -> str:
    """The hash that the entry's other columns give; empty when they can't be what was recorded."""
    fields: dict[str, Any] = {name: entry[name] for name in ENTRY_FIELDS}
    try:
        return entry_hash(AuditEntry(**fields))
    except (AttributeError, TypeError, ValueError):
        return ""
