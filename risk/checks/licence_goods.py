"""Goods that need more than the tariff says: dual-use items and dangerous goods (LC086, LC087; handbook 07 §3, §4)."""

from risk.checks.card import Parameters, check
from risk.findings import PASS, Severity, Verdict, hit, no_data
from risk.goods import Goods
from risk.goods_words import goods_matches
from risk.reference import Reference

UN_DIGITS = 4


@check(
    "LC086",
    Severity.BLOCK,
    category="licence",
    inputs="line.hs_code line.goods_name line.control_code supervision_documents header.licence_number reference.goods",
    source="Export Control Law of 2020, handbook 07 §3",
    zh="“{sign}”疑似 {criterion} {name_zh},既无许可证 {licences} 也无不属管制说明",
    en="“{sign}” may fall under {criterion} {name_en}: neither a licence {licences} nor a statement of not controlled",
    confidence="medium",
    direction="E",
    parameters={"criteria": ("GC08", "GC10", "GC18"), "licences": ("3", "G")},
    of_goods=True,
)
def dual_use_goods_are_licensed(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """两用物项提示 | Dual-use"""
    if not reference.goods:
        return no_data("reference.goods")
    for match in goods_matches(goods, reference.goods, goods.shipment.on, "E"):
        if match.criterion.code in p["criteria"] and not _licensed_or_excluded(goods, p["licences"]):
            return hit(
                sign=match.word or match.prefix,
                criterion=match.criterion.code,
                name_zh=match.criterion.name_zh,
                name_en=match.criterion.name_en,
                licences="/".join(p["licences"]),
            )
    return PASS if goods.hs_code and goods.goods_name else no_data("line.hs_code", "line.goods_name")


def _licensed_or_excluded(goods: Goods, licences: tuple[str, ...]) -> bool:
    """A licence of the declaration, or the control mark of the line, which states that parameters were examined."""
    shipment = goods.shipment
    return bool(goods.control_code) or any(code in licences for code in shipment.documents) or shipment.licensed


def _un_number(text: str) -> str:
    """The four digits of a UN number written as "UN3480" or "3480", empty when it is none."""
    digits = text.strip().upper().removeprefix("UN").strip()
    return digits if len(digits) == UN_DIGITS and digits.isascii() and digits.isdigit() else ""


@check(
    "LC087",
    Severity.BLOCK,
    category="licence",
    inputs="line.hs_code line.goods_name line.un_number line.dangerous_goods_name line.qualifications permits",
    source="rules on packages of dangerous goods, handbook 07 §2 and §4",
    zh="“{sign}”属危险货物,未填报有效的UN编码(现为“{un_number}”)",
    en="“{sign}” is dangerous goods, but no valid UN number is declared (now “{un_number}”)",
    more={
        "package": (
            "危险货物“{sign}”(UN{un_number})缺危险货物包装证",
            "Dangerous goods “{sign}” (UN{un_number}) lack the dangerous package certificate",
        )
    },
    direction="E",
    parameters={
        "criteria": ("GC11", "GC12"),
        "hs_prefixes": (
            *("2806", "2807", "2808", "2711", "850650", "850760", "961310", "961320"),
            *("3601", "3602", "3603", "3604", "3605", "3606"),
        ),
        "certificate_codes": ("DGP",),
    },
    no_data_matters=False,  # LC086 prices a missing register, LC063 a missing goods name
    of_goods=True,
)
def dangerous_goods_are_declared(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """危险货物 | Dangerous goods"""
    sign = _sign_of_danger(goods, reference, p)
    if not sign:
        known = reference.goods and goods.goods_name
        return PASS if known else no_data("reference.goods", "line.goods_name")
    un_number = _un_number(goods.un_number)
    if not un_number:
        return hit(sign=sign, un_number=goods.un_number)
    codes = p["certificate_codes"]
    certified = any(one.type_code in codes for one in goods.qualifications) or any(
        permit.code in codes for permit in goods.shipment.permits
    )
    return PASS if certified else hit("package", sign=sign, un_number=un_number)


def _sign_of_danger(goods: Goods, reference: Reference, p: Parameters) -> str:
    """What tells of danger: the declared UN class, the code, or a word of the name; a chapter alone does not."""
    if goods.hs_code.startswith(p["hs_prefixes"]):
        return goods.hs_code
    for match in goods_matches(goods, reference.goods, goods.shipment.on, "E"):
        if match.word and match.criterion.code in p["criteria"]:
            return match.word
    return goods.un_number or goods.dangerous_goods_name or goods.dangerous_packing_group


CHECKS = (dual_use_goods_are_licensed, dangerous_goods_are_declared)
