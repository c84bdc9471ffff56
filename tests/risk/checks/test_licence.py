"""Cases of the licence checks: check, changes to the clean order, expected status, code, numbers seen."""

from datetime import date
from decimal import Decimal

import pytest

from risk.checks import licence, licence_goods
from risk.checks.licence import due_documents
from risk.findings import Status
from risk.nouns.declaration_parts import SupervisionDocument
from risk.nouns.documents import Permit
from risk.nouns.line import GoodsQualification, Line
from risk.reference import Tariff

PASS, HIT, NO_DATA = Status.PASS, Status.HIT, Status.NO_DATA
BY_ID = {check.card.id: check for check in (*licence.CHECKS, *licence_goods.CHECKS)}
HEADER, LINE = "order.declaration.header.", "order.declaration.lines.0."
CODE, NAME = LINE + "hs_code", LINE + "goods_name"
UNKNOWN_CODE = {CODE: "6302999999"}
IMPORT = {HEADER + "direction": "I"}


def controls(codes: str) -> dict[str, object]:
    return {"reference.tariff": {"6302101000": [Tariff(hs10="6302101000", name_zh="", control_codes=codes)]}}


def documents(codes: str) -> dict[str, object]:
    return {"order.declaration.supervision_documents": tuple(SupervisionDocument(code=code) for code in codes)}


def permit(code: str = "4", left: str | None = None, **dates: date | None) -> dict[str, object]:
    quantity = None if left is None else Decimal(left)
    values = {"valid_to": date(2026, 12, 31), **dates}
    return {"order.permits": (Permit(code=code, number="26-18-030701", quantity_left=quantity, **values),)}


def mode(code: str) -> dict[str, str]:
    return {HEADER + "supervision_mode": code}


def goods(name: str, code: str = "3926909090", **values: object) -> dict[str, object]:
    return {NAME: name, CODE: code, **{LINE + key: value for key, value in values.items()}}


CERTIFIED = {"qualifications": (GoodsQualification(type_code="DGP", number="2026-1"),)}
LICENCE_NUMBER = {HEADER + "licence_number": "26-18-030701"}

