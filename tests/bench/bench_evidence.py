"""Writing and verifying an evidence pack, beside the floor of hashing the same bytes with SHA-256.

Synthetic decisions of about 4 kB, each with three audit entries in two chains; folder on the local disk.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from databases.audit_chain import GENESIS, AuditEntry, NewEntry, chained, stamp
from databases.engine import Database
from measure import row, timed
from risk.canonical import canonical
from tradewarden.aeo.evidence import EMPTY_CHAIN, Document, Head, Span
from tradewarden.aeo.keys import EvidenceKey, load_key
from tradewarden.aeo.live import verify_audit
from tradewarden.aeo.pack import ExportOrder, export
from tradewarden.aeo.period import Period
from tradewarden.aeo.sealing import seal
from tradewarden.aeo.standalone import verify as standalone
from tradewarden.aeo.verify import verify

DECISIONS = 5_000
ENTRIES = 20_000
REPEAT = 5
NOW = datetime(2026, 4, 1, tzinfo=UTC)
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
STREAMS = ("console", "worker-1")


class Synthetic:
    """A month of evidence in memory."""

    def __init__(self) -> None:
        self.lines: dict[str, list[bytes]] = {"decisions": [_decision(n) for n in range(DECISIONS)], "audit": []}
        self.chains: dict[str, Span] = {}
        for stream in STREAMS:
            new = [
                NewEntry(at=NOW, actor="bench", action="order.read", object_type="order", object_id=f"O-{n}")
                for n in range(DECISIONS * 3 // len(STREAMS))
            ]
            entries = list(chained(stream, (0, GENESIS), new))
            self.lines["audit"] += [_audit_line(entry) for entry in entries]
            self.chains[stream] = Span(EMPTY_CHAIN, Head(entries[-1].seq, entries[-1].hash))

    def records(self, kind: str) -> Iterator[bytes]:
        yield from self.lines.get(kind, [])

    def spans(self) -> Mapping[str, Span]:
        return self.chains

    def documents(self) -> Iterator[Document]:
        yield from ()

    def content(self, sha256: str) -> Iterator[bytes] | None:
        raise KeyError(sha256)


def _decision(number: int) -> bytes:
    seen = {"declared_price": "3.2500", "band_low": "2.9000", "band_high": "4.1000"}
    findings = [{"check": f"LC{n:03}", "status": "hit" if n % 9 == 0 else "pass", "seen": seen} for n in range(30)]
    return canonical(
        {
            "decision_id": f"D-{number}",
            "order_id": f"O-{number}",
            "revision": 1,
            "as_of": NOW,
            "outcome": "release",
            "score": 12,
            "policy": "default v1",
            "policy_hash": "ab" * 32,
            "decision": {"findings": findings, "supervision": {"kind": "media"}},
        }
    )


def _audit_line(entry: AuditEntry) -> bytes:
    fields = {name: getattr(entry, name) for name in AuditEntry.__dataclass_fields__}
    return canonical({**fields, "at": stamp(entry.at)})


def hash_all(folder: Path) -> None:
    """The floor: every byte of every file through SHA-256."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                hashlib.file_digest(file, "sha256")


def main() -> None:
    evidence = Synthetic()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        key, pack = load_key(folder / "keys"), folder / "pack"

        def write(out: Path) -> None:
            shutil.rmtree(out, ignore_errors=True)
            out.unlink(missing_ok=True)
            export(evidence, key, ExportOrder(period=MARCH, out=out, now=NOW, actor="bench"))

        write(pack)
        records = verify(pack).records
        size = sum(path.stat().st_size for path in pack.rglob("*") if path.is_file())
        print(f"{records:,} records, {size / 1e6:.1f} MB, one core")
        floor = row("floor: SHA-256 of the same bytes", timed(lambda: hash_all(pack), REPEAT, 1), records)
        row("export to a folder", timed(lambda: write(pack), REPEAT, 1), records, floor)
        row("export to a zip", timed(lambda: write(folder / "pack.zip"), REPEAT, 1), records, floor)
        row("verify (product)", timed(lambda: verify(pack), REPEAT, 1), records, floor)
        row("verify (stand-alone)", timed(lambda: standalone.verify(str(pack)), REPEAT, 1), records, floor)
        print(f"verdicts: folder {verify(pack).verdict}, zip {verify(folder / 'pack.zip').verdict}\n")
        live(folder, key)


def live(folder: Path, key: EvidenceKey) -> None:
    """The audit log of a database: sealing it, and verifying every chain."""
    database = Database(f"sqlite:///{folder / 'audit.db'}")
    database.upgrade(now=NOW)
    entry = NewEntry(at=NOW, actor="bench", action="order.read", object_type="order", object_id="O-1")
    with database.writing() as uow:
        for stream in STREAMS:
            uow.audit.append(stream, [entry] * (ENTRIES // len(STREAMS)))
    with database.reading() as uow:
        hashes = [bytes.fromhex(kept.hash) for stream in STREAMS for kept in uow.audit.of_stream(stream)]
    print(f"{ENTRIES:,} audit entries in SQLite, one core")
    floor = row("floor: SHA-256 of as many hashes", timed(lambda: list(map(hashlib.sha256, hashes)), REPEAT), ENTRIES)
    row("seal (once)", timed(lambda: seal(database, key, NOW), 1, 0), ENTRIES, floor)
    row("verify the live audit", timed(lambda: verify_audit(database), REPEAT, 1), ENTRIES, floor)
    print(f"verdict: {verify_audit(database).verdict}")
    database.dispose()


if __name__ == "__main__":
    main()
