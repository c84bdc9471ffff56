"""Cases of the classification and unit checks: check, changes to the clean order, status, code, numbers seen."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from risk.checks import hs, hs_units
from risk.facts import ClientHistory
from risk.findings import Status
from risk.nouns.documents import PackingLine, PackingList
from risk.nouns.line import Line
from risk.reference import Code, Tariff

PASS, HIT, NO_DATA = Status.PASS, Status.HIT, Status.NO_DATA
BY_ID = {check.card.id: check for check in (*hs.CHECKS, *hs_units.CHECKS)}
LINE = "order.declaration.lines.0."
CODE, NAME, TARIFF = LINE + "hs_code", LINE + "goods_name", "reference.tariff"
HS8_BY_NAME = "history.hs8_by_goods_name"


def tariff(**rows: Tariff) -> dict[str, list[Tariff]]:
    """A tariff of rows given as H6302101000=Tariff(...)."""
    return {name[1:]: [row] for name, row in rows.items()}


def row(hs10: str = "6302101000", **values: object) -> Tariff:
    return replace(Tariff(hs10=hs10, name_zh="床上用品", unit1="015", unit2="035"), **values)


BED = row(rebate_percent=Decimal(13))
ENDED = row(valid_from=date(2024, 1, 1), valid_to=date(2025, 12, 31))
LAST_DAY = row(valid_to=date(2026, 3, 8))
NEXT_YEAR = row(valid_from=date(2027, 1, 1))
LOW = row("6307900000", rebate_percent=Decimal(9))
REBATES = tariff(H6302101000=BED, H6307900000=LOW)
LINES = "order.declaration.lines"


def pieces(quantity: str, kilograms: str, code: str = "6109100000") -> dict[str, object]:
    return {CODE: code, LINE + "first_quantity": Decimal(quantity), LINE + "second_quantity": Decimal(kilograms)}


CASES = [
    ("LC060", {}, PASS, "", {}),
    ("LC060", {CODE: "630210"}, HIT, "", {"hs_code": "630210"}),
    ("LC060", {CODE: "63021010001"}, HIT, "", {}),
    ("LC060", {CODE: "6302.10100"}, HIT, "", {}),
    ("LC060", {CODE: "６３０２１０１０００"}, HIT, "", {}),
    ("LC060", {CODE: ""}, NO_DATA, "", {}),
    ("LC061", {}, PASS, "", {}),
    ("LC061", {TARIFF: tariff(H6302101000=LAST_DAY)}, PASS, "", {}),
    ("LC061", {TARIFF: tariff(H6302101000=ENDED)}, HIT, "outside", {"valid_to": "2025-12-31", "on": "2026-03-08"}),
    ("LC061", {TARIFF: tariff(H6302101000=NEXT_YEAR)}, HIT, "outside", {"valid_from": "2027-01-01"}),
    (
        "LC061",
        {TARIFF: tariff(H6302101000=ENDED), "order.declared_at": datetime.fromisoformat("2025-12-31T08:00+00:00")},
        PASS,
        "",
        {},
    ),
    ("LC061", {CODE: "9999999999"}, NO_DATA, "", {}),
    ("LC061", {CODE: "9999999999", "reference.tariff_complete": True}, HIT, "", {"hs_code": "9999999999"}),
    ("LC061", {CODE: ""}, NO_DATA, "", {}),
    ("LC062", {}, PASS, "", {}),
    ("LC062", {NAME: "充电宝"}, HIT, "", {"words": "充电宝", "allowed": "85", "chapter": "63"}),
    ("LC062", {NAME: "塑料花", CODE: "6702100000"}, PASS, "", {}),
    ("LC062", {NAME: "塑料花"}, HIT, "", {"words": "塑料花", "allowed": "67"}),
    ("LC062", {NAME: "女式针织短裤", CODE: "6104620000"}, PASS, "", {}),
    ("LC062", {NAME: "女式针织短裤", CODE: "6204620000"}, HIT, "", {"allowed": "61"}),
    ("LC062", {NAME: "女式短裤", CODE: "6204620000"}, PASS, "", {}),
    ("LC062", {NAME: "陶瓷刀", CODE: "8211910000"}, PASS, "", {}),
    ("LC062", {NAME: "无词可查之物"}, PASS, "", {}),
    ("LC062", {NAME: ""}, NO_DATA, "", {}),
    ("LC062", {"reference.keyword_chapters": {}}, NO_DATA, "", {}),
    ("LC063", {NAME: "不锈钢水龙头"}, PASS, "", {}),
    ("LC063", {NAME: "汽车配件"}, PASS, "", {}),
    ("LC063", {NAME: "配件"}, HIT, "", {"goods_name": "配件"}),
    ("LC063", {NAME: " 配 件 "}, HIT, "", {}),
    ("LC063", {NAME: "SAMPLE"}, HIT, "", {}),
    ("LC063", {NAME: "布"}, HIT, "short", {"minimum": 2}),
    ("LC063", {NAME: "床单"}, PASS, "", {}),
    ("LC063", {NAME: "\u200b "}, NO_DATA, "", {}),
    ("LC064", {}, PASS, "", {}),
    ("LC064", {NAME: "全新商品"}, PASS, "", {}),
    ("LC064", {CODE: "6307900000"}, HIT, "", {"hs8": "63079000", "earlier": "63021010"}),
    ("LC064", {CODE: "6302101090"}, PASS, "", {}),
    ("LC064", {HS8_BY_NAME: {"棉制针织床单": frozenset({"63021010", "63079000"})}}, PASS, "", {}),
    ("LC064", {CODE: ""}, NO_DATA, "", {}),
    ("LC064", {"history": None}, NO_DATA, "", {}),
    ("LC064", {"history": ClientHistory()}, PASS, "", {}),
    ("LC065", {}, PASS, "", {}),
    (
        "LC065",
        {TARIFF: REBATES, HS8_BY_NAME: {"棉制针织床单": frozenset({"63079000"})}},
        HIT,
        "",
        {"old_percent": Decimal(9), "new_percent": Decimal(13)},
    ),
    ("LC065", {TARIFF: REBATES, CODE: "6307900000"}, PASS, "", {}),
    (
        "LC065",
        {TARIFF: tariff(H6302101000=BED, H6307900000=replace(LOW, rebate_percent=Decimal(13))), CODE: "6307900000"},
        PASS,
        "",
        {},
    ),
    ("LC065", {CODE: "6307900000"}, NO_DATA, "", {}),
    (
        "LC065",
        {TARIFF: REBATES, HS8_BY_NAME: {"棉制针织床单": frozenset({"63079000", "11111111"})}},
        NO_DATA,
        "",
        {},
    ),
    ("LC065", {"history": None}, NO_DATA, "", {}),
    ("LC066", {}, PASS, "", {}),
    ("LC066", {LINE + "first_unit": "035"}, HIT, "", {"unit": "035", "expected": "015"}),
    ("LC066", {LINE + "first_unit": ""}, HIT, "", {"unit": "-"}),
    ("LC066", {CODE: "9999999999"}, NO_DATA, "", {}),
    ("LC067", {}, PASS, "", {}),
    ("LC067", {LINE + "second_unit": "", LINE + "second_quantity": None}, HIT, "", {"quantity": "-"}),
    ("LC067", {LINE + "second_unit": "036"}, HIT, "", {"unit": "036", "expected": "035"}),
    ("LC067", {LINE + "second_quantity": Decimal(0)}, HIT, "", {"quantity": Decimal(0)}),
    ("LC067", {TARIFF: tariff(H6302101000=row(unit2=""))}, HIT, "surplus", {"unit": "035"}),
    (
        "LC067",
        {TARIFF: tariff(H6302101000=row(unit2="")), LINE + "second_unit": "", LINE + "second_quantity": Decimal(0)},
        PASS,
        "",
        {},
    ),
    ("LC067", {CODE: "9999999999"}, NO_DATA, "", {}),
    ("LC068", {}, PASS, "", {}),
    ("LC068", {LINE + "quantity": Decimal(1000)}, HIT, "", {"unit": "015", "other": Decimal(1200)}),
    ("LC068", {LINE + "quantity": Decimal("1200.00001")}, PASS, "", {}),
    ("LC068", {LINE + "quantity": Decimal("1200.00002")}, HIT, "", {}),
    ("LC068", {LINE + "unit": "035", LINE + "quantity": Decimal(950)}, HIT, "", {"other": Decimal(960)}),
    ("LC068", {LINE + "quantity": Decimal(0), LINE + "first_quantity": Decimal(0)}, PASS, "", {}),
    ("LC068", {LINE + "first_quantity": None}, NO_DATA, "", {}),
    ("LC069", {}, PASS, "", {}),
    ("LC069", {LINE + "unit": "070", LINE + "quantity": Decimal("0.96")}, PASS, "", {}),
    (
        "LC069",
        {LINE + "unit": "070", LINE + "quantity": Decimal("9.6")},
        HIT,
        "",
        {"expected": Decimal("9600.00000"), "other": Decimal(960)},
    ),
    ("LC069", {LINE + "unit": "036", LINE + "quantity": Decimal(960_960)}, PASS, "", {}),
    ("LC069", {LINE + "unit": "036", LINE + "quantity": Decimal(960_961)}, HIT, "", {}),
    ("LC069", {LINE + "unit": "127", LINE + "quantity": Decimal(100)}, PASS, "", {}),
    ("LC069", {LINE + "unit": "127", LINE + "quantity": Decimal(100), LINE + "first_unit": "007"}, PASS, "", {}),
    ("LC069", {LINE + "unit": "127", LINE + "quantity": Decimal(99), LINE + "first_unit": "007"}, HIT, "", {}),
    ("LC069", {LINE + "unit": "070", LINE + "second_quantity": Decimal(0)}, HIT, "", {}),
    (
        "LC069",
        {LINE + "unit": "070", LINE + "quantity": Decimal(0), LINE + "second_quantity": Decimal(0)},
        PASS,
        "",
        {},
    ),
    ("LC069", {LINE + "unit": "999"}, NO_DATA, "", {}),
    ("LC069", {LINE + "unit": ""}, NO_DATA, "", {}),
    ("LC070", {}, PASS, "", {}),
    ("LC070", pieces("1000", "180"), PASS, "", {}),
    ("LC070", pieces("1000", "3000"), HIT, "", {"kg_each": Decimal("3.0000"), "maximum_kg": Decimal("0.6")}),
    ("LC070", pieces("1000", "600"), PASS, "", {}),
    ("LC070", pieces("1000", "600.001"), HIT, "", {}),
    ("LC070", pieces("0", "180") | {LINE + "quantity": Decimal(0)}, NO_DATA, "", {}),
    ("LC070", {LINE + "unit": "006", LINE + "quantity": Decimal(1)}, PASS, "", {}),
    ("LC070", {LINE + "second_unit": "", "order.packing_list": None}, NO_DATA, "", {}),
    ("LC070", {LINE + "second_unit": ""}, PASS, "", {}),
    (
        "LC070",
        {
            LINE + "second_unit": "",
            "order.packing_list": PackingList(lines=(PackingLine(line_number=1, net_weight_kg=Decimal(9600)),)),
        },
        HIT,
        "",
        {"kg_each": Decimal("8.0000")},
    ),
    ("LC070", {CODE: "9999999999"}, NO_DATA, "", {}),
    ("LC071", {}, PASS, "", {}),
    ("LC071", {LINES: tuple(Line(line_number=n) for n in range(1, 51))}, PASS, "", {}),
    ("LC071", {LINES: tuple(Line(line_number=n) for n in range(1, 52))}, HIT, "", {"lines": 51, "maximum": 50}),
    ("LC071", {LINES: ()}, NO_DATA, "", {}),
]


@pytest.mark.parametrize(("check", "changes", "status", "code", "seen"), CASES)
def test_hs(put, answer, check, changes, status, code, seen):
    finding = answer(BY_ID[check], put(changes))
    assert (finding.status, finding.code) == (status, code)
    assert seen.items() <= dict(finding.seen).items()


def test_every_check_passes_hits_and_lacks_data_somewhere():
    assert {(check, status) for check, _, status, _, _ in CASES} >= {
        (check, status) for check in BY_ID for status in (PASS, HIT, NO_DATA)
    }


def test_an_absent_tariff_row_costs_once(put, answer):
    facts = put({CODE: "9999999999", "reference.tariff_complete": False, TARIFF: {}})
    unsure = [check.card for check in BY_ID.values() if answer(check, facts).status is NO_DATA]
    assert [card.id for card in unsure if card.no_data_matters] == ["LC061"]


def test_the_longest_piece_weight_in_force_speaks(put, answer):
    def band(prefix: str, heaviest: str, **dates: date) -> Code:
        return Code(prefix, "", "", {"minimum_kg": "0.01", "maximum_kg": heaviest}, **dates)

    table = {"6302": [band("6302", "5")], "630210": [band("630210", "0.5", valid_to=date(2026, 3, 7))]}
    assert answer(BY_ID["LC070"], put({"reference.tables.piece_weight": table})).status is PASS
    table = {"6302": [band("6302", "5")], "630210": [band("630210", "0.5")]}
    assert answer(BY_ID["LC070"], put({"reference.tables.piece_weight": table})).status is HIT
