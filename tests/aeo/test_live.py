"""Tampering with the database behind the program's back: triggers dropped, rows edited by hand, hashes made to fit."""

import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from databases.audit_chain import AuditEntry, NewEntry, entry_hash
from databases.decisions import DecisionRecord
from databases.engine import Database
from risk.canonical import canonical, digest
from risk.decision import Decision, SupervisionPlan
from risk.findings import Outcome
from tradewarden.aeo.keys import EvidenceKey, load_key
from tradewarden.aeo.live import Expected, verify_audit
from tradewarden.aeo.sealing import read_statement, seal
from tradewarden.errors import CannotDo

NOW = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)
STREAMS = ("console", "door-api", "worker-1")
ROUNDS = 3
PER_ROUND = 4
COLUMNS = tuple(AuditEntry.__dataclass_fields__)


def decision(number: int) -> Decision:
    return Decision(
        decision_id=f"D-{number}",
        order_id=f"O-{number}",
        revision=1,
        as_of=NOW,
        outcome=Outcome.HOLD,
        score=70,
        findings=(),
        contributions=(),
        screenings=(),
        supervision=SupervisionPlan(kind="on_site", reason="synthetic", order_class="S"),
        policy="default v1",
        policy_hash="ab" * 32,
        versions={},
    )


def decided(one: Decision) -> NewEntry:
    details = {"decision": one.decision_id, "facts": digest({"order": one.order_id})}
    return NewEntry(
        at=NOW,
        actor="worker-1",
        action="order.decided",
        object_type="order",
        object_id=one.order_id,
        details=details,
        after_hash=digest(one),
    )


def fill(database: Database, batch: int) -> None:
    """One round of work: reads and writes of three streams, and a few decisions."""
    made = [decision(batch * PER_ROUND + number) for number in range(PER_ROUND)]
    read = NewEntry(at=NOW, actor="合成用户", action="order.read", object_type="order", object_id="O-1", reason="复核")
    with database.writing() as uow:
        uow.decisions.record(
            [DecisionRecord(decision=one, client_id="C", facts=canonical({"order": one.order_id})) for one in made],
            NOW,
        )
        for stream in STREAMS:
            uow.audit.append(stream, [replace(read, at=NOW + timedelta(seconds=n)) for n in range(PER_ROUND)])
        uow.audit.append("worker-1", [decided(one) for one in made])


@dataclass(frozen=True)
class World:
    """A filled database, its key, its witness folder, and a copy as it was one seal ago."""

    path: Path
    key: EvidenceKey
    witness: Path
    older: Path

    def copy(self, target: Path) -> Path:
        return Path(shutil.copy(self.path, target))


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> World:
    folder = tmp_path_factory.mktemp("live")
    path, key = folder / "live.db", load_key(folder / "keys")
    database = Database(f"sqlite:///{path}")
    database.upgrade(now=NOW)
    for number in range(ROUNDS):
        fill(database, number)
        if number == 1:
            database.dispose()
            shutil.copy(path, folder / "older.db")
        if number < 2:
            assert seal(database, key, NOW + timedelta(hours=number), folder / "witness")
    database.dispose()
    return World(path, key, folder / "witness", folder / "older.db")


@pytest.fixture
def tamper(world, tmp_path) -> Callable:
    """Do something to a copy by a raw connection without triggers, and verify it."""

    def run(change: Callable[[sqlite3.Connection], object], expected: Expected = Expected()) -> set[tuple[str, str]]:
        path = world.copy(tmp_path / "tampered.db")
        connection = sqlite3.connect(path)
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        change(connection)
        connection.commit()
        connection.close()
        return problems(path, expected)

    return run


def problems(path: Path, expected: Expected = Expected()) -> set[tuple[str, str]]:
    database = Database(f"sqlite:///{path}")
    report = verify_audit(database, expected)
    database.dispose()
    assert (report.verdict == "intact") == (not report.problems)
    assert all(problem.sentences for problem in report.problems)
    return {(problem.kind, problem.where) for problem in report.problems}


def entry_at(connection, stream, seq) -> AuditEntry:
    row = connection.execute(
        f"SELECT {', '.join(COLUMNS)} FROM audit_entries WHERE stream = ? AND seq = ?", (stream, seq)
    ).fetchone()
    values = dict(zip(COLUMNS, row, strict=True))
    return AuditEntry(**values | {"at": datetime.fromisoformat(values["at"]).replace(tzinfo=UTC)})


def store(connection, entry: AuditEntry) -> None:
    values = [getattr(entry, name) for name in COLUMNS]
    values[COLUMNS.index("at")] = entry.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    marks = ", ".join("?" * len(COLUMNS))
    connection.execute(f"INSERT OR REPLACE INTO audit_entries ({', '.join(COLUMNS)}) VALUES ({marks})", values)


