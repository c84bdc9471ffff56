"""Brand and preference checks: brand type, authorisation, recorded rights, preference (LC076 to LC078, LC080)."""

from decimal import Decimal
from functools import lru_cache

from risk.brands import brand_register
from risk.checks.card import Parameters, check
from risk.checks.elements import template_of
from risk.declared_elements import BRAND_TYPE, PREFERENCE, brand_of, values_of
from risk.facts import OrderFacts
from risk.findings import PASS, Severity, Verdict, hit, no_data
from risk.goods import Goods
from risk.nouns.line import Line
from risk.reference import Reference

NO_BRAND = ("无", "无品牌")
OEM, ENJOYED = "3", "1"


def _brand(goods: Goods, reference: Reference) -> str | None:
    """The declared brand, empty when blank; None when the code asks for none or its template is not known."""
    template = template_of(goods, reference)
    return brand_of(goods.specification, template) if template else None


@check(
    "LC076",
    Severity.BLOCK,
    category="elements",
    inputs="line.specification line.hs_code reference.tariff.elements",
    source="declaration element template, handbook 02 §4",
    zh="品牌类型为 {brand_type},品牌却填“{brand}”",
    en="Brand type is {brand_type}, yet the brand reads “{brand}”",
    parameters={"no_brand": NO_BRAND},
    no_data_matters=False,  # the tariff at hand may be a part of the whole; LC074 prices a missing brand type
    of_goods=True,
)
def brand_type_agrees_with_brand(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """品牌类型与品牌 | Brand type vs brand"""
    values = values_of(goods.specification)
    template = template_of(goods, reference)
    if not values or not template:
        return no_data("line.specification", f"reference.tariff.elements[{goods.hs_code}]")
    brand = brand_of(goods.specification, template)
    brand_type = values[BRAND_TYPE]
    if brand is None or not brand_type.isdigit():
        return PASS
    unbranded = brand in p["no_brand"]
    agrees = unbranded if brand_type == "0" else bool(brand) and not unbranded
    return PASS if agrees else hit(brand_type=brand_type, brand=brand)


@check(
    "LC077",
    Severity.BLOCK,
    category="elements",
    inputs="line.specification permits reference.brands order.client_uscc",
    source="handbook 07 (intellectual property)",
    zh="境外品牌“{brand}”贴牌生产,客户没有有效的商标授权",
    en="OEM of the foreign brand “{brand}” without a valid authorisation of this client",
    direction="E",
    parameters={"permit_codes": ("BRAND",)},
    of_goods=True,
)
def oem_is_authorised(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """贴牌授权 | OEM authorisation"""
    values = values_of(goods.specification)
    if not values:
        return no_data("line.specification")
    if values[BRAND_TYPE] != OEM or _has_authorisation_letter(goods, p["permit_codes"]):
        return PASS
    brand = _brand(goods, reference)
    if brand is None:
        return no_data("line.specification[品牌]", f"reference.tariff.elements[{goods.hs_code}]")
    register = brand_register(reference.brands)
    if any(register.allows(name, goods.shipment.client_uscc) for name in (brand, brand.upper())):
        return PASS
    return hit(brand=brand)


def _has_authorisation_letter(goods: Goods, codes: tuple[str, ...]) -> bool:
    """Whether the order's permits hold a brand authorisation that is valid on the day."""
    on = goods.shipment.on
    return any(
        permit.code in codes
        and (permit.valid_from is None or permit.valid_from <= on)
        and permit.valid_to is not None
        and on <= permit.valid_to
        for permit in goods.shipment.permits
    )


@check(
    "LC078",
    Severity.BLOCK,
    category="elements",
    inputs="line.goods_name line.specification line.ciq_brand reference.brands order.client_uscc",
    source="customs record of intellectual property, handbook 07 §4",
    zh="“{text}”与备案权利“{right}”相同或近似(相似度 {similarity}),客户不在授权名单",
    en="“{text}” equals or resembles the recorded right “{right}” (similarity {similarity}); client not authorised",
    direction="E",
    parameters={"similarity": Decimal("0.9"), "no_brand": NO_BRAND},
    no_data_matters=False,  # an installation without a register of rights has nothing to compare with
    of_goods=True,
)
def brand_is_no_foreign_right(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """知识产权库命中 | IP database hit"""
    if not reference.brands:
        return no_data("reference.brands")
    if not goods.goods_name and not goods.specification:
        return no_data("line.goods_name", "line.specification")
    register = brand_register(reference.brands)
    name = f"{goods.goods_name} {goods.goods_name_en}" if goods.goods_name_en else goods.goods_name
    texts = _brand_texts(goods.specification, template_of(goods, reference), goods.ciq_brand, p["no_brand"])
    found = register.resemblances(texts, name, p["similarity"])
    if not found:
        return PASS
    allowed = {one.text for one in found if register.allows(one.right, goods.shipment.client_uscc)}
    for one in found:
        if one.text not in allowed:
            return hit(text=one.text, right=one.right, similarity=one.similarity)
    return PASS


@lru_cache(maxsize=8192)
def _brand_texts(
    specification: str, template: tuple[str, ...], ciq_brand: str, no_brand: tuple[str, ...]
) -> tuple[str, ...]:
    """Texts that may be a brand. Without a template every element may be one."""
    declared = values_of(specification)[PREFERENCE + 1 :]
    elements = (brand_of(specification, template) or "",) if template else declared
    return tuple(text for text in (*elements, ciq_brand) if text and text not in no_brand)


@check(
    "LC080",
    Severity.WARN,
    category="elements",
    inputs="line.specification line.final_destination origin_certificates permits supervision_documents",
    source="free-trade agreements in force, handbook 02 §4",
    zh="申报享受优惠关税,但最终目的国 {destination} 与我国没有自贸安排",
    en="A preferential tariff is claimed, but China has no agreement with the final destination {destination}",
    more={
        "certificate": (
            "申报在 {destination} 享受优惠关税,但没有登记原产地证",
            "A preferential tariff is claimed in {destination}, but no certificate of origin is planned",
        )
    },
    confidence="medium",
    direction="E",
    parameters={"certificate_codes": ("Y", "CO")},
    no_data_matters=False,  # LC074 prices missing elements, LC112 a missing destination
    per_line=True,
)
def preference_has_its_proof(facts: OrderFacts, line: Line, p: Parameters) -> Verdict:
    """享惠与原产地证 | Preference vs origin certificate"""
    values = values_of(line.specification)
    if len(values) <= PREFERENCE:
        return no_data("line.specification")
    if values[PREFERENCE] != ENJOYED:
        return PASS
    destination = line.final_destination or facts.order.declaration.header.arrival_country
    if not destination or "free_trade_partner" not in facts.reference.tables:
        return no_data("line.final_destination", "reference.free_trade_partner")
    if facts.reference.code("free_trade_partner", destination, facts.declared_on) is None:
        return hit(destination=destination)
    return (
        PASS
        if _certificate_planned(facts, line, p["certificate_codes"])
        else hit("certificate", destination=destination)
    )


def _certificate_planned(facts: OrderFacts, line: Line, codes: tuple[str, ...]) -> bool:
    declaration = facts.order.declaration
    return (
        any(one.line_number in {"", str(line.line_number)} for one in declaration.origin_certificates)
        or any(document.code in codes for document in declaration.supervision_documents)
        or any(permit.code in codes for permit in facts.order.permits)
    )


CHECKS = (
    brand_type_agrees_with_brand,
    oem_is_authorised,
    brand_is_no_foreign_right,
    preference_has_its_proof,
)