CASES = [
    ("LC082", {}, PASS, "", {}),
    ("LC082", controls("B") | documents("B"), PASS, "", {}),
    ("LC082", controls("AB"), HIT, "", {"missing": "B", "controls": "AB"}),
    ("LC082", controls("B") | documents("b"), HIT, "", {"missing": "B"}),
    ("LC082", controls("X") | documents("x"), HIT, "", {"missing": "X"}),
    ("LC082", controls("I") | documents("i"), HIT, "", {"missing": "I"}),
    ("LC082", controls("i") | documents("i"), PASS, "", {}),
    ("LC082", controls("4xy"), HIT, "", {"missing": "4"}),
    ("LC082", controls("4xy") | documents("4"), PASS, "", {}),
    ("LC082", controls("4xy") | LICENCE_NUMBER, PASS, "", {}),
    ("LC082", controls("4Bxy") | LICENCE_NUMBER, HIT, "", {"missing": "B"}),
    ("LC082", controls("4xy") | mode("0615"), HIT, "", {"missing": "x"}),
    ("LC082", controls("4xy") | mode("4019") | documents("y"), PASS, "", {}),
    ("LC082", controls("3G") | documents("3"), PASS, "", {}),
    ("LC082", controls("3G") | documents("3") | {LINE + "final_destination": "MMR"}, HIT, "", {"missing": "G"}),
    ("LC082", controls("7A"), PASS, "", {}),
    ("LC082", controls("7A") | IMPORT, HIT, "", {"missing": "7"}),
    ("LC082", controls("7AB") | IMPORT | documents("7"), PASS, "", {}),
    ("LC082", controls("7v") | IMPORT | mode("0615") | documents("v"), PASS, "", {}),
    ("LC082", UNKNOWN_CODE, NO_DATA, "", {}),
    ("LC082", controls("B") | {HEADER + "direction": ""}, NO_DATA, "", {}),
    ("LC083", {}, PASS, "", {}),
    ("LC083", controls("8"), HIT, "", {"hs_code": "6302101000", "prohibition": "8"}),
    ("LC083", controls("89") | IMPORT, PASS, "", {}),
    ("LC083", UNKNOWN_CODE, NO_DATA, "", {}),
    ("LC084", {}, PASS, "", {}),
    ("LC084", controls("9"), PASS, "", {}),
    ("LC084", controls("89") | IMPORT, HIT, "", {"prohibition": "9"}),
    ("LC084", controls("6") | IMPORT, PASS, "", {}),
    ("LC084", controls("6") | IMPORT | {NAME: "二手注塑机"}, HIT, "used", {"word": "二手"}),
    ("LC084", controls("6") | IMPORT | {NAME: "仿旧吊灯"}, PASS, "", {}),
    ("LC084", controls("6") | IMPORT | {NAME: "仿旧旧吊灯"}, HIT, "used", {"word": "旧"}),
    ("LC084", controls("6") | IMPORT | {LINE + "goods_name_en": "Used lathe"}, HIT, "used", {"word": "used"}),
    ("LC084", controls("6") | IMPORT | {LINE + "goods_name_en": "unused lathe"}, PASS, "", {}),
    ("LC084", UNKNOWN_CODE | IMPORT, NO_DATA, "", {}),
    ("LC085", {}, PASS, "", {}),
    ("LC085", documents("B"), PASS, "", {}),
    ("LC085", documents("Bc"), HIT, "", {"code": "c"}),
    ("LC085", documents("c") | IMPORT, PASS, "", {}),
    (
        "LC085",
        {"order.declaration.supervision_documents": (SupervisionDocument(number="1"),)},
        NO_DATA,
        "",
        {},
    ),
    ("LC086", {}, PASS, "", {}),
    ("LC086", goods("天然石墨", "3824999990"), HIT, "", {"sign": "石墨", "criterion": "GC10"}),
    ("LC086", goods("鳞片", "2504101000"), HIT, "", {"sign": "2504"}),
    ("LC086", goods("天然石墨") | documents("3"), PASS, "", {}),
    ("LC086", goods("天然石墨") | documents("4"), HIT, "", {}),
    ("LC086", goods("天然石墨") | LICENCE_NUMBER, PASS, "", {}),
    ("LC086", goods("天然石墨", control_code="0001"), PASS, "", {}),
    ("LC086", goods("石墨灰床单"), PASS, "", {}),
    ("LC086", goods("航拍无人机", "8806229000"), HIT, "", {"criterion": "GC18"}),
    ("LC086", goods("天然石墨") | IMPORT, PASS, "", {}),
    ("LC086", {NAME: ""}, NO_DATA, "", {}),
    ("LC086", {"reference.goods": ()}, NO_DATA, "", {}),
    ("LC087", {}, PASS, "", {}),
    ("LC087", goods("锂电池", "8507600090"), HIT, "", {"sign": "8507600090", "un_number": ""}),
    ("LC087", goods("锂电池", "8507600090", un_number="UN3480", **CERTIFIED), PASS, "", {}),
    ("LC087", goods("锂电池", "8507600090", un_number="3480", **CERTIFIED), PASS, "", {}),
    ("LC087", goods("锂电池", "8507600090", un_number="3480") | permit("DGP"), PASS, "", {}),
    ("LC087", goods("锂电池", "8507600090", un_number="3480"), HIT, "package", {"un_number": "3480"}),
    ("LC087", goods("锂电池", "8507600090", un_number="348", **CERTIFIED), HIT, "", {"un_number": "348"}),
    ("LC087", goods("锂电池", "8507600090", un_number="ＵＮ34", **CERTIFIED), HIT, "", {}),
    ("LC087", goods("充电宝"), HIT, "", {"sign": "充电宝"}),
    ("LC087", goods("打火机"), HIT, "", {"sign": "打火机"}),
    ("LC087", goods("不含电池的手电筒", "8513101000"), PASS, "", {}),
    ("LC087", goods("油漆刷", "9603409090"), PASS, "", {}),
    ("LC087", goods("柠檬酸钠", "2918150000"), PASS, "", {}),
    ("LC087", goods("树脂", dangerous_goods_name="RESIN SOLUTION"), HIT, "", {"sign": "RESIN SOLUTION"}),
    ("LC087", {NAME: ""}, NO_DATA, "", {}),
    ("LC087", {"reference.goods": ()}, NO_DATA, "", {}),
    ("LC088", {}, PASS, "", {}),
    ("LC088", permit(), PASS, "", {}),
    ("LC088", permit(valid_to=date(2026, 3, 8)), PASS, "", {}),
    ("LC088", permit(valid_to=date(2026, 3, 7)), HIT, "", {"valid_to": "2026-03-07", "on": "2026-03-08"}),
    ("LC088", permit(valid_from=date(2026, 3, 8)), PASS, "", {}),
    ("LC088", permit(valid_from=date(2026, 3, 9)), HIT, "early", {"valid_from": "2026-03-09"}),
    ("LC088", permit(left="960"), PASS, "", {}),
    ("LC088", permit(left="959"), HIT, "used_up", {"left": Decimal(959), "needed": Decimal(960)}),
    ("LC088", permit(left="0") | {"order.declaration.lines": ()}, HIT, "used_up", {"needed": "?"}),
    ("LC088", permit(left="5") | {"order.declaration.lines": (Line(), Line())}, PASS, "", {}),
    ("LC088", permit("B", valid_to=None), PASS, "", {}),
    ("LC088", permit("4", valid_to=None), NO_DATA, "", {"missing": "permits.valid_to[4]"}),
    ("LC088", documents("4"), NO_DATA, "", {"missing": "permits[4]"}),
    ("LC088", documents("B"), PASS, "", {}),
    ("LC088", documents("4") | permit("4"), PASS, "", {}),
    ("LC088", documents("3") | permit("4"), NO_DATA, "", {"missing": "permits[3]"}),
    ("LC088", LICENCE_NUMBER, NO_DATA, "", {"missing": "permits[26-18-030701]"}),
    ("LC088", LICENCE_NUMBER | permit("4"), PASS, "", {}),
]


