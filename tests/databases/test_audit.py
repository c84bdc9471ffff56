"""The audit log: chains that hold, tables that refuse change, breaks that are found, writers that don't fork."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from databases.audit import AuditQuery, Checkpoint
from databases.audit_chain import GENESIS, ChainProblem, NewEntry, chained, entry_hash, problems, stamp
from databases.errors import StorageError, UnstorableText

HOUR = timedelta(hours=1)


def entry(now, number=1, **values):
    defaults = {"actor": "worker-1", "action": "order.decided", "object_type": "order", "object_id": f"O-{number}"}
    return NewEntry(at=now + number * HOUR, details={"score": number, "zh": "暂扣"}, **defaults | values)


def test_entries_are_chained_in_their_stream(database, now):
    with database.writing() as unit:
        assert unit.audit.append("w1", []) == ()
        first = unit.audit.append("w1", [entry(now, 1), entry(now, 2)])
        unit.audit.append("console", [entry(now, 3, actor="wang", action="order.read", reason="asked by customs")])
        second = unit.audit.append("w1", [entry(now, 4)])
    assert [one.seq for one in (*first, *second)] == [1, 2, 3]
    assert first[0].previous_hash == GENESIS
    assert second[0].previous_hash == first[1].hash
    with database.reading() as unit:
        assert list(unit.audit.of_stream("w1")) == [*first, *second]
        assert list(unit.audit.of_stream("w1", after_seq=2)) == list(second)
        assert [(head.stream, head.seq) for head in unit.audit.streams()] == [("console", 1), ("w1", 3)]
        assert [unit.audit.verify(head.stream) for head in unit.audit.streams()] == [(), ()]


def test_the_period_of_an_export(database, now):
    with database.writing() as unit:
        unit.audit.append("b", [entry(now, n) for n in range(3)])
        unit.audit.append("a", [entry(now, 1)])
        found = [(one.stream, one.seq) for one in unit.audit.entries(now + HOUR, now + 2 * HOUR)]
    assert found == [("a", 1), ("b", 2)]


def test_reading_may_stop_half_way(database, now):
    with database.writing() as unit:
        unit.audit.append("a", [entry(now, n) for n in range(2500)])
    with database.reading() as unit:
        assert next(unit.audit.of_stream("a")).seq == 1
        assert unit.audit.verify("a") == ()


def test_search(database, now):
    with database.writing() as unit:
        unit.audit.append("a", [entry(now, 1), entry(now, 2, actor="wang"), entry(now, 3, action="order.read")])
        for query, found in (
            (AuditQuery(), [3, 2, 1]),
            (AuditQuery(actor="wang"), [2]),
            (AuditQuery(action="order.read"), [3]),
            (AuditQuery(object_type="order", object_id="O-1"), [1]),
            (AuditQuery(since=now + 2 * HOUR, until=now + 3 * HOUR), [2]),
        ):
            assert [one.seq for one in unit.audit.search(query).items] == found, query


@pytest.mark.parametrize("table", ["audit_entries", "audit_checkpoints"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET at = at", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_tables_refuse_change(database, now, engine, table, statement):
    if engine == "sqlite":
        # SQLite knows TRUNCATE as a DELETE without condition
        statement = statement.replace("TRUNCATE", "DELETE FROM")
    with database.writing() as unit:
        unit.audit.append("a", [entry(now)])
        unit.audit.save_checkpoint(checkpoint(now))
    with pytest.raises(StorageError, match="append-only"), database.writing() as unit:
        unit.connection.exec_driver_sql(statement.format(table))
    with database.reading() as unit:
        assert len(list(unit.audit.of_stream("a"))) == len(unit.audit.checkpoints()) == 1


def checkpoint(now, size=1):
    return Checkpoint(at=now, tree_size=size, root="ab" * 32, key_id="k1", statement=b"s\0", signature=b"\xff")


def test_checkpoints(database, now):
    with database.writing() as unit:
        ids = [unit.audit.save_checkpoint(checkpoint(now, size)) for size in (1, 2)]
        kept = unit.audit.checkpoints()
    assert [one.checkpoint_id for one in kept] == ids
    assert [replace(one, checkpoint_id=None) for one in kept] == [checkpoint(now, 1), checkpoint(now, 2)]


def test_an_entry_needs_an_actor(database, now):
    with pytest.raises(ValueError, match="no actor"), database.writing() as unit:
        unit.audit.append("a", [entry(now, actor="")])


def test_an_entry_both_engines_can_keep(database, now):
    with pytest.raises(UnstorableText, match="reason"), database.writing() as unit:
        unit.audit.append("a", [entry(now, reason="nul \0")])


def test_two_writers_of_one_stream_do_not_fork_it(database, now):
    ready = threading.Barrier(2)

    def write():
        ready.wait(10)
        for number in range(15):
            with database.writing() as unit:
                unit.audit.append("shared", [entry(now, number), entry(now, number)])

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    with database.reading() as unit:
        assert unit.audit.verify("shared") == ()
        assert unit.audit.streams()[0].seq == 60


def unguarded(unit, *statements):
    """What somebody with the database's own password can do."""
    if unit.connection.dialect.name == "postgresql":
        unit.connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    else:
        for verb in ("update", "delete"):
            unit.connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS audit_entries_no_{verb}")
    for statement in statements:
        unit.connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        (["UPDATE audit_entries SET actor = 'x' WHERE seq = 3"], [("changed", 3)]),
        (["UPDATE audit_entries SET details = '{}' WHERE seq = 3"], [("changed", 3)]),
        (["DELETE FROM audit_entries WHERE seq = 3"], [("gap", 3)]),
        (["DELETE FROM audit_entries WHERE seq = 5"], [("cut_off", 5)]),
        (["DELETE FROM audit_entries"], [("cut_off", 1)]),
        (["DELETE FROM audit_heads"], [("no_head", 5)]),
        (
            [
                "UPDATE audit_entries SET seq = 99 WHERE seq = 2",
                "UPDATE audit_entries SET seq = 2 WHERE seq = 3",
                "UPDATE audit_entries SET seq = 3 WHERE seq = 99",
            ],
            [("broken_link", 2), ("changed", 2), ("broken_link", 3), ("changed", 3), ("broken_link", 4)],
        ),
    ],
    ids=["actor", "details", "deleted", "tail cut", "all gone", "head gone", "swapped"],
)
def test_tampering_is_found(database, now, tampering, found):
    with database.writing() as unit:
        unit.audit.append("a", [entry(now, n) for n in range(1, 6)])
    with database.writing() as unit:
        unguarded(unit, *tampering)
        assert unit.audit.verify("a") == tuple(ChainProblem(kind, "a", seq) for kind, seq in found)


