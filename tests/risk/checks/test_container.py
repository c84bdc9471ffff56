"""Cases of the container checks: check, changes to the clean order, expected status and sentence code."""

from decimal import Decimal

import pytest

from risk.checks import container
from risk.facts import SharedUse
from risk.findings import Status
from risk.judge import run_checks
from risk.nouns.declaration_parts import Container
from risk.nouns.documents import PackingLine, PackingList
from risk.policy_default import default_policy

PASS, HIT, NO_DATA = Status.PASS, Status.HIT, Status.NO_DATA
BY_ID = {check.card.id: check for check in container.CHECKS}


def boxes(*specs, number="CSQU3054383", lines="1", lcl="0"):
    listed = tuple(Container(number=number, spec=spec, line_numbers=lines, lcl_flag=lcl) for spec in specs)
    return {"declaration__containers": listed}


def cargo(gross, volume):
    return {
        "header__gross_weight_kg": None if gross is None else Decimal(gross),
        "order__packing_list": PackingList(volume_m3=None if volume is None else Decimal(volume)),
    }


def reused(days, vessel="EVER GIVEN", voyage="024E", kind="container"):
    use = SharedUse(
        kind=kind,
        value="CSQU3054383",
        order_id="O-2",
        client_id="91440399MAX000031Q",
        vessel=vessel,
        voyage=voyage,
        days_apart=days,
    )
    return {"facts__shared_uses": (use,)}


ITEMS = PackingList(lines=(PackingLine(line_number=1, volume_m3=Decimal(3)), PackingLine(line_number=2)))
NO_VOYAGE = {"header__means_of_transport": "", "declaration__free_text": None, "order__transport": None}

CASES = [
    ("LC023", {}, PASS, ""),
    ("LC023", {"declaration__containers": ()}, PASS, ""),
    ("LC023", boxes("21", number="csqu 305438-3"), PASS, ""),
    ("LC023", boxes("21", number="ABCU1000080"), PASS, ""),
    ("LC023", boxes("21", number="CSQU3054384"), HIT, ""),
    ("LC023", boxes("21", number="CSQU305438"), HIT, ""),
    ("LC023", boxes("21", number="CSQ13054383"), HIT, ""),
    ("LC023", boxes("21", number="CSQJ3054386"), HIT, "equipment"),
    ("LC023", boxes("21", number=""), NO_DATA, ""),
    ("LC024", {}, PASS, ""),
    ("LC024", {"declaration__containers": ()}, PASS, ""),
    ("LC024", boxes("40HQ"), HIT, ""),
    ("LC024", boxes("11", "99"), HIT, ""),
    ("LC024", boxes(""), NO_DATA, ""),
    ("LC025", {}, PASS, ""),
    ("LC025", {**boxes("21"), **cargo(28180, 20)}, PASS, ""),
    ("LC025", {**boxes("21"), **cargo("28180.1", 20)}, HIT, ""),
    ("LC025", {**boxes("21"), **cargo(32500, 20)}, HIT, ""),
    ("LC025", {**boxes("11"), **cargo(28700, 20)}, PASS, ""),
    ("LC025", {**boxes("21", "11"), **cargo(56880, 20)}, PASS, ""),
    ("LC025", {**boxes("21", "11"), **cargo(56881, 20)}, HIT, ""),
    ("LC025", {"declaration__containers": (), "header__gross_weight_kg": None}, PASS, ""),
    ("LC025", {**boxes("40HQ"), **cargo(99999, 20)}, NO_DATA, ""),
    ("LC025", cargo(None, 20), NO_DATA, ""),
    ("LC026", {}, PASS, ""),
    ("LC026", {**boxes("11"), **cargo(9000, 58)}, PASS, ""),
    ("LC026", {**boxes("11"), **cargo(9000, 95)}, HIT, ""),
    ("LC026", {**boxes("21"), **cargo(9000, "32.536")}, PASS, ""),
    ("LC026", {**boxes("21"), **cargo(9000, "32.537")}, HIT, ""),
    ("LC026", {**boxes("21"), **cargo(900, "4.98")}, PASS, ""),
    ("LC026", {**boxes("21"), **cargo(900, "4.97")}, HIT, "nearly_empty"),
    ("LC026", {**boxes("21", lcl="1"), **cargo(900, "4.97")}, PASS, ""),
    ("LC026", {**boxes("21", lcl=""), **cargo(900, "4.97")}, NO_DATA, ""),
    ("LC026", {"declaration__containers": (), **cargo(900, 500)}, PASS, ""),
    ("LC026", cargo(900, None), NO_DATA, ""),
    ("LC026", {**boxes("40HQ"), **cargo(9000, 20)}, NO_DATA, ""),
    ("LC027", {}, PASS, ""),
    ("LC027", cargo(296, "2.4"), PASS, ""),
    ("LC027", cargo(296, 40), HIT, ""),
    ("LC027", cargo(30, 1), PASS, ""),
    ("LC027", cargo("29.9", 1), HIT, ""),
    ("LC027", cargo(3000, 1), PASS, ""),
    ("LC027", cargo(3001, 1), HIT, ""),
    ("LC027", cargo(900, 0), NO_DATA, ""),
    ("LC027", {"order__packing_list": ITEMS}, NO_DATA, ""),
    ("LC027", {"order__packing_list": None}, NO_DATA, ""),
    ("LC028", {}, PASS, ""),
    ("LC028", {"header__transport_mode": "5"}, HIT, ""),
    ("LC028", {"header__transport_mode": "L"}, HIT, ""),
    ("LC028", {"header__transport_mode": "5", "declaration__containers": ()}, PASS, ""),
    ("LC028", {"header__transport_mode": ""}, NO_DATA, ""),
    ("LC029", {}, PASS, ""),
    ("LC029", reused(2), HIT, ""),
    ("LC029", reused(-2), HIT, ""),
    ("LC029", reused(7), HIT, ""),
    ("LC029", reused(8), PASS, ""),
    ("LC029", reused(25), PASS, ""),
    ("LC029", reused(2, "Cosco  Shipping Aries", "023e"), PASS, ""),
    ("LC029", reused(2, "COSCO SHIPPING ARIES", "024E"), HIT, ""),
    ("LC029", reused(2, "COSCO SHIPPING ARIES", ""), PASS, ""),
    ("LC029", reused(2, kind="transport_document"), PASS, ""),
    ("LC029", {**reused(2), "header__transport_mode": "4"}, PASS, ""),
    ("LC029", {**reused(2), "header__transport_mode": ""}, HIT, ""),
    ("LC029", reused(2, "", ""), NO_DATA, ""),
    ("LC029", {**reused(2), **NO_VOYAGE}, NO_DATA, ""),
    ("LC029", {**reused(2), "declaration__free_text": None, "header__means_of_transport": ""}, HIT, ""),
    ("LC029", {"facts__unavailable": ("shared_uses",)}, NO_DATA, ""),
    ("LC030", {}, PASS, ""),
    ("LC030", {"declaration__containers": ()}, PASS, ""),
    ("LC030", boxes("21", lines=" 01 "), PASS, ""),
    ("LC030", boxes("21", lines="1,3"), HIT, ""),
    ("LC030", boxes("21", lines="1,x"), HIT, ""),
    ("LC030", boxes("21", lines="2"), HIT, ""),
    ("LC030", {**boxes("21"), "line__line_number": None}, PASS, ""),
    ("LC030", boxes("21", lines=""), NO_DATA, ""),
    ("LC030", {"declaration__lines": ()}, NO_DATA, ""),
]


