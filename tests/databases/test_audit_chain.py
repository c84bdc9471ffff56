from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from databases.audit_chain import GENESIS, AuditEntry, ChainProblem, NewEntry, chained, entry_hash, problems, stamp

AT = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)
NEW = NewEntry(at=AT, actor="worker-1", action="order.decided", object_type="order", object_id="O-1")


def chain(length):
    return list(chained("worker-1", (0, GENESIS), [replace(NEW, object_id=f"O-{n}") for n in range(length)]))


def test_an_untouched_chain_has_no_problem():
    entries = chain(5)
    assert entries[0].previous_hash == GENESIS
    assert list(problems(entries)) == []
    assert list(problems(entries[2:], (2, entries[1].hash))) == []


@pytest.mark.parametrize("field", [name for name in AuditEntry.__dataclass_fields__ if name != "hash"])
def test_every_changed_field_changes_the_hash(field):
    entry = chain(1)[0]
    value = getattr(entry, field)
    other = value + timedelta(microseconds=1) if field == "at" else value + 1 if field == "seq" else f"{value}x"
    assert entry_hash(replace(entry, **{field: other})) != entry.hash


def test_the_hash_does_not_depend_on_the_zone_a_time_is_read_in():
    entry = chain(1)[0]
    moved = replace(entry, at=entry.at.astimezone(timezone(timedelta(hours=8))))
    assert entry_hash(moved) == entry.hash
    assert stamp(moved.at) == "2026-03-08T04:00:00.000000Z"


def test_a_changed_entry_is_named():
    entries = chain(4)
    entries[2] = replace(entries[2], reason="nothing happened")
    assert list(problems(entries)) == [ChainProblem("changed", "worker-1", 3)]


def test_a_changed_entry_with_a_new_hash_breaks_the_next_link():
    entries = chain(4)
    forged = replace(entries[2], reason="nothing happened")
    entries[2] = replace(forged, hash=entry_hash(forged))
    assert list(problems(entries)) == [ChainProblem("broken_link", "worker-1", 4)]


def test_a_missing_and_a_repeated_entry_are_gaps():
    entries = chain(4)
    assert list(problems([entries[0], *entries[2:]])) == [ChainProblem("gap", "worker-1", 2)]
    assert ChainProblem("gap", "worker-1", 3) in list(problems([*entries[:2], entries[1], *entries[2:]]))


def test_an_entry_without_actor_is_refused():
    with pytest.raises(ValueError, match="no actor"):
        list(chained("worker-1", (0, GENESIS), [replace(NEW, actor="")]))
