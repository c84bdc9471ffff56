"""Place checks on the way out: distance to the port, office against transport mode (LC117, LC118)."""

from decimal import Decimal

from risk.checks.card import Parameters, check
from risk.findings import PASS, Severity, Verdict, hit, no_data
from risk.form import Form
from risk.places import nearest_office
from risk.reference import Reference


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
    of_form=True,
)
def port_is_not_far_away(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """口岸距离 | Factory to port distance"""
    if form.transport_mode and form.transport_mode not in p["transport_modes"]:
        return PASS
    factories = form.factories
    if not factories or not form.border_office or not form.transport_mode:
        return no_data("client.region_codes", "header.border_office", "header.transport_mode")
    worst: Verdict | None = None
    for factory in factories:
        route = nearest_office(reference, factory, form.border_office, form.transport_mode, form.on)
        if route is None:
            return no_data(f"reference.customs_office_site[{form.border_office}]", f"reference.region_city[{factory}]")
        if route.declared_km <= p["maximum_km"] or route.distance_km > route.declared_km * p["nearer_share"]:
            return PASS  # one factory near enough explains the port
        worst = hit(
            factory=factory,
            office=form.border_office,
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
    of_form=True,
)
def office_fits_transport_mode(form: Form, reference: Reference, p: Parameters) -> Verdict:
    """关别与运输方式 | Office vs transport mode"""
    if form.transport_mode and form.transport_mode not in p["transport_modes"]:
        return PASS
    sites = "customs_office_site" in reference.tables
    row = reference.code("customs_office_site", form.border_office, form.on) if sites else None
    if row is None or not row.attributes["exit_modes"] or not form.transport_mode:
        return no_data(f"reference.customs_office_site[{form.border_office}]", "header.transport_mode")
    expected = row.attributes["exit_modes"].split("|")
    if form.transport_mode in expected:
        return PASS
    return hit(
        office=form.border_office,
        name_zh=row.name_zh,
        name_en=row.name_en,
        expected=", ".join(expected),
        mode=form.transport_mode,
    )


CHECKS = (port_is_not_far_away, office_fits_transport_mode)
