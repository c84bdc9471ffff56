"""Verifies the audit of the live database: every chain, every seal, and the decisions the audit vouches for."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from databases.audit_chain import stamp
from databases.engine import Database
from databases.evidence import DECIDED, Evidence, Row
from databases.unit_of_work import UnitOfWork
from tradewarden.aeo.chain import ChainWalk
from tradewarden.aeo.evidence import Head
from tradewarden.aeo.keys import fingerprint, same_fingerprint, signature_is_valid
from tradewarden.aeo.merkle import Tree, leaf_hash
from tradewarden.aeo.report import Findings, Report
from tradewarden.aeo.sealing import Seal, Statement, read_statement, read_witnesses

AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the caller knows besides the database: the signer's fingerprint, and a folder of witnessed seals."""

    signer: str = ""
    witness: Path | None = None


def verify_audit(
    database: Database, expected: Expected = Expected(), progress: Callable[[int], None] = lambda _entries: None
) -> Report:
    """Check all audit entries against their chains, the seals, and the decisions they vouch for.

    Finds entries that were changed, removed, inserted, reordered or cut off, also when all hashes were made to fit
    again, as far as a seal reaches; and decisions that were changed, removed or added. `progress` gets the number of
    entries read so far. Raises StorageError when the database can't be read.
    """
    with database.reading() as uow:
        return _Verification(uow, expected, progress).run()


@dataclass(slots=True)
class _Verification:
    uow: UnitOfWork
    expected: Expected
    progress: Callable[[int], None]
    findings: Findings = field(default_factory=Findings)
    walks: dict[str, ChainWalk] = field(default_factory=dict)
    tree: Tree = field(default_factory=Tree)
    tree_holds: bool = True
    records: int = 0
    _vouched: dict[str, Row] = field(default_factory=dict)

    @property
    def questions(self) -> Evidence:
        return Evidence(self.uow.connection)

    def run(self) -> Report:
        seals = self._seals()
        self._rest()
        self._compare_decisions()
        for decision_id in self.questions.unaudited_decisions():
            self.findings.add("decision_added", f"decision {decision_id}")
        for row in self.questions.revision_bodies():
            if row["body"] is not None and _sha256(row["body"]) != row["body_hash"]:
                self.findings.add("order_changed", f"order {row['order_id']} revision {row['revision']}")
        if self.expected.witness is not None:
            self._witnesses(seals, self.expected.witness)
        last = read_statement(seals[-1].statement) if seals else None
        return Report(self.findings.problems, self.records, fingerprint(last.public_key) if last else "")

    def _seals(self) -> list[Seal]:
        seals: list[Seal] = []
        for row in self.questions.checkpoints():
            where = f"seal {row['id']}"
            made = Seal(_bytes(row["statement"]), _bytes(row["signature"]).hex())
            statement = read_statement(made.statement)
            if statement is None:
                self.findings.add("seal_malformed", where)
                continue
            self._check_seal(row, statement, made, where)
            if statement.previous != (seals[-1].hash if seals else ""):
                self.findings.add("seal_missing", f"before {where}")
            self._reach(statement, where)
            seals.append(made)
        return seals

    def _check_seal(self, row: Row, statement: Statement, made: Seal, where: str) -> None:
        columns = (row["tree_size"], row["root"], row["key_id"], _stamped(row))
        if columns != (statement.size, statement.root, fingerprint(statement.public_key), statement.at):
            self.findings.add("seal_changed", where)
        if not signature_is_valid(statement.public_key, made.signature, made.statement):
            self.findings.add("signature_invalid", where)
        if self.expected.signer and not same_fingerprint(self.expected.signer, fingerprint(statement.public_key)):
            self.findings.add("other_signer", where)

    def _reach(self, statement: Statement, where: str) -> None:
        """Walk every chain to where it stood at the seal."""
        for stream in sorted(statement.streams):
            promised, walk = statement.streams[stream], self._walk(stream)
            for entry in walk.up_to(promised.seq):
                self.tree.append(leaf_hash(_hash_bytes(entry)))
                self._take(entry)
            self._compare_head(walk, promised, where)
        if self.tree_holds and (self.tree.size, self.tree.root().hex()) != (statement.size, statement.root):
            # every later seal covers this one, so it is said once
            self.findings.add("tree_changed", where)
            self.tree_holds = False

    def _compare_head(self, walk: ChainWalk, promised: Head, where: str) -> None:
        if walk.head.seq < promised.seq:
            self.findings.add("audit_cut_off", f"{walk.stream} #{walk.head.seq + 1} ({where})")
        elif walk.head != promised:
            self.findings.add("audit_rewritten", f"{walk.stream} #{promised.seq} ({where})")

    def _rest(self) -> None:
        """What was written after the last seal, and the head rows."""
        heads = self.questions.heads()
        for stream in sorted({*self.questions.streams(), *self.walks}):
            walk = self._walk(stream)
            for entry in walk.up_to():
                self._take(entry)
            seq, sha256 = heads.get(stream, (None, ""))
            if not isinstance(seq, int):
                self.findings.add("head_missing", stream)
            elif walk.head.seq < seq:
                self.findings.add("audit_cut_off", f"{stream} #{walk.head.seq + 1}")
            elif walk.head != Head(seq, sha256):
                self.findings.add("head_changed", stream)

    def _walk(self, stream: str) -> ChainWalk:
        if stream not in self.walks:
            self.walks[stream] = ChainWalk(stream, self.questions.entries(stream), self.findings)
        return self.walks[stream]

    def _take(self, entry: Row) -> None:
        self.records += 1
        if self.records % AT_ONCE == 0:
            self.progress(self.records)
        if entry["action"] == DECIDED:
            self._vouched[_details(entry).get("decision", "")] = entry
            if len(self._vouched) >= AT_ONCE:
                self._compare_decisions()

    def _compare_decisions(self) -> None:
        """Decisions must be what their audit entries say."""
        stored = self.questions.decision_bodies(list(self._vouched))
        for decision_id, entry in self._vouched.items():
            where = f"decision {decision_id} (order {entry['object_id']})"
            row = stored.get(decision_id)
            if row is None:
                self.findings.add("decision_missing", where)
            elif not _as_audited(row, entry):
                self.findings.add("decision_changed", where)
        self._vouched = {}

    def _witnesses(self, seals: Iterable[Seal], folder: Path) -> None:
        known = {made.statement for made in seals}
        for name, witnessed in read_witnesses(folder):
            statement = read_statement(witnessed.statement)
            signed = statement and signature_is_valid(statement.public_key, witnessed.signature, witnessed.statement)
            if not signed:
                self.findings.add("witness_damaged", name)
            elif witnessed.statement not in known:
                self.findings.add("seal_missing", name)


