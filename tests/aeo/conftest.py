"""Evidence in memory: synthetic decisions and audit chains, written to packs the way real ones are."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from databases.audit_chain import GENESIS, NewEntry, chained, stamp
from risk.canonical import canonical
from tradewarden.aeo.evidence import EMPTY_CHAIN, Document, Head, Span
from tradewarden.aeo.keys import EvidenceKey, load_key
from tradewarden.aeo.pack import ExportOrder, PackSummary, export
from tradewarden.aeo.period import Period

NOW = datetime(2026, 4, 2, 1, 30, tzinfo=UTC)
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
PHOTO = b"\xff\xd8 synthetic photo of a loading \n" * 3
STREAMS = {"console": 3, "worker-1": 0}
"""Audit streams and the number of entries before the period."""


@dataclass
class MemoryEvidence:
    """An evidence source over lists."""

    lines: dict[str, list[bytes]] = field(default_factory=dict)
    chains: dict[str, Span] = field(default_factory=dict)
    papers: list[Document] = field(default_factory=list)
    stored: dict[str, bytes] = field(default_factory=dict)

    def records(self, kind: str) -> Iterator[bytes]:
        yield from self.lines.get(kind, [])

    def spans(self) -> Mapping[str, Span]:
        return self.chains

    def documents(self) -> Iterator[Document]:
        yield from self.papers

    def content(self, sha256: str) -> Iterator[bytes] | None:
        return iter([self.stored[sha256]]) if sha256 in self.stored else None


def audit_line(entry) -> bytes:
    fields = {name: getattr(entry, name) for name in type(entry).__dataclass_fields__}
    return canonical({**fields, "at": stamp(entry.at)})


def decision(number: int, **changes: str) -> bytes:
    finding = {"check": "LC001", "status": "hit", "seen": {"gross_kg": "200.0", "name": "=1+1 外综服"}}
    record = {
        "decision_id": f"D-{number}",
        "order_id": f"O-{number}",
        "revision": 1,
        "as_of": NOW,
        "outcome": ("release", "review", "hold", "refuse")[number % 4],
        "score": number % 101,
        "policy": "default v1",
        "policy_hash": "ab" * 32,
        "decision": {"findings": [finding], "supervision": {"kind": "on_site"}},
    }
    return canonical(record | changes)


def memory_evidence(decisions: int = 4, entries: int = 4) -> MemoryEvidence:
    evidence = MemoryEvidence()
    numbers = range(1, decisions + 1)
    evidence.lines = {
        "decisions": [decision(number) for number in numbers],
        "orders": [canonical({"order_id": f"O-{number}", "revision": 1, "client": "合成公司"}) for number in numbers],
        "screenings": [canonical({"name": "BLU PRECISION", "verdict": "nomatch"})],
        "dispositions": [canonical({"alert_id": 1, "disposition": "release"})],
        "list_versions": [canonical({"list": "SA01", "version": "2026-03-01"})],
        "policies": [canonical({"name": "default", "version": 1, "hash": "ab" * 32})],
        "audit": [],
    }
    for stream, before in STREAMS.items():
        new = [
            NewEntry(at=NOW, actor="合成用户", action="order.read", object_type="order", object_id=f"O-{number}")
            for number in range(before + entries)
        ]
        chain = list(chained(stream, (0, GENESIS), new))
        evidence.lines["audit"] += [audit_line(entry) for entry in chain[before:]]
        start = Head(before, chain[before - 1].hash) if before else EMPTY_CHAIN
        evidence.chains[stream] = Span(start, Head(chain[-1].seq, chain[-1].hash))
    sha256 = hashlib.sha256(PHOTO).hexdigest()
    evidence.stored[sha256] = PHOTO
    evidence.papers = [Document(sha256, {"order_id": "O-1", "name": "装箱照片.jpg"})]
    return evidence


@pytest.fixture(scope="session")
def synthetic_decision() -> Callable[..., bytes]:
    """A record of decisions.jsonl by number, with changed fields."""
    return decision


@pytest.fixture
def evidence() -> MemoryEvidence:
    return memory_evidence()


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> EvidenceKey:
    return load_key(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def march_order() -> Callable[[Path], ExportOrder]:
    """An export of March 2026 to a path."""
    return lambda out: ExportOrder(period=MARCH, out=out, now=NOW, actor="auditor-1")


@pytest.fixture
def write_pack(
    key: EvidenceKey, evidence: MemoryEvidence, tmp_path: Path, march_order: Callable[[Path], ExportOrder]
) -> Callable[..., PackSummary]:
    """Write a pack: `write_pack("pack.zip")`, with another key or other evidence when given."""

    def write(name: str, source: MemoryEvidence = evidence, signer: EvidenceKey = key) -> PackSummary:
        return export(source, signer, march_order(tmp_path / name))

    return write
