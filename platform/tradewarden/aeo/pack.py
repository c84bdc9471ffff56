"""Writes an evidence pack: a signed BagIt bag, as a folder or as one zip; whole or not at all."""

import hashlib
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from risk.canonical import canonical
from tradewarden.aeo.checkpoint import Checkpoint, FileSeal
from tradewarden.aeo.container import write_zip
from tradewarden.aeo.evidence import DOCUMENTS, KINDS, Document, EvidenceSource, Kind
from tradewarden.aeo.keys import EvidenceKey
from tradewarden.aeo.period import Period
from tradewarden.aeo.tag_files import BAGIT, CHECKPOINT, MANIFEST, SIGNATURE, TAGMANIFEST, bag_info, manifest, readme
from tradewarden.aeo.workbook import Index, decoded
from tradewarden.aeo.writers import INDEX_PATH, Bag, HashedFile, RecordFile
from tradewarden.errors import CannotDo

VERIFIER = Path(__file__).parent / "standalone" / "verify.py"
WORKBOOK_PATH = "data/index.xlsx"
SHA256 = re.compile(r"[0-9a-f]{64}")


class Cancelled(CannotDo):
    """The export was stopped by the user; nothing was left behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOrder:
    """What to export, where to, when, and for whom (the account that the audit names)."""

    period: Period
    out: Path
    now: datetime
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How the caller follows along: `progress(kind, records so far)`, and `cancelled()` asked before every record."""

    progress: Callable[[str, int], None] = lambda _kind, _records: None
    cancelled: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True, kw_only=True)
class PackSummary:
    """What was written. `pack_hash` is the SHA-256 of checkpoint.json, which covers everything else in the pack.

    `absent` are documents that the storage lost or altered; the pack says so, and so must the caller.
    """

    path: Path
    records: Mapping[str, int]
    documents: int
    absent: tuple[str, ...]
    root: str
    pack_hash: str
    fingerprint: str