class _Body(msgspec.Struct):
    """What of a decision's body stands in columns of its row too."""

    decision_id: str
    order_id: str
    revision: int
    outcome: int
    score: int
    policy_hash: str
    as_of: datetime


def _as_audited(row: Row, entry: Row) -> bool:
    """Whether bytes, hashes, columns and audit entry of a decision say the same."""
    body, facts = _sha256(row["body"]), _sha256(row["facts"])
    vouched = body == row["body_hash"] == entry["after_hash"] and facts == row["facts_hash"]
    said = _details(entry).get("facts", facts)
    return bool(vouched and said == facts and _columns_fit(row))


def _columns_fit(row: Row) -> bool:
    try:
        body = msgspec.json.decode(row["body"], type=_Body)
    except (msgspec.MsgspecError, TypeError):
        return False
    return all(getattr(body, name) == row[name] for name in _Body.__struct_fields__)


def _details(entry: Row) -> dict[str, Any]:
    """The details of an entry; none when they can't be read (the entry's hash shows that)."""
    try:
        details = msgspec.json.decode(entry["details"])
    except (msgspec.MsgspecError, TypeError):
        return {}
    return details if isinstance(details, dict) else {}


def _sha256(content: object) -> str:
    return hashlib.sha256(_bytes(content)).hexdigest()


def _bytes(content: object) -> bytes:
    """Stored bytes; a damaged row may hold something else."""
    return content if isinstance(content, bytes) else repr(content).encode()


def _hash_bytes(entry: Row) -> bytes:
    try:
        return bytes.fromhex(entry["hash"])
    except (TypeError, ValueError):
        return b""


def _stamped(row: Row) -> str:
    try:
        return stamp(row["at"])
    except AttributeError:
        return ""
