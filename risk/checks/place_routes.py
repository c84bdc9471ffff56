"""Place checks on the way out: distance to the port, office against transport mode (LC117, LC118)."""

from decimal import Decimal

from risk.checks.card import Parameters, check
from risk.facts import OrderFacts
from risk.findings import PASS, Severity, Verdict, hit, no_data
from risk.goods import factory_regions
from risk.places import nearest_office


@check(
    "LC117",
    Severity.WARN,
    category="place",
    inputs="header.border_office header.transport_mode client.region_codes header.producer_customs_code",
    source="refund-fraud typology, handbook 04",
    zh="工厂 {factory} 距出境关别 {office} 约 {distance_km} 公里,{nearer} 仅约 {nearer_km} 公里",
    en="Factory {factory} is about {distance_km} km from exit office {office}; {nearer} is about {nearer_km} km away",
    confidence="medium",
    direction="E",
    parameters={"maximum_km": 800, "nearer_share": Decimal("0.5"), "transport_modes": ("2", "5")},
    no_data_matters=False,  # only part of the offices and cities have a known place
)
def port_is_not_far_away(facts: OrderFacts, p: Parameters) -> Verdict:
    """口岸距离 | Factory to port distance"""
    header = facts.order.declaration.header
    if header.transport_mode and header.transport_mode not in p["transport_modes"]:
        return PASS
    factories = factory_regions(facts)
    if not factories or not header.border_office or not header.transport_mode:
        return no_data("client.region_codes", "header.border_office", "header.transport_mode")
    worst: Verdict | None = None
    for factory in factories:
        route = nearest_office(facts.reference, factory, header.border_office, header.transport_mode, facts.declared_on)
        if route is None:
            return no_data(
                f"reference.customs_office_site[{header.border_office}]", f"reference.region_city[{factory}]"
            )
        if route.declared_km <= p["maximum_km"] or route.distance_km > route.declared_km * p["nearer_share"]:
            return PASS  # one factory near enough explains the port
        worst = hit(
            factory=factory,
            office=header.border_office,
            distance_km=route.declared_km,
            nearer=route.code,
            nearer_km=route.distance_km,
        )
    return worst or PASS


@check(
    "LC118",
    Severity.WARN,
    category="place",
    inputs="header.border_office header.transport_mode",
    source="customs offices, handbook 03 §11",
    zh="进出境关别 {office} {name_zh} 的运输方式为 {expected},现为 {mode}",
    en="Office {office} {name_en} works transport mode {expected}, not {mode}",
    parameters={"transport_modes": ("2", "3", "4", "5", "6")},
    no_data_matters=False,  # only part of the offices are known by kind
)
def office_fits_transport_mode(facts: OrderFacts, p: Parameters) -> Verdict:
    """关别与运输方式 | Office vs transport mode"""
    header = facts.order.declaration.header
    if header.transport_mode and header.transport_mode not in p["transport_modes"]:
        return PASS
    sites = "customs_office_site" in facts.reference.tables
    row = facts.reference.code("customs_office_site", header.border_office, facts.declared_on) if sites else None
    if row is None or not row.attributes["exit_modes"] or not header.transport_mode:
        return no_data(f"reference.customs_office_site[{header.border_office}]", "header.transport_mode")
    expected = row.attributes["exit_modes"].split("|")
    if header.transport_mode in expected:
        return PASS
    return hit(
        office=header.border_office,
        name_zh=row.name_zh,
        name_en=row.name_en,
        expected=", ".join(expected),
        mode=header.transport_mode,
    )


CHECKS = (port_is_not_far_away, office_fits_transport_mode)