def rewrite(connection, stream, first, **changes) -> None:
    """Change an entry and make every hash behind it, and the head, fit again."""
    last = connection.execute("SELECT max(seq) FROM audit_entries WHERE stream = ?", (stream,)).fetchone()[0]
    entry = replace(entry_at(connection, stream, first), **changes)
    for seq in range(first, last + 1):
        entry = entry if seq == first else replace(entry_at(connection, stream, seq), previous_hash=entry.hash)
        entry = replace(entry, hash=entry_hash(entry))
        store(connection, entry)
    connection.execute("UPDATE audit_heads SET hash = ? WHERE stream = ?", (entry.hash, stream))


def cut(connection, stream, last) -> None:
    """Remove the tail and put the head row where the chain now ends."""
    connection.execute("DELETE FROM audit_entries WHERE stream = ? AND seq > ?", (stream, last))
    sha256 = entry_at(connection, stream, last).hash if last else "0" * 64
    connection.execute("UPDATE audit_heads SET seq = ?, hash = ? WHERE stream = ?", (last, sha256, stream))


def test_untouched_is_intact_with_everything_one_can_know(world, tmp_path):
    path = world.copy(tmp_path / "copy.db")
    assert problems(path, Expected(signer=world.key.fingerprint, witness=world.witness)) == set()
    database = Database(f"sqlite:///{path}")
    report = verify_audit(database)
    database.dispose()
    assert report.records == ROUNDS * PER_ROUND * (len(STREAMS) + 1)
    assert report.signer == world.key.fingerprint


