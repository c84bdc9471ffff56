"""Checks of the declaration elements: number, completeness, values, composition, length (handbook 04, elements)."""

import re
from decimal import Decimal

from risk.checks.card import Parameters, check
from risk.declared_elements import BRAND_TYPE, PREFERENCE, blank_required, composition_of, percent_totals, values_of
from risk.findings import PASS, Severity, Verdict, hit, no_data
from risk.goods import Goods
from risk.reference import Reference

OPTIONAL = ("其他", "GTIN", "CAS", "请注明")
"""Elements that may stay blank: one customs district alone asks for GTIN and CAS, the last depends on the goods."""

HUNDRED = Decimal(100)
_ILLEGAL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff\uff5c]")


def template_of(goods: Goods, reference: Reference) -> tuple[str, ...]:
    """The element names of the goods' code, empty when the tariff at hand does not have them."""
    row = reference.tariff_row(goods.hs_code, goods.shipment.on)
    return row.elements if row is not None and len(row.elements) > PREFERENCE else ()


@check(
    "LC072",
    Severity.BLOCK,
    category="elements",
    inputs="line.specification line.hs_code reference.tariff.elements",
    source="declaration element template, handbook 02 §4",
    zh="规格型号有 {declared} 个要素,规范申报目录要求 {expected} 个",
    en="The specification has {declared} elements, the template asks for {expected}",
    more={
        "cut": (
            "规格型号只有 {declared} 个要素(应为 {expected} 个),省略了必填的:{names}",
            "The specification has only {declared} of {expected} elements and leaves out required ones: {names}",
        )
    },
    parameters={"optional": OPTIONAL},
    no_data_matters=False,  # the tariff at hand may be a part of the whole
    of_goods=True,
)
def element_count_follows_template(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """申报要素个数 | Element count"""
    template = template_of(goods, reference)
    if not template:
        return no_data(f"reference.tariff.elements[{goods.hs_code}]")
    declared = len(values_of(goods.specification))
    if declared == len(template):
        return PASS
    if declared > len(template):
        return hit(declared=declared, expected=len(template))
    blank = blank_required(goods.specification, template, p["optional"])
    names = [name for position, name in blank if position >= declared]
    return hit("cut", declared=declared, expected=len(template), names=", ".join(names)) if names else PASS


@check(
    "LC073",
    Severity.BLOCK,
    category="elements",
    inputs="line.specification line.hs_code reference.tariff.elements",
    source="declaration element template, handbook 02 §4",
    zh="必填申报要素为空:{names}",
    en="Required elements are blank: {names}",
    parameters={"optional": OPTIONAL},
    no_data_matters=False,  # as LC072
    of_goods=True,
)
def required_elements_are_filled(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """必填要素非空 | Required elements"""
    template = template_of(goods, reference)
    if not template:
        return no_data(f"reference.tariff.elements[{goods.hs_code}]")
    blank = blank_required(goods.specification, template, p["optional"])
    return hit(names=", ".join(name for _, name in blank)) if blank else PASS


@check(
    "LC074",
    Severity.BLOCK,
    category="elements",
    inputs="line.specification",
    source="declaration element template, handbook 02 §4",
    zh="品牌类型“{value}”不在 {allowed} 中",
    en="Brand type “{value}” is not one of {allowed}",
    parameters={"allowed": ("0", "1", "2", "3", "4")},
    of_goods=True,
)
def brand_type_is_known(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """品牌类型取值 | Brand type value"""
    values = values_of(goods.specification)
    if not values:
        return no_data("line.specification")
    if values[BRAND_TYPE] in p["allowed"]:
        return PASS
    return hit(value=values[BRAND_TYPE], allowed=", ".join(p["allowed"]))


@check(
    "LC075",
    Severity.BLOCK,
    category="elements",
    inputs="line.specification header.direction",
    source="declaration element template, handbook 02 §4",
    zh="出口享惠情况“{value}”错误,{direction} 报关单应为 {allowed}",
    en="Export preference “{value}” is wrong: a declaration {direction} takes {allowed}",
    parameters={"export": ("0", "1", "2"), "import": ("3",)},
    of_goods=True,
)
def preference_fits_direction(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """享惠情况取值 | Preference value"""
    values = values_of(goods.specification)
    direction = goods.shipment.direction
    if not values or direction not in {"E", "I"}:
        return no_data("line.specification", "header.direction")
    allowed = p["export"] if direction == "E" else p["import"]
    value = values[PREFERENCE] if len(values) > PREFERENCE else ""
    return PASS if value in allowed else hit(value=value, direction=direction, allowed=", ".join(allowed))


@check(
    "LC079",
    Severity.WARN,
    category="elements",
    inputs="line.specification line.hs_code reference.tariff.elements",
    source="declaration element template, handbook 04",
    zh="成分“{composition}”合计 {total}%,应为100%",
    en="Composition “{composition}” totals {total}%, not 100%",
    parameters={
        "tolerance": Decimal("0.5"),
        "chapters": tuple(str(chapter) for chapter in range(50, 64)),
    },
    of_goods=True,
)
def composition_totals_hundred(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """成分合计 | Composition sums to 100"""
    if goods.hs_code[:2] not in p["chapters"]:
        return PASS
    composition = composition_of(goods.specification, template_of(goods, reference))
    if composition is None:
        return PASS
    total, parts = percent_totals(composition)
    if not parts:
        return no_data("line.specification[成分含量]")
    if (
        total == HUNDRED
        or abs(total - HUNDRED) <= p["tolerance"]
        or all(abs(part - HUNDRED) <= p["tolerance"] for part in parts)
    ):
        return PASS
    return hit(composition=composition[:60], total=total)


@check(
    "LC081",
    Severity.BLOCK,
    category="elements",
    inputs="line.goods_name line.specification",
    source="single-window message specification, handbook 02 §7",
    zh="{element} 含非法字符 {character}(第 {position} 位)",
    en="{element} contains the illegal character {character} (place {position})",
    more={
        "long": (
            "{element} 有 {length} 个字符,最多 {maximum} 个",
            "{element} has {length} characters, at most {maximum} are allowed",
        )
    },
    parameters={"maximum": 255},
    of_goods=True,
)
def texts_are_legal(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """长度与字符 | Length and characters"""
    if not goods.goods_name and not goods.specification:
        return no_data("line.goods_name", "line.specification")
    for element, text in (("GName", goods.goods_name), ("GModel", goods.specification)):
        if len(text) > p["maximum"]:
            return hit("long", element=element, length=len(text), maximum=p["maximum"])
        illegal = _ILLEGAL.search(text)
        if illegal:
            code_point = f"U+{ord(illegal.group()):04X}"
            return hit(element=element, character=code_point, position=illegal.start() + 1)
    return PASS


CHECKS = (
    element_count_follows_template,
    required_elements_are_filled,
    brand_type_is_known,
    preference_fits_direction,
    composition_totals_hundred,
    texts_are_legal,
)
