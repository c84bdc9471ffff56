"""Seals over the live audit: a Merkle log of all entries whose signed checkpoints pin what has been written so far.

The leaves of the log are the entries' hashes. Each seal appends what came since the one before: stream by stream in
order of name, in each stream in order of number. A chain shows what was changed inside it; only a seal shows that its
end was cut off or that it was written anew from somewhere on. Seals are kept in the database and as files in a witness
folder, which is to be copied to somebody else's keeping: whoever restores an old database meets a newer seal there.
"""

import hashlib
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from databases.audit import Checkpoint
from databases.audit_chain import stamp
from databases.engine import Database
from databases.evidence import Evidence
from databases.unit_of_work import UnitOfWork
from risk.canonical import canonical
from tradewarden.aeo.chain import ChainWalk
from tradewarden.aeo.evidence import EMPTY_CHAIN, Head
from tradewarden.aeo.keys import EvidenceKey
from tradewarden.aeo.merkle import Tree, leaf_hash
from tradewarden.aeo.report import Findings
from tradewarden.errors import CannotDo

SEAL_KIND = "tradewarden-audit-seal/1"


class Statement(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a seal says. `streams` are the heads of all chains, `peaks` let the tree go on, `previous` is the hash of
    the seal before ("" for the first)."""

    kind: str
    at: str
    streams: Mapping[str, Head]
    size: int
    root: str
    peaks: tuple[str, ...]
    previous: str
    public_key: str

    def to_bytes(self) -> bytes:
        """The bytes that are signed."""
        return canonical(self)

    def tree(self) -> Tree:
        """The tree as it stood. Raises ValueError when the peaks do not fit the size."""
        return Tree(self.size, [bytes.fromhex(peak) for peak in self.peaks])


@dataclass(frozen=True, slots=True)
class Seal:
    """A signed statement: the exact bytes, and the signature in hexadecimal."""

    statement: bytes
    signature: str

    @property
    def hash(self) -> str:
        return hashlib.sha256(self.statement).hexdigest()


def read_statement(content: bytes) -> Statement | None:
    """The statement in its one canonical spelling, or None."""
    try:
        statement = msgspec.json.decode(content, type=Statement)
        statement.tree()
    except (msgspec.MsgspecError, ValueError):
        return None
    return statement if statement.kind == SEAL_KIND and statement.to_bytes() == content else None


def seal(database: Database, key: EvidenceKey, now: datetime, witness: Path | None = None) -> Seal | None:
    """Sign what was written since the last seal; None when nothing was, or when another process has just done it.

    The seal is stored and, when a `witness` folder is given, written there too. The long part, hashing, holds no
    lock. Raises CannotDo when the last seal or what follows it is damaged: a seal must not cover up a fault.
    """
    with database.reading() as uow:
        last = _last_seal(uow)
        statement = _next_statement(uow, last, key, now)
    if statement is None:
        return None
    content = statement.to_bytes()
    made = Seal(content, key.sign(content))
    with database.writing() as uow:
        if _last_seal(uow) != last:
            return None
        uow.audit.save_checkpoint(
            Checkpoint(
                at=now,
                tree_size=statement.size,
                root=statement.root,
                key_id=key.fingerprint,
                statement=content,
                signature=bytes.fromhex(made.signature),
            )
        )
    if witness is not None:
        write_witness(witness, made, statement.size)
    return made


def _last_seal(uow: UnitOfWork) -> Seal | None:
    checkpoints = uow.audit.checkpoints()
    return Seal(checkpoints[-1].statement, checkpoints[-1].signature.hex()) if checkpoints else None


def _next_statement(uow: UnitOfWork, last: Seal | None, key: EvidenceKey, now: datetime) -> Statement | None:
    before = read_statement(last.statement) if last else None
    if last and before is None:
        raise CannotDo("The last seal of the audit log is damaged, so none can follow. Run `tradewarden audit verify`.")
    tree = before.tree() if before else Tree()
    heads = dict(before.streams) if before else {}
    questions = Evidence(uow.connection)
    findings, begun = Findings(), tree.size
    for stream in sorted(head.stream for head in uow.audit.streams()):
        start = heads.get(stream, EMPTY_CHAIN)
        walk = ChainWalk(stream, questions.entries(stream, start.seq + 1), findings, start)
        for entry in walk.up_to():
            _refuse_faults(findings)
            tree.append(leaf_hash(bytes.fromhex(entry["hash"])))
        heads[stream] = walk.head
    if tree.size == begun:
        return None
    return Statement(
        kind=SEAL_KIND,
        at=stamp(now),
        streams=heads,
        size=tree.size,
        root=tree.root().hex(),
        peaks=tuple(peak.hex() for peak in tree.peaks),
        previous=last.hash if last else "",
        public_key=key.public_hex,
    )


def _refuse_faults(findings: Findings) -> None:
    for problem in findings.problems:
        raise CannotDo(
            f"The audit log can't be sealed: {problem.where}: {problem.sentences[1]}. Run `tradewarden audit verify`."
        )


def write_witness(folder: Path, made: Seal, size: int) -> Path:
    """Write a seal as one file, whole or not at all. Raises CannotDo when the folder can't be written."""
    path = folder / f"seal-{size:012d}-{made.hash[:16]}.json"
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(made.statement + b"\n" + made.signature.encode() + b"\n")
        os.replace(temporary, path)
    except OSError as error:
        raise CannotDo(f"The seal can't be handed to the witness folder {folder} ({error.strerror}).") from error
    return path


def read_witnesses(folder: Path) -> Iterator[tuple[str, Seal]]:
    """The seals of a witness folder with their file names, oldest first; a damaged file gives one that never fits."""
    for path in sorted(folder.glob("seal-*.json")):
        statement, _, signature = path.read_bytes().partition(b"\n")
        yield path.name, Seal(statement, signature.decode("ascii", "replace").strip())