FIELDS = ("stream", "seq", "at", "actor", "action", "object_type", "object_id", "details", "reason", "previous_hash")


@pytest.mark.parametrize("field", [*FIELDS, "before_hash", "after_hash"])
def test_every_field_is_hashed(now, field):
    (made,) = chained("a", (0, GENESIS), [entry(now)])
    assert entry_hash(made) == made.hash
    value = getattr(made, field)
    other = value + 1 if field == "seq" else value + timedelta(microseconds=1) if field == "at" else value + "x"
    assert entry_hash(replace(made, **{field: other})) != made.hash


def test_a_time_is_hashed_alike_in_every_zone(now):
    china = now.astimezone(timezone(8 * HOUR))
    assert stamp(now) == stamp(china) == "2026-03-08T04:00:00.000000Z"
    assert stamp(datetime(2026, 1, 1, 0, 0, 0, 5, tzinfo=timezone(HOUR))) == "2025-12-31T23:00:00.000005Z"


@given(st.lists(st.text(max_size=5), min_size=1, max_size=8), st.integers(0, 8))
def test_a_chain_can_be_checked_in_pieces(reasons, cut):
    at = datetime(2026, 1, 1, tzinfo=timezone(HOUR))
    news = [NewEntry(at=at, actor="a", action="b", object_type="c", object_id="d", reason=reason) for reason in reasons]
    entries = list(chained("s", (0, GENESIS), news))
    assert list(problems(entries)) == []
    cut = min(cut, len(entries))
    last = (entries[cut - 1].seq, entries[cut - 1].hash) if cut else (0, GENESIS)
    assert list(problems(entries[cut:], last)) == []
    if cut:
        assert list(problems(entries[cut:])) == ([ChainProblem("gap", "s", 1)] if cut < len(entries) else [])
