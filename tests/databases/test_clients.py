"""Clients: profiles by id or code, versions of every change, search."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from databases.clients import Client, ClientQuery
from databases.paging import PageRequest

WEAVER = Client(
    client_id="C1",
    name="惠州市锦澜纺织有限公司",
    name_en="Huizhou Jinlan Textile",
    uscc="91440399MAX000023X",
    customs_code="4413960123",
    tier="B",
    admission="approved",
    agreement_valid_to=date(2027, 1, 1),
    next_verification_on=date(2026, 9, 1),
    region_codes=("4413", "4403"),
    monthly_capacity=Decimal("169478.5"),
    capacity_unit="015",
    prereviewed_categories=("GC12",),
)


def test_a_client_comes_back_as_saved(database, now):
    with database.writing() as unit:
        stored = unit.clients.save(WEAVER, "wang", now)
        assert stored.client == WEAVER
        assert (stored.version, stored.changed_by, stored.changed_at) == (1, "wang", now)
        assert unit.clients.get("C1") == stored
        assert unit.clients.get("C2") is None


def test_every_change_is_a_version_and_no_change_is_none(database, now):
    later = now + timedelta(days=1)
    worse = replace(WEAVER, tier="C", region_codes=())
    with database.writing() as unit:
        unit.clients.save(WEAVER, "wang", now)
        assert unit.clients.save(WEAVER, "li", later).version == 1
        assert unit.clients.save(worse, "li", later).version == 2
        versions = unit.clients.versions("C1")
    assert [(one.version, one.client, one.changed_by) for one in versions] == [(1, WEAVER, "wang"), (2, worse, "li")]


def test_saving_many(database, now):
    batch = [replace(WEAVER, client_id=f"C{n}", uscc=f"U{n}", tier="ABCD"[n % 4]) for n in range(700)]
    with database.writing() as unit:
        assert unit.clients.save_many(batch, "import", now) == 700
        changed = [replace(batch[0], tier="D"), *batch[1:], replace(batch[5], note="last one counts")]
        assert unit.clients.save_many(changed, "import", now) == 2
        assert unit.clients.get("C5").client.note == "last one counts"
        assert unit.clients.tier_counts() == {"A": 174, "B": 175, "C": 175, "D": 176}
        assert unit.clients.save_many([], "import", now) == 0
    with pytest.raises(ValueError, match="has no client id"), database.writing() as unit:
        unit.clients.save(replace(WEAVER, client_id=""), "wang", now)


def test_profiles_by_id_and_by_code(database, now):
    with database.writing() as unit:
        unit.clients.save(WEAVER, "wang", now)
        found = unit.clients.profiles(["C1", "91440399MAX000023X", "unknown"], date(2026, 3, 8))
    assert set(found) == {"C1", "91440399MAX000023X"}
    profile = found["C1"]
    assert profile == found["91440399MAX000023X"]
    assert (profile.tier, profile.region_codes, profile.monthly_capacity) == (
        "B",
        ("4413", "4403"),
        Decimal("169478.5"),
    )
    assert profile.first_order_on is None


@pytest.mark.parametrize(
    ("own_word", "on", "first"),
    [
        (None, date(2026, 3, 8), date(2026, 2, 1)),
        (date(2025, 5, 5), date(2026, 3, 8), date(2025, 5, 5)),
        (date(2026, 3, 1), date(2026, 3, 8), date(2026, 2, 1)),
        (None, date(2026, 1, 1), None),
    ],
)
def test_the_first_order(database, now, clean_order, reference, trade, own_word, on, first):
    early = now.replace(month=1, day=31, hour=20)  # 1 February in China
    with database.writing() as unit:
        unit.clients.save(replace(WEAVER, first_order_on=own_word), "wang", now)
        for name, at in (("O-1", early), ("O-2", now)):
            order = replace(clean_order, order_id=name, client_uscc="C1")
            unit.orders.record([trade.recorded(order, at, reference)])
        assert unit.clients.profiles(["C1"], on)["C1"].first_order_on == first


def test_search(database, now):
    other = Client(client_id="C2", name="东莞市100%棉业", tier="A", next_verification_on=date(2026, 4, 1))
    with database.writing() as unit:
        unit.clients.save_many([WEAVER, other], "import", now)
        for query, found in (
            (ClientQuery(), ["C2", "C1"]),
            (ClientQuery(text="锦澜"), ["C1"]),
            (ClientQuery(text="jinlan"), ["C1"]),
            (ClientQuery(text="%"), ["C2"]),
            (ClientQuery(text="4413960123"), ["C1"]),
            (ClientQuery(tier="A"), ["C2"]),
            (ClientQuery(admission="approved"), ["C1"]),
            (ClientQuery(verification_due_before=date(2026, 5, 1)), ["C2"]),
        ):
            page = unit.clients.search(query, PageRequest(sort="client_id"))
            assert [one.client.client_id for one in page.items] == found, query