def export(
    evidence: EvidenceSource,
    key: EvidenceKey,
    order: ExportOrder,
    watch: Watch = Watch(),
    before_publishing: Callable[[PackSummary], None] = lambda _summary: None,
) -> PackSummary:
    """Write the pack to `order.out` (a zip when the name ends in .zip, else a folder).

    `before_publishing` is called with the finished pack before it gets its name: an export that can't be audited is
    not handed out. Raises CannotDo when `out` exists or can't be written, Cancelled when stopped; both leave nothing.
    """
    _refuse_existing(order.out)
    staging = order.out.with_name(f".{order.out.name}.partial-{secrets.token_hex(4)}")
    try:
        staging.mkdir(parents=True)
        summary = _Export(evidence, key, order, watch, staging).run()
        before_publishing(summary)
        _publish(staging, order.out)
    except OSError as error:
        raise CannotDo(
            f"The pack {order.out} can't be written: {error.strerror} ({error.filename}). "
            "Choose a folder on a disk with enough space that this account may write."
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return summary


def _refuse_existing(out: Path) -> None:
    if out.exists() or out.is_symlink():
        raise CannotDo(f"{out} exists already; evidence is never overwritten. Choose another name.")


def _publish(staging: Path, out: Path) -> None:
    _refuse_existing(out)
    if _is_zip(out):
        (staging / out.name).rename(out)
    else:
        next(staging.glob("evidence-*")).rename(out)


def _is_zip(out: Path) -> bool:
    return out.suffix.lower() == ".zip"


class _Export:
    """One run; holds what the steps share."""

    def __init__(
        self, evidence: EvidenceSource, key: EvidenceKey, order: ExportOrder, watch: Watch, staging: Path
    ) -> None:
        self._evidence, self._key, self._order, self._watch, self._staging = evidence, key, order, watch, staging
        self._bag = Bag(staging / f"evidence-{order.period}")
        self._policies: set[str] = set()
        self._absent: list[str] = []
        self._documents = 0

    def run(self) -> PackSummary:
        (self._bag.folder / "data").mkdir(parents=True)
        seals = self._payload()
        checkpoint = self._tags(seals)
        if _is_zip(self._order.out):
            write_zip(self._bag.folder, [*self._bag.sums], self._staging / self._order.out.name)
        return PackSummary(
            path=self._order.out,
            records={path: seal.records for path, seal in seals.items()},
            documents=self._documents,
            absent=tuple(self._absent),
            root=self._bag.tree.root().hex(),
            pack_hash=hashlib.sha256(checkpoint).hexdigest(),
            fingerprint=self._key.fingerprint,
        )

    def _payload(self) -> dict[str, FileSeal]:
        order = self._order
        seals: dict[str, FileSeal] = {}
        with Index(self._bag.folder / WORKBOOK_PATH, self._staging / "scratch", order.now) as workbook:
            with self._bag.file(INDEX_PATH) as index:
                for kind in sorted(KINDS, key=lambda kind: kind.path):
                    seals[kind.path] = self._records(kind, index, workbook)
            workbook.close(order.period, order.now, self._key.fingerprint, seals)
        self._bag.adopt(WORKBOOK_PATH)
        return seals

    def _records(self, kind: Kind, index: HashedFile, workbook: Index) -> FileSeal:
        lines = self._document_lines(workbook) if kind.name == DOCUMENTS else self._evidence.records(kind.name)
        with self._bag.file(kind.path) as file:
            records = RecordFile(self._bag, kind.path, file, index)
            for line in lines:
                self._stop_if_cancelled()
                records.write(line)
                if kind.name == "decisions":
                    self._note_decision(line, workbook)
                self._watch.progress(kind.name, records.records)
        return records.seal()

    def _note_decision(self, line: bytes, workbook: Index) -> None:
        record = decoded(line)
        workbook.decision(record)
        self._policies.add(str(record["policy_hash"]))

    def _document_lines(self, workbook: Index) -> Iterator[bytes]:
        for document in self._evidence.documents():
            if not SHA256.fullmatch(document.sha256):
                raise CannotDo(f"A document is filed under {document.sha256[:80]!r}, not a SHA-256. Mend the row.")
            state = self._take_in(document)
            if state == "present":
                self._documents += 1
            else:
                self._absent.append(document.sha256)
            workbook.document(document.sha256, state, document.facts)
            yield canonical({**document.facts, "sha256": document.sha256, "state": state})

    def _take_in(self, document: Document) -> str:
        """Copy the file; a file whose bytes are not those of its name is left out and called damaged."""
        content = self._evidence.content(document.sha256)
        if content is None:
            return "missing"
        path = f"data/documents/{document.sha256}"
        with self._bag.file(path) as file:
            for piece in content:
                self._stop_if_cancelled()
                file.write(piece)
        if self._bag.sums[path] == document.sha256:
            return "present"
        self._bag.discard(path)
        return "damaged"

    def _stop_if_cancelled(self) -> None:
        if self._watch.cancelled():
            raise Cancelled(f"The export to {self._order.out} was cancelled; nothing was written.")

    def _tags(self, seals: Mapping[str, FileSeal]) -> bytes:
        """Tag files, then the checkpoint over them and its signature, which no manifest lists. Returns its bytes."""
        bag, order = self._bag, self._order
        payload = dict(bag.sums)
        fingerprint = self._key.fingerprint
        bag.write("bagit.txt", [BAGIT])
        bag.write("bag-info.txt", [bag_info(order.period, order.now, fingerprint, bag.sizes)])
        bag.write("README.txt", [readme(order.period, order.now, fingerprint)])
        bag.write("verify.py", [VERIFIER.read_bytes()])
        bag.write(MANIFEST, [manifest(payload)])
        bag.write(TAGMANIFEST, [manifest({path: bag.sums[path] for path in bag.sums.keys() - payload.keys()})])
        checkpoint = self._checkpoint(seals).to_bytes()
        bag.write(CHECKPOINT, [checkpoint])
        bag.write(SIGNATURE, [self._key.sign(checkpoint).encode() + b"\n"])
        return checkpoint

    def _checkpoint(self, seals: Mapping[str, FileSeal]) -> Checkpoint:
        return Checkpoint(
            period=self._order.period,
            generated_at=self._order.now,
            generated_by=self._order.actor,
            files=seals,
            streams=self._evidence.spans(),
            size=self._bag.tree.size,
            root=self._bag.tree.root().hex(),
            policies=tuple(sorted(self._policies)),
            tagmanifest_sha256=self._bag.sums[TAGMANIFEST],
            public_key=self._key.public_hex,
        )
