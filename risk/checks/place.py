"""Place checks: countries, ports and the domestic source of the goods (LC110 to LC116)."""

from risk.checks.card import Parameters, check
from risk.findings import PASS, Severity, Verdict, hit, no_data
from risk.form import Form
from risk.goods import Goods
from risk.places import cities_differ
from risk.reference import Reference

CHINA = "CHN"
GENERAL_TRADE = "0110"


@check(
    "LC110",
    Severity.BLOCK,
    category="place",
    inputs="header.arrival_country header.supervision_mode header.transport_mode",
    source="handbook 04",
    zh="出口运抵国为 {country},监管方式 {mode} 不是区内、结转或退运",
    en="The arrival country of an export is {country}, though mode {mode} is no zone, transfer or return mode",
    direction="E",
    parameters={
        "country": CHINA,
        "modes": (
            *("0255", "0258", "0654", "0657", "1427", "0200", "0400", "0446", "0456", "0500"),
            *("1200", "1210", "1215", "1233", "1234", "1239", "5000", "5010", "5014", "5015", "5033", "5034"),
            *("5100", "5300", "5335", "5361", "6033", "4561", "4500", "9600", "9700"),
        ),
    },
    of_form=True,
)
def export_leaves_china(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """出口运抵国非中国 | Arrival country not China"""
    if not form.arrival_country:
        return no_data("header.arrival_country")
    if form.arrival_country != p["country"] or form.supervision_mode in p["modes"]:
        return PASS
    if not form.supervision_mode:
        return no_data("header.supervision_mode")
    # movements into zones and warehouses have their own transport codes and never leave the country
    transport = reference.code("transport_mode", form.transport_mode, form.on)
    if transport is not None and transport.attributes.get("crosses_border") == "no":
        return PASS
    return hit(country=form.arrival_country, mode=form.supervision_mode)


@check(
    "LC111",
    Severity.WARN,
    category="place",
    inputs="header.foreign_port header.arrival_country",
    source="port code format, handbook 03 §10",
    zh="指运港 {port} 不在运抵国 {country}",
    en="Destination port {port} is not in the arrival country {country}",
    direction="E",
    of_form=True,
)
def port_lies_in_arrival_country(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """指运港与运抵国 | Port vs arrival country"""
    if not form.foreign_port or not form.arrival_country:
        return no_data("header.foreign_port", "header.arrival_country")
    if form.foreign_port[:3] == form.arrival_country:
        return PASS
    return hit(port=form.foreign_port, country=form.arrival_country)


@check(
    "LC112",
    Severity.INFO,
    category="place",
    inputs="line.final_destination header.arrival_country",
    source="handbook 04",
    zh="最终目的国 {destination} 与运抵国 {country} 不同,请确认中转",
    en="Final destination {destination} differs from the arrival country {country}: confirm the transhipment",
    direction="E",
    of_goods=True,
)
def destination_is_arrival_country(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """最终目的国 | Final destination"""
    country = goods.shipment.arrival_country
    if not goods.final_destination or not country:
        return no_data("line.final_destination", "header.arrival_country")
    return PASS if goods.final_destination == country else hit(destination=goods.final_destination, country=country)


@check(
    "LC113",
    Severity.WARN,
    category="place",
    inputs="line.origin_country header.supervision_mode",
    source="single-window message specification, handbook 02 §5.1",
    zh="一般贸易出口货物原产国为 {origin},请说明来源",
    en="Goods of origin {origin} are exported under general trade: explain where they come from",
    direction="E",
    parameters={"modes": (GENERAL_TRADE,), "country": CHINA},
    of_goods=True,
)
def exported_goods_are_chinese(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """原产国 | Origin of exports"""
    if goods.origin_country == p["country"]:
        return PASS
    mode = goods.shipment.supervision_mode
    if not goods.origin_country or not mode:
        return no_data("line.origin_country", "header.supervision_mode")
    return hit(origin=goods.origin_country) if mode in p["modes"] else PASS


@check(
    "LC114",
    Severity.WARN,
    category="place",
    inputs="header.trading_country contract.buyer_country parties.buyer.country",
    source="handbook 02 §2 no. 17",
    zh="贸易国 {trading} 与合同买方所在国 {buyer} 不一致",
    en="Trading country {trading} differs from the buyer's country {buyer}",
    direction="E",
    of_form=True,
)
def trading_country_is_the_buyers(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """贸易国 | Trading country"""
    trading, buyer = form.trading_country, form.buyer_country
    if not trading or not buyer:
        return no_data("header.trading_country", "contract.buyer_country")
    return PASS if trading == buyer else hit(trading=trading, buyer=buyer)


@check(
    "LC115",
    Severity.BLOCK,
    category="place",
    inputs="header.arrival_country lines.final_destination reference.restricted_destination",
    source="UN Security Council measures, platform list",
    zh="目的国 {country} {name_zh} 受限:{basis_zh}",
    en="Destination {country} {name_en} is restricted: {basis_en}",
    more={
        "escalate": (
            "目的国 {country} {name_zh} 须上报法务决定:{basis_zh}",
            "Destination {country} {name_en} is for legal to decide: {basis_en}",
        ),
        "platform": (
            "目的国 {country} 在平台限制名单中",
            "Destination {country} is on the platform's own list",
        ),
    },
    direction="E",
    parameters={"platform_list": ()},
    of_form=True,
)
def destination_is_not_restricted(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """受限目的国 | Restricted destination"""
    for country in dict.fromkeys((form.arrival_country, *form.destinations)):
        row = reference.code("restricted_destination", country, form.on)
        if row is not None:
            return hit(
                "escalate" if row.attributes["effect"] == "escalate" else "",
                country=country,
                name_zh=row.name_zh,
                name_en=row.name_en,
                basis_zh=row.attributes["basis_zh"],
                basis_en=row.attributes["basis_en"],
            )
        if country in p["platform_list"]:
            return hit("platform", country=country)
    return PASS if form.arrival_country else no_data("header.arrival_country")


@check(
    "LC116",
    Severity.WARN,
    category="place",
    inputs="line.domestic_region header.producer_customs_code client.region_codes",
    source="domestic region codes, handbook 03 §11",
    zh="境内货源地 {region} 与工厂所在地 {factory} 不一致",
    en="Domestic source {region} differs from the factory's region {factory}",
    direction="E",
    of_goods=True,
)
def source_region_is_the_factorys(goods: Goods, reference: Reference, p: Parameters) -> Verdict:
    """境内货源地与工厂 | Source region vs factory"""
    factories = goods.shipment.factories
    region = goods.domestic_region[:4]
    if not region or not factories:
        return no_data("line.domestic_region", "client.region_codes", "header.producer_customs_code")
    if region in factories:
        return PASS
    answers = [cities_differ(reference, region, factory, goods.shipment.on) for factory in factories]
    if False in answers:
        return PASS
    if None in answers:
        return no_data(f"reference.region_city[{region}, {', '.join(factories)}]")
    return hit(region=goods.domestic_region, factory=", ".join(factories))


CHECKS = (
    export_leaves_china,
    port_lies_in_arrival_country,
    destination_is_arrival_country,
    exported_goods_are_chinese,
    trading_country_is_the_buyers,
    destination_is_not_restricted,
    source_region_is_the_factorys,
)
