from datetime import UTC, datetime

import pytest

from databases.audit_chain import GENESIS, Fault, Head, chained, ends_at, entry_hash, follow

AT = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)


def chain(length, stream="worker-1"):
    head, entries = Head(), []
    for number in range(length):
        entry = chained({"stream": stream, "at": AT, "actor": "worker", "action": f"act {number}"}, head)
        entries.append(entry)
        head = Head(entry["seq"], entry["hash"])
    return entries


def faults(entries, promised=None):
    head, found = Head(), []
    for entry in entries:
        found += follow(head, entry)
        head = Head(entry["seq"], entry["hash"])
    return found + ([] if promised is None else list(ends_at("worker-1", head, promised)))


def test_an_untouched_chain_has_no_fault():
    entries = chain(5)
    assert entries[0]["previous_hash"] == GENESIS
    assert faults(entries, Head(5, entries[-1]["hash"])) == []


@pytest.mark.parametrize("field", ["stream", "at", "actor", "action", "seq", "previous_hash"])
def test_every_changed_field_changes_the_hash(field):
    entry = chain(1)[0]
    other = {"at": AT.replace(second=1), "seq": 2}.get(field, "x")
    assert entry_hash({**entry, field: other}) != entry["hash"]


def test_a_changed_entry_is_named():
    entries = chain(4)
    entries[2] = {**entries[2], "action": "nothing happened"}
    assert faults(entries) == [Fault("changed", "worker-1", 3)]


def test_a_changed_entry_with_a_new_hash_breaks_the_link():
    entries = chain(4)
    forged = {**entries[2], "action": "nothing happened"}
    entries[2] = {**forged, "hash": entry_hash(forged)}
    assert faults(entries) == [Fault("link_broken", "worker-1", 4)]


def test_a_missing_entry_is_named():
    entries = chain(4)
    del entries[1]
    assert faults(entries) == [Fault("missing", "worker-1", 2)]


def test_swapped_entries_are_named():
    entries = chain(4)
    entries[1], entries[2] = entries[2], entries[1]
    assert Fault("out_of_order", "worker-1", 2) in faults(entries)


def test_a_cut_tail_and_a_forged_last_entry_are_found_against_the_promised_head():
    entries = chain(4)
    promised = Head(4, entries[-1]["hash"])
    assert faults(entries[:-1], promised) == [Fault("cut", "worker-1", 4)]
    forged = {**entries[3], "actor": "nobody"}
    entries[3] = {**forged, "hash": entry_hash(forged)}
    assert faults(entries, promised) == [Fault("changed", "worker-1", 4)]