@pytest.mark.parametrize(("check", "changes", "expected", "code"), CASES)
def test_container(clean_facts, revise, answer, check, changes, expected, code):
    finding = answer(BY_ID[check], revise(clean_facts, **changes))
    assert (finding.status, finding.code) == (expected, code)


def test_every_sentence_is_tried():
    tried = {(check, code) for check, _, status, code in CASES if status is HIT}
    assert tried == {(check.card.id, code) for check in container.CHECKS for code in check.card.sentences}


@pytest.mark.parametrize(
    ("check", "changes", "seen"),
    [
        ("LC025", {**boxes("21", "21"), **cargo(60000, 20)}, {"payload_kg": Decimal(56360), "containers": 2}),
        ("LC026", {**boxes("11"), **cargo(9000, 95)}, {"limit_m3": Decimal("74.774")}),
        ("LC027", cargo(296, 40), {"density": Decimal("7.40")}),
        ("LC029", reused(-2), {"days": 2, "vessel": "COSCO SHIPPING ARIES", "voyage": "023E", "other_order": "O-2"}),
        ("LC030", boxes("21", "21", lines="10,2"), {"mapped": "2, 10", "lines": "1"}),
    ],
)
def test_numbers_seen(clean_facts, revise, answer, check, changes, seen):
    shown = answer(BY_ID[check], revise(clean_facts, **changes)).seen
    assert {name: shown[name] for name in seen} == seen


def test_volume_of_the_items_stands_in_for_the_total(clean_facts, revise, answer):
    items = tuple(PackingLine(line_number=number, volume_m3=Decimal(20)) for number in (1, 2))
    facts = revise(clean_facts, order__packing_list=PackingList(lines=items))
    assert answer(BY_ID["LC026"], facts).seen["volume_m3"] == Decimal(40)


def test_clean_order_costs_nothing(clean_facts):
    policy = default_policy([check.card for check in container.CHECKS])
    assert {finding.status for finding in run_checks(container.CHECKS, clean_facts, policy)} == {PASS}