def test_the_database_itself_refuses_changes(world, tmp_path):
    connection = sqlite3.connect(world.copy(tmp_path / "copy.db"))
    for table in ("audit_entries", "audit_checkpoints"):
        for statement in (f"UPDATE {table} SET at = at", f"DELETE FROM {table}"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(statement)
    connection.close()


PLACES = (("console", 1), ("door-api", 5), ("worker-1", 16), ("worker-1", 24))
"""A first entry, one inside a seal, the last of a seal, one after the last seal."""
VALUES = ("x", b"\xff\x00", "不同的值", "2026-03-08 04:00:00.000001")


@pytest.mark.parametrize("place", PLACES, ids=str)
@pytest.mark.parametrize("column", [name for name in COLUMNS if name not in {"stream", "seq"}])
def test_any_column_of_any_entry(tamper, column, place):
    for value in VALUES:
        statement = f"UPDATE audit_entries SET {column} = ? WHERE stream = ? AND seq = ?"
        found = tamper(lambda connection, v=value, sql=statement: connection.execute(sql, (v, *place)))
        assert ("audit_changed", f"{place[0]} #{place[1]}") in found, value


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("seq", [1, 3, 8])
def test_a_deleted_entry(tamper, stream, seq):
    found = tamper(lambda c: c.execute("DELETE FROM audit_entries WHERE stream = ? AND seq = ?", (stream, seq)))
    assert ("audit_gap", f"{stream} #{seq}") in found or ("audit_cut_off", f"{stream} #{seq} (seal 2)") in found


@pytest.mark.parametrize("seq", [2, 6, 9])
def test_a_deleted_entry_with_the_rest_moved_up_and_hashed_anew(tamper, seq):
    def change(connection):
        rows = [entry_at(connection, "console", number) for number in range(1, 13) if number != seq]
        connection.execute("DELETE FROM audit_entries WHERE stream = 'console'")
        previous = "0" * 64
        for number, row in enumerate(rows, 1):
            entry = replace(row, seq=number, previous_hash=previous)
            entry = replace(entry, hash=entry_hash(entry))
            store(connection, entry)
            previous = entry.hash
        connection.execute("UPDATE audit_heads SET seq = 11, hash = ? WHERE stream = 'console'", (previous,))

    kinds = {kind for kind, where in tamper(change) if "console" in where}
    # what lies after the last seal and was hashed anew shows in nothing the database holds
    assert kinds == ({"audit_rewritten"} if seq <= 8 else set())


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("first", [1, 4, 7])
def test_a_rewritten_chain_is_found_by_the_seal(tamper, stream, first):
    found = tamper(lambda connection: rewrite(connection, stream, first, actor="nobody"))
    assert any(kind == "audit_rewritten" and where.startswith(stream) for kind, where in found)
    assert any(kind == "tree_changed" for kind, _ in found)


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("last", [0, 1, 5, 7])
def test_a_tail_cut_off_below_the_seal(tamper, stream, last):
    found = tamper(lambda connection: cut(connection, stream, last))
    assert ("audit_cut_off", f"{stream} #{last + 1} (seal 2)") in found


@pytest.mark.parametrize("stream", STREAMS)
def test_a_tail_cut_off_after_the_seal_without_touching_the_head(tamper, stream):
    found = tamper(lambda c: c.execute("DELETE FROM audit_entries WHERE stream = ? AND seq > 10", (stream,)))
    assert ("audit_cut_off", f"{stream} #11") in found


def test_swapped_entries(tamper):
    for first, second in ((1, 2), (3, 7), (8, 9), (11, 12)):

        def change(connection, pair=(first, second)):
            one, two = (entry_at(connection, "console", seq) for seq in pair)
            store(connection, replace(one, seq=two.seq))
            store(connection, replace(two, seq=one.seq))

        found = tamper(change)
        assert {("audit_changed", f"console #{first}"), ("audit_changed", f"console #{second}")} <= found


def test_an_inserted_entry(tamper):
    for seq in (13, 14, 99):

        def change(connection, seq=seq):
            last = entry_at(connection, "console", 12)
            forged = replace(last, seq=seq, previous_hash=last.hash, action="alert.approved")
            store(connection, replace(forged, hash=entry_hash(forged)))

        assert ("head_changed", "console") in tamper(change)


def test_an_inserted_stream_and_lost_or_forged_heads(tamper):
    def stranger(connection):
        entry = replace(entry_at(connection, "console", 1), stream="console-2")
        store(connection, replace(entry, hash=entry_hash(entry)))

    assert ("head_missing", "console-2") in tamper(stranger)
    assert ("head_missing", "console") in tamper(lambda c: c.execute("DELETE FROM audit_heads WHERE stream='console'"))
    for column, value in (("seq", 11), ("seq", "x"), ("hash", "0" * 64)):
        found = tamper(lambda c, n=column, v=value: c.execute(f"UPDATE audit_heads SET {n} = ? WHERE seq = 12", (v,)))
        assert {kind for kind, _ in found} <= {"head_changed", "head_missing"}
        assert found


def test_a_number_that_is_no_number(tamper):
    found = tamper(lambda c: c.execute("UPDATE audit_entries SET seq = 'x' WHERE stream='console' AND seq = 3"))
    assert {("audit_changed", "console #x"), ("audit_gap", "console #3")} <= found


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("column", ["at", "tree_size", "root", "key_id", "statement", "signature"])
def test_any_column_of_a_seal(tamper, column, number):
    for value in ("2020-01-01 00:00:00.000000", 3, b"{}", b"\x00" * 64):
        found = tamper(
            lambda c, value=value: c.execute(f"UPDATE audit_checkpoints SET {column} = ? WHERE id = {number}", (value,))
        )
        assert any(f"seal {number}" in where for _, where in found), value


def test_a_removed_seal(tamper, world):
    assert ("seal_missing", "before seal 2") in tamper(lambda c: c.execute("DELETE FROM audit_checkpoints WHERE id=1"))
    # the last one leaves no trace in the database: that is what witnesses are for
    last = tamper(lambda c: c.execute("DELETE FROM audit_checkpoints WHERE id=2"), Expected(witness=world.witness))
    assert {kind for kind, _ in last} == {"seal_missing"}


def test_an_old_backup_put_back_is_found_by_the_witness(world, tmp_path):
    path = Path(shutil.copy(world.older, tmp_path / "restored.db"))
    assert problems(path) == set()
    assert {kind for kind, _ in problems(path, Expected(witness=world.witness))} == {"seal_missing"}


def test_a_fork_sealed_anew_with_the_right_key_is_found_by_the_witness(world, tmp_path):
    path = Path(shutil.copy(world.older, tmp_path / "fork.db"))
    database = Database(f"sqlite:///{path}")
    with database.writing() as uow:
        uow.audit.append("console", [NewEntry(at=NOW, actor="a", action="b", object_type="c", object_id="d")])
    assert seal(database, world.key, NOW)
    database.dispose()
    assert problems(path) == set()
    assert {kind for kind, _ in problems(path, Expected(witness=world.witness))} == {"seal_missing"}


def test_seals_by_another_key_are_found_when_the_signer_is_known(tamper, world, tmp_path):
    other = load_key(tmp_path / "other")

    def change(connection):
        previous = ""
        for number, content in connection.execute("SELECT id, statement FROM audit_checkpoints ORDER BY id").fetchall():
            statement = read_statement(content)
            fields = {name: getattr(statement, name) for name in statement.__struct_fields__}
            forged = type(statement)(**fields | {"public_key": other.public_hex, "previous": previous}).to_bytes()
            connection.execute(
                "UPDATE audit_checkpoints SET statement = ?, signature = ?, key_id = ? WHERE id = ?",
                (forged, bytes.fromhex(other.sign(forged)), other.fingerprint, number),
            )
            previous = hashlib.sha256(forged).hexdigest()

    assert tamper(change) == set()
    found = tamper(change, Expected(signer=world.key.fingerprint))
    assert found == {("other_signer", "seal 1"), ("other_signer", "seal 2")}


def test_a_damaged_witness_is_named(world, tmp_path):
    folder = Path(shutil.copytree(world.witness, tmp_path / "witness"))
    name = sorted(folder.iterdir())[0].name
    content = (folder / name).read_bytes()
    # the last byte of a true Ed25519 signature is at most 0x10 (its scalar is below 2**252 and a bit): ff is always new
    for damaged in (content[:40], content.replace(b'"size":', b'"Size":'), b"", content[:-3] + b"ff\n"):
        (folder / name).write_bytes(damaged)
        path = world.copy(tmp_path / "copy.db")
        assert problems(path, Expected(witness=folder)) == {("witness_damaged", name)}


DECISION_CHANGES = {
    "outcome": 0,
    "score": 0,
    "revision": 9,
    "order_id": "O-99",
    "policy_hash": "cd" * 32,
    "body": b"{}",
    "body_hash": "0" * 64,
    "facts": b"{}",
    "facts_hash": "0" * 64,
    "as_of": "2026-01-01 00:00:00.000000",
}


@pytest.mark.parametrize("column", DECISION_CHANGES)
def test_a_changed_decision(tamper, column):
    value = DECISION_CHANGES[column]
    found = tamper(lambda c: c.execute(f"UPDATE decisions SET {column} = ? WHERE decision_id = 'D-5'", (value,)))
    assert ("decision_changed", "decision D-5 (order O-5)") in found


def test_a_changed_decision_with_its_hashes_made_to_fit(tamper):
    body = canonical(replace(decision(5), outcome=Outcome.RELEASE, score=0))
    facts = canonical({"order": "another"})

    def change(connection):
        connection.execute(
            "UPDATE decisions SET body = ?, body_hash = ?, outcome = 0, score = 0 WHERE decision_id = 'D-5'",
            (body, digest(replace(decision(5), outcome=Outcome.RELEASE, score=0))),
        )
        connection.execute(
            "UPDATE decisions SET facts = ?, facts_hash = ? WHERE decision_id = 'D-6'",
            (facts, digest({"order": "another"})),
        )

    found = tamper(change)
    assert {("decision_changed", f"decision D-{n} (order O-{n})") for n in (5, 6)} <= found
    assert ("decision_added", "decision D-5") in found


def test_a_removed_and_an_invented_decision(tamper):
    found = tamper(lambda c: c.execute("DELETE FROM decisions WHERE decision_id = 'D-3'"))
    assert ("decision_missing", "decision D-3 (order O-3)") in found
    found = tamper(lambda c: c.execute("UPDATE decisions SET decision_id = 'D-new' WHERE decision_id = 'D-3'"))
    assert ("decision_missing", "decision D-3 (order O-3)") in found


def test_a_broken_chain_is_not_sealed_over(world, tmp_path):
    path = world.copy(tmp_path / "tampered.db")
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER audit_entries_no_update")
    connection.execute("UPDATE audit_entries SET actor = 'nobody' WHERE stream = 'console' AND seq = 11")
    connection.commit()
    connection.close()
    database = Database(f"sqlite:///{path}")
    with pytest.raises(CannotDo, match=r"can't be sealed: console #11: .*audit verify"):
        seal(database, world.key, NOW)
    database.dispose()


def test_sealing_twice_seals_once_and_sealing_on_is_consistent(world, tmp_path):
    database = Database(f"sqlite:///{world.copy(tmp_path / 'copy.db')}")
    first = seal(database, world.key, NOW)
    assert first is not None
    assert seal(database, world.key, NOW) is None
    fill(database, ROUNDS)
    second = seal(database, world.key, NOW)
    assert second is not None
    statement = read_statement(second.statement)
    assert statement.previous == first.hash
    assert statement.size == (ROUNDS + 1) * PER_ROUND * (len(STREAMS) + 1)
    assert verify_audit(database).problems == ()
    database.dispose()


def test_an_empty_audit_needs_no_seal(tmp_path, key):
    database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    database.upgrade(now=NOW)
    assert seal(database, key, NOW) is None
    assert verify_audit(database).as_json() == {"verdict": "intact", "problems": [], "records": 0, "signer": ""}
    database.dispose()
