"""Cases of the element and brand checks: check, changes to the clean order, expected status, code, numbers seen."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from risk.checks import brand, elements
from risk.findings import Status
from risk.goods import goods_of
from risk.nouns.declaration_parts import OriginCertificate, SupervisionDocument
from risk.nouns.documents import Permit
from risk.reference import Tariff

PASS, HIT, NO_DATA = Status.PASS, Status.HIT, Status.NO_DATA
BY_ID = {check.card.id: check for check in (*elements.CHECKS, *brand.CHECKS)}
LINE = "order.declaration.lines.0."
CODE, NAME, SPEC = LINE + "hs_code", LINE + "goods_name", LINE + "specification"
FACTORY = "91440399MAX000023X"
UNKNOWN_CODE = {CODE: "6302999999"}
ELEMENTS = (
    "品牌类型",
    "出口享惠情况",
    "织造方法",
    "割绒请注明",
    "成分含量",
    "品牌(中文或外文名称)",
    "GTIN",
    "CAS",
    "其他",
)
TEMPLATE = {"reference.tariff": {"6302101000": [Tariff(hs10="6302101000", name_zh="", unit1="015", elements=ELEMENTS)]}}
NO_BRAND_ELEMENT = {"reference.tariff": {"6302101000": [Tariff(hs10="6302101000", name_zh="", elements=ELEMENTS[:5])]}}


def spec(
    brand_type: str = "0",
    preference: str = "0",
    composition: str = "棉100%",
    name: str = "无品牌",
    tail: str = "|A01|||",
) -> dict[str, str]:
    return {SPEC: f"{brand_type}|{preference}|床上用品|针织|{composition}|{name}{tail}"}


def letter(code: str = "BRAND", **dates: date) -> dict[str, tuple[Permit, ...]]:
    return {"order.permits": (Permit(code=code, number="L-1", **dates),)}


VALID, EXPIRED = letter(valid_to=date(2027, 1, 1)), letter(valid_to=date(2026, 3, 7))
EARLY = letter(valid_from=date(2026, 3, 9), valid_to=date(2027, 1, 1))
OEM = spec(brand_type="3", name="SYNTHETIC HOME")
STRANGER = {"order.client_uscc": "91440399MAX0000999"}
RIGHTS = {"reference.brands": {"NIKE": (), "UNDER ARMOUR": (), "小米生态": (), "361°": (), "ADIDASOUTLET": ()}}
TO_VIETNAM = {LINE + "final_destination": "VNM"}
CLAIM = spec(preference="1")
CERTIFICATE = {"order.declaration.origin_certificates": (OriginCertificate(type_code="Y01", line_number="1"),)}
OTHER_LINE = {"order.declaration.origin_certificates": (OriginCertificate(type_code="Y01", line_number="2"),)}
FORM_E = {"order.declaration.supervision_documents": (SupervisionDocument(code="Y", number="E1"),)}

CASES = [
    ("LC072", {}, PASS, "", {}),
    ("LC072", spec(tail="|A01"), PASS, "", {}),
    ("LC072", spec(tail="|A01||||"), HIT, "", {"declared": 11, "expected": 10}),
    ("LC072", {SPEC: "0|0|床上用品|针织"}, HIT, "cut", {"declared": 4, "expected": 10}),
    ("LC072", spec(tail=""), HIT, "cut", {"declared": 6, "names": "货号"}),
    ("LC072", {SPEC: "0｜0｜床上用品｜针织｜棉100%｜无品牌｜A01｜｜｜"}, HIT, "cut", {"declared": 1}),
    ("LC072", {SPEC: ""}, HIT, "cut", {"declared": 0}),
    ("LC072", TEMPLATE | {SPEC: "0|0|机织||棉100%|无品牌"}, PASS, "", {}),
    ("LC072", UNKNOWN_CODE, NO_DATA, "", {}),
    ("LC073", {}, PASS, "", {}),
    ("LC073", spec(composition=" "), HIT, "", {"names": "成分含量"}),
    ("LC073", spec(tail=""), HIT, "", {"names": "货号"}),
    ("LC073", {SPEC: ""}, HIT, "", {}),
    ("LC073", TEMPLATE | {SPEC: "0|0|机织||棉100%|无品牌"}, PASS, "", {}),
    ("LC073", TEMPLATE | {SPEC: "0|0||割绒|棉100%|无品牌|||"}, HIT, "", {"names": "织造方法"}),
    ("LC073", UNKNOWN_CODE, NO_DATA, "", {}),
    ("LC074", {}, PASS, "", {}),
    ("LC074", spec(brand_type="4"), PASS, "", {}),
    ("LC074", spec(brand_type="5"), HIT, "", {"value": "5"}),
    ("LC074", spec(brand_type=""), HIT, "", {"value": ""}),
    ("LC074", spec(brand_type="０"), HIT, "", {"value": "０"}),
    ("LC074", {SPEC: ""}, NO_DATA, "", {}),
    ("LC075", {}, PASS, "", {}),
    ("LC075", spec(preference="2"), PASS, "", {}),
    ("LC075", spec(preference="3"), HIT, "", {"value": "3", "allowed": "0, 1, 2"}),
    ("LC075", spec(preference=""), HIT, "", {"value": ""}),
    ("LC075", {SPEC: "0"}, HIT, "", {"value": ""}),
    ("LC075", spec(preference="3") | {"order.declaration.header.direction": "I"}, PASS, "", {}),
    ("LC075", spec(preference="0") | {"order.declaration.header.direction": "I"}, HIT, "", {"allowed": "3"}),
    ("LC075", {SPEC: ""}, NO_DATA, "", {}),
    ("LC075", {"order.declaration.header.direction": ""}, NO_DATA, "", {}),
    ("LC076", {}, PASS, "", {}),
    ("LC076", spec(name="无"), PASS, "", {}),
    ("LC076", spec(name="NIKE"), HIT, "", {"brand_type": "0", "brand": "NIKE"}),
    ("LC076", spec(name=""), HIT, "", {"brand": ""}),
    ("LC076", spec(brand_type="1", name="锦澜"), PASS, "", {}),
    ("LC076", spec(brand_type="1"), HIT, "", {"brand_type": "1", "brand": "无品牌"}),
    ("LC076", spec(brand_type="2", name=""), HIT, "", {}),
    ("LC076", NO_BRAND_ELEMENT | spec(brand_type="1"), PASS, "", {}),
    ("LC076", UNKNOWN_CODE, NO_DATA, "", {}),
    ("LC076", {SPEC: ""}, NO_DATA, "", {}),
    ("LC077", {}, PASS, "", {}),
    ("LC077", OEM, PASS, "", {}),
    ("LC077", spec(brand_type="3", name="Synthetic Home"), PASS, "", {}),
    ("LC077", OEM | STRANGER, HIT, "", {"brand": "SYNTHETIC HOME"}),
    ("LC077", OEM | STRANGER | VALID, PASS, "", {}),
    ("LC077", OEM | STRANGER | letter(valid_to=date(2026, 3, 8)), PASS, "", {}),
    ("LC077", OEM | STRANGER | EXPIRED, HIT, "", {}),
    ("LC077", OEM | STRANGER | EARLY, HIT, "", {}),
    ("LC077", OEM | STRANGER | letter(), HIT, "", {}),
    ("LC077", OEM | STRANGER | letter("B", valid_to=date(2027, 1, 1)), HIT, "", {}),
    ("LC077", OEM | {"reference.brands": {}}, HIT, "", {}),
    ("LC077", OEM | UNKNOWN_CODE, NO_DATA, "", {}),
    ("LC077", OEM | UNKNOWN_CODE | VALID, PASS, "", {}),
    ("LC077", {SPEC: ""}, NO_DATA, "", {}),
    ("LC078", {}, PASS, "", {}),
    ("LC078", {NAME: "N1KE鞋"}, HIT, "", {"text": "N1KE", "right": "NIKE", "similarity": Decimal(1)}),
    ("LC078", {NAME: "ＮＩＫＥ运动鞋"}, HIT, "", {"right": "NIKE"}),
    ("LC078", {NAME: "N\u0406KE运动鞋"}, HIT, "", {"right": "NIKE"}),
    ("LC078", {NAME: "MONIKER杯"}, PASS, "", {}),
    ("LC078", spec(brand_type="4", name="NIKE"), HIT, "", {"text": "NIKE"}),
    ("LC078", spec(brand_type="4", name="耐克(NIKE牌)"), HIT, "", {"text": "NIKE"}),
    ("LC078", spec(brand_type="1", name="NIKO"), PASS, "", {}),
    ("LC078", spec(brand_type="3", name="SYNTHETIC HOME"), PASS, "", {}),
    ("LC078", spec(brand_type="3", name="SYNTHETIC HOME") | STRANGER, HIT, "", {"right": "SYNTHETIC HOME"}),
    ("LC078", spec(brand_type="3", name="SYNTHETIC H0MES") | STRANGER, HIT, "", {"similarity": Decimal("0.9286")}),
    ("LC078", RIGHTS | {NAME: "Under Armour卫衣"}, HIT, "", {"right": "UNDER ARMOUR"}),
    ("LC078", RIGHTS | {NAME: "小米生态灯"}, HIT, "", {"right": "小米生态"}),
    ("LC078", RIGHTS | {NAME: "小米粥"}, PASS, "", {}),
    ("LC078", RIGHTS | {NAME: "361毫米板"}, PASS, "", {}),
    ("LC078", RIGHTS | spec(brand_type="1", name="361°"), HIT, "", {"right": "361°"}),
    ("LC078", RIGHTS | {LINE + "ciq_brand": "Adidas Outlet"}, HIT, "", {"right": "ADIDASOUTLET"}),
    ("LC078", RIGHTS | spec(brand_type="1", name="AB1DASOUTLET"), HIT, "", {"similarity": Decimal("0.9167")}),
    ("LC078", UNKNOWN_CODE | spec(name="NIKE"), HIT, "", {"text": "NIKE"}),
    ("LC078", UNKNOWN_CODE, PASS, "", {}),
    ("LC078", {"reference.brands": {}}, NO_DATA, "", {}),
    ("LC078", {NAME: "", SPEC: ""}, NO_DATA, "", {}),
    ("LC079", {}, PASS, "", {}),
    ("LC079", spec(composition="棉65%涤35%"), PASS, "", {}),
    ("LC079", spec(composition="棉65%涤45%"), HIT, "", {"total": Decimal(110)}),
    ("LC079", spec(composition="棉:65％，涤:35％"), PASS, "", {}),
    ("LC079", spec(composition="棉99.5%"), PASS, "", {}),
    ("LC079", spec(composition="棉99.4%"), HIT, "", {"total": Decimal("99.4")}),
    ("LC079", spec(composition="面料:棉65%涤35%;里料:涤100%"), PASS, "", {}),
    ("LC079", spec(composition="面料:棉65%涤30%;里料:涤100%"), HIT, "", {"total": Decimal(195)}),
    ("LC079", {CODE: "9503008900"} | spec(composition="塑料10%"), PASS, "", {}),
    ("LC079", NO_BRAND_ELEMENT | {SPEC: "0|0|机织||棉60%"}, HIT, "", {"total": Decimal(60)}),
    ("LC079", UNKNOWN_CODE | spec(composition="棉60%"), HIT, "", {"total": Decimal(60)}),
    ("LC079", spec(composition="棉"), NO_DATA, "", {}),
    ("LC079", {SPEC: ""}, NO_DATA, "", {}),
    ("LC080", {}, PASS, "", {}),
    ("LC080", CLAIM, HIT, "", {"destination": "USA"}),
    ("LC080", CLAIM | TO_VIETNAM, HIT, "certificate", {"destination": "VNM"}),
    ("LC080", CLAIM | TO_VIETNAM | CERTIFICATE, PASS, "", {}),
    ("LC080", CLAIM | TO_VIETNAM | OTHER_LINE, HIT, "certificate", {}),
    ("LC080", CLAIM | TO_VIETNAM | FORM_E, PASS, "", {}),
    ("LC080", CLAIM | TO_VIETNAM | letter("CO"), PASS, "", {}),
    (
        "LC080",
        CLAIM | {LINE + "final_destination": "", "order.declaration.header.arrival_country": ""},
        NO_DATA,
        "",
        {},
    ),
    ("LC080", {SPEC: "0"}, NO_DATA, "", {}),
    ("LC081", {}, PASS, "", {}),
    ("LC081", {NAME: "床" * 255}, PASS, "", {}),
    ("LC081", {NAME: "床" * 256}, HIT, "long", {"element": "GName", "length": 256}),
    ("LC081", {SPEC: "0" * 300}, HIT, "long", {"element": "GModel", "maximum": 255}),
    ("LC081", {SPEC: "0｜0"}, HIT, "", {"character": "U+FF5C", "position": 2}),
    ("LC081", {NAME: "床单\x07"}, HIT, "", {"character": "U+0007", "position": 3}),
    ("LC081", {NAME: "床\u200b单"}, HIT, "", {"character": "U+200B"}),
    ("LC081", {NAME: "床单\n"}, HIT, "", {"character": "U+000A"}),
    ("LC081", {NAME: ""}, PASS, "", {}),
    ("LC081", {NAME: "", SPEC: ""}, NO_DATA, "", {}),
]


@pytest.mark.parametrize(("check", "changes", "status", "code", "seen"), CASES)
def test_elements(put, answer, check, changes, status, code, seen):
    finding = answer(BY_ID[check], put(changes))
    assert (finding.status, finding.code) == (status, code)
    assert seen.items() <= dict(finding.seen).items()


def test_every_check_passes_hits_and_lacks_data_somewhere():
    assert {(check, status) for check, _, status, _, _ in CASES} >= {
        (check, status) for check in BY_ID for status in (PASS, HIT, NO_DATA)
    }


def test_the_client_among_several_holders_is_authorised(put, answer):
    line = spec(brand_type="3", name="SYNTHETIC HOME")
    holders = {"SYNTHETIC HOME": ("91440399MAX0000999", FACTORY.lower())}
    for check in ("LC077", "LC078"):
        assert answer(BY_ID[check], put({**line, "reference.brands": holders})).status is PASS


def test_optional_elements_are_the_officers_to_choose(put):
    check = BY_ID["LC073"]
    facts = put(spec(tail="|A01"))
    strict = replace(check.card, parameters={"optional": ("其他",)})
    goods = goods_of(facts, facts.order.declaration.lines[0])
    assert check.function(goods, facts.reference, check.card.parameters).status is PASS
    assert check.function(goods, facts.reference, strict.parameters).seen["names"] == "GTIN, CAS"