@pytest.mark.parametrize(("check", "changes", "status", "code", "seen"), CASES)
def test_licence(put, answer, check, changes, status, code, seen):
    finding = answer(BY_ID[check], put(changes))
    assert (finding.status, finding.code) == (status, code)
    assert seen.items() <= dict(finding.seen).items()


def test_every_check_passes_hits_and_lacks_data_somewhere():
    assert {(check, status) for check, _, status, _, _ in CASES} >= {
        (check, status) for check in BY_ID for status in (PASS, HIT, NO_DATA)
    }


def test_only_the_lines_under_a_permit_draw_on_it(put, answer):
    under = Tariff(hs10="6302101000", name_zh="", control_codes="4")
    free = Tariff(hs10="6302101001", name_zh="")
    lines = (
        Line(hs_code="6302101000", quantity=Decimal(10)),
        Line(hs_code="6302101000", quantity=Decimal(20)),
        Line(hs_code="6302101001", quantity=Decimal(1000)),
    )
    changes = {
        "reference.tariff": {"6302101000": [under], "6302101001": [free]},
        "order.declaration.lines": lines,
        **permit("4", left="29"),
    }
    assert answer(BY_ID["LC088"], put(changes)).seen["needed"] == Decimal(30)
    assert answer(BY_ID["LC088"], put({**changes, **permit("4", left="30")})).status is PASS


@pytest.mark.parametrize(
    ("controls", "mode", "directed", "due"),
    [
        ("", "0110", False, ""),
        ("4xy", "0110", False, "4"),
        ("4xy", "0214", False, "x"),
        ("4xy", "4019", False, "y"),
        ("4y", "0214", False, "4"),
        ("xBX", "0110", False, "BX"),
        ("BB8", "0110", False, "B"),
        ("G3", "0110", True, "G3"),
    ],
)
def test_due_documents_follow_the_mode(controls, mode, directed, due):
    export = BY_ID["LC082"].card.parameters["export"]
    assert due_documents(controls, export, mode, directed) == due
