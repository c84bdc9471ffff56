"""Watch lists: every version and entry kept, differences computed, nothing dropped silently."""

from datetime import date, timedelta

import pytest

from databases.watchlists import ImportedList, RejectedRecord
from kyc.entries import ListEntry
from risk.nouns.parties import Kind


def entry(number, name="ACME", **values):
    return ListEntry(list_id="SA02", entry_id=str(number), names=(name,), **values)


def imported(content, *entries, rejected=()):
    return ImportedList(
        list_id="SA02",
        sha256=content,
        entries=entries,
        rejected=rejected,
        source="sdn.csv",
        source_date=date(2026, 3, 1),
    )


def test_a_first_version(database, now):
    full = entry(
        1,
        "甲公司",
        kind=Kind.ORGANISATION,
        identifiers={"uscc": ("91440399MAX0000153",)},
        weak_names=frozenset({"A", "B"}),
        valid_from=date(2020, 1, 1),
        effect="hold",
        joint_punishment=True,
        attributes={"court": "x"},
    )
    with database.writing() as unit:
        summary = unit.watchlists.import_version(imported("h1", full, entry(2)), "setup", now)
    assert (summary.version, summary.read, summary.stored, summary.rejected) == (1, 2, 2, 0)
    assert (summary.added, summary.changed, summary.removed, summary.is_new) == (2, 0, 0, True)
    with database.reading() as unit:
        assert list(unit.watchlists.current_entries()) == [full, entry(2)]
        assert unit.watchlists.entry("SA02", "1") == full
        assert unit.watchlists.entry("SA02", "9") is None
        assert [(status.entries, status.latest.imported_by) for status in unit.watchlists.status()] == [(2, "setup")]
        assert unit.watchlists.versions() == {"SA02": "1@h1"}


def test_the_same_content_makes_no_version_but_is_a_check(database, now):
    later = now + timedelta(hours=1)
    with database.writing() as unit:
        unit.watchlists.import_version(imported("h1", entry(1)), "a", now)
        before = unit.watchlists.snapshot_version()
        again = unit.watchlists.import_version(imported("h1", entry(1)), "b", later)
        assert (again.version, again.is_new, again.checked_at, again.imported_at) == (1, False, later, now)
        assert unit.watchlists.snapshot_version() == before
        assert [one.checked_at for one in unit.watchlists.history("SA02")] == [later]


def test_differences_between_versions(database, now):
    with database.writing() as unit:
        lists = unit.watchlists
        words = [lists.snapshot_version()]
        for content, entries in (
            ("h1", (entry(1), entry(2), entry(3))),
            ("h2", (entry(1), entry(2, "NEW NAME"), entry(4))),
            ("h3", (entry(1), entry(2), entry(3), entry(4))),
            ("h4", ()),
        ):
            lists.import_version(imported(content, *entries), "a", now)
            words.append(lists.snapshot_version())
        history = [(v.version, v.added, v.changed, v.removed) for v in lists.history("SA02")]
        assert history == [(4, 0, 0, 4), (3, 1, 1, 0), (2, 1, 1, 1), (1, 3, 0, 0)]
        assert len(set(words)) == 5
        assert list(lists.current_entries()) == []
        assert lists.entry("SA02", "3") == entry(3)
        kinds = {
            (before, after): [(change.kind, change.entry_id) for change in lists.diff("SA02", before, after)]
            for before, after in ((1, 2), (2, 3), (1, 3), (3, 4), (0, 1), (2, 2))
        }
        change = lists.diff("SA02", 1, 2)[0]
    assert kinds == {
        (1, 2): [("changed", "2"), ("removed", "3"), ("added", "4")],
        (2, 3): [("changed", "2"), ("added", "3")],
        (1, 3): [("added", "4")],
        (3, 4): [("removed", str(n)) for n in (1, 2, 3, 4)],
        (0, 1): [("added", str(n)) for n in (1, 2, 3)],
        (2, 2): [],
    }
    assert (change.before, change.after) == (entry(2), entry(2, "NEW NAME"))


def test_read_is_stored_plus_rejected_whatever_comes(database, now):
    rejected = [RejectedRecord("line 7", "no name", "x")]
    entries = (entry(1), entry(1, "TWIN"), entry(2, "nul\0"), entry(3, "half \ud800"), entry("4\0"), entry(5))
    with database.writing() as unit:
        summary = unit.watchlists.import_version(imported("h1", *entries, rejected=rejected), "a", now)
        kept = unit.watchlists.rejects("SA02", 1)
        assert [found.entry_id for found in unit.watchlists.current_entries()] == ["1", "5"]
    assert (summary.read, summary.stored, summary.rejected) == (7, 2, 5)
    assert kept[0] == rejected[0]
    assert "occurs twice" in kept[1].reason
    assert [r.place for r in kept[1:]] == [
        f"entry {n} (id {i})" for n, i in ((2, "1"), (3, "2"), (4, "3"), (5, "4\\x00"))
    ]


def test_an_entry_of_another_list_is_refused(database, now):
    stranger = ListEntry(list_id="UN", entry_id="1", names=("X",))
    with pytest.raises(ValueError, match="belongs to list UN, not to SA02"), database.writing() as unit:
        unit.watchlists.import_version(imported("h1", stranger), "a", now)


def test_lists_do_not_touch_one_another(database, now):
    other = ImportedList(
        list_id="JP01",
        sha256="x",
        entries=[ListEntry(list_id="JP01", entry_id="1", names=("乙公司",), effect="refuse")],
    )
    with database.writing() as unit:
        unit.watchlists.import_version(imported("h1", entry(1)), "a", now)
        unit.watchlists.import_version(other, "a", now)
        unit.watchlists.import_version(imported("h2"), "a", now)
        assert [found.list_id for found in unit.watchlists.current_entries()] == ["JP01"]
        assert list(unit.watchlists.current_entries(["SA02"])) == []
        assert [(s.latest.list_id, s.latest.version, s.entries) for s in unit.watchlists.status()] == [
            ("JP01", 1, 1),
            ("SA02", 2, 0),
        ]


def test_a_thousand_entries(database, now):
    entries = [entry(number, f"NAME {number}") for number in range(3000)]
    with database.writing() as unit:
        unit.watchlists.import_version(imported("h1", *entries), "a", now)
        summary = unit.watchlists.import_version(imported("h2", *entries[1000:]), "a", now)
        assert summary.removed == 1000
        assert sum(1 for _ in unit.watchlists.current_entries()) == 2000
