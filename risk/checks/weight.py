"""Weight checks: gross, net and the sums of the lines (handbook 04, category weight)."""

from collections.abc import Mapping
from decimal import Decimal

from risk.checks.card import Parameters, check
from risk.checks.missing import missing
from risk.facts import OrderFacts
from risk.findings import PASS, Severity, Verdict, hit, no_data
from risk.mass import factors, weighed
from risk.nouns.line import Line
from risk.once import once_per_order

CENT = Decimal("0.01")
ZERO = Decimal(0)
TARE_KINDS = tuple(
    (f"{kind}_types", f"{kind}_lowest_share", f"{kind}_highest_share") for kind in ("carton", "bulk", "drum")
)


def _weights_missing(facts: OrderFacts) -> Verdict:
    header = facts.order.declaration.header
    return missing(("header.gross_weight_kg", header.gross_weight_kg), ("header.net_weight_kg", header.net_weight_kg))


@check(
    "LC010",
    Severity.BLOCK,
    category="weight",
    inputs="header.gross_weight_kg header.net_weight_kg",
    source="declaration software rules, handbook 04",
    zh="净重 {net_kg} 千克大于毛重 {gross_kg} 千克",
    en="Net weight {net_kg} kg exceeds gross weight {gross_kg} kg",
)
def gross_not_below_net(facts: OrderFacts, p: Parameters) -> Verdict:
    """毛重不小于净重 | Gross weight is not below net weight"""
    header = facts.order.declaration.header
    if header.gross_weight_kg is None or header.net_weight_kg is None:
        return _weights_missing(facts)
    if header.net_weight_kg > header.gross_weight_kg:
        return hit(gross_kg=header.gross_weight_kg, net_kg=header.net_weight_kg)
    return PASS


@check(
    "LC011",
    Severity.BLOCK,
    category="weight",
    inputs="header.gross_weight_kg header.net_weight_kg",
    source="declaration software rules, handbook 02 §5.6",
    zh="毛重 {gross_kg}、净重 {net_kg} 不足 {minimum_kg} 千克,应按 {minimum_kg} 申报",
    en="Gross {gross_kg} or net {net_kg} is below {minimum_kg} kg; declare {minimum_kg}",
    parameters={"minimum_kg": Decimal(1)},
)
def weight_at_least_one(facts: OrderFacts, p: Parameters) -> Verdict:
    """重量最小值 | Minimum weight"""
    header = facts.order.declaration.header
    if header.gross_weight_kg is None or header.net_weight_kg is None:
        return _weights_missing(facts)
    if min(header.gross_weight_kg, header.net_weight_kg) < p["minimum_kg"]:
        return hit(gross_kg=header.gross_weight_kg, net_kg=header.net_weight_kg, minimum_kg=p["minimum_kg"])
    return PASS


@once_per_order
def _line_masses(facts: OrderFacts) -> tuple[Decimal, int, bool]:
    """(sum of the known kg, lines without a unit of mass, whether a weight is missing where a unit of mass stands)."""
    total, without, incomplete = Decimal(0), 0, False
    for line in facts.order.declaration.lines:
        found = weighed(line, facts.reference, facts.declared_on)
        if found is None:
            without += 1
        elif found[0] is None:
            incomplete = True
        else:
            total += found[0] * found[1]
    return total, without, incomplete


def _tolerance(kilograms: Decimal, p: Parameters) -> Decimal:
    tolerance: Decimal = max(p["tolerance_kg"], p["tolerance_share"] * kilograms)
    return tolerance


@check(
    "LC012",
    Severity.BLOCK,
    category="weight",
    inputs="header.net_weight_kg line.first_unit line.first_quantity line.second_unit line.second_quantity line.unit "
    "line.quantity",
    source="declaration software rules, handbook 04 §2",
    zh="表体重量合计 {lines_kg} 千克与表头净重 {net_kg} 千克相差 {gap_kg} 千克,超过容差 {tolerance_kg} 千克",
    en="The lines add up to {lines_kg} kg, net weight is {net_kg} kg: {gap_kg} kg apart, tolerance {tolerance_kg} kg",
    parameters={"tolerance_kg": Decimal("0.01"), "tolerance_share": Decimal("0.0005")},
)
def lines_weigh_net(facts: OrderFacts, p: Parameters) -> Verdict:
    """表体重量合计等于净重 | Line weights add up to net weight, when every line has one"""
    net = facts.order.declaration.header.net_weight_kg
    if net is None or not facts.order.declaration.lines:
        return missing(("header.net_weight_kg", net), ("lines", "1" if facts.order.declaration.lines else ""))
    total, without, incomplete = _line_masses(facts)
    if without:
        return PASS
    if incomplete:
        return no_data("line.quantity")
    gap, tolerance = abs(total - net), _tolerance(net, p)
    if gap <= tolerance:
        return PASS
    return hit(lines_kg=total, net_kg=net, gap_kg=gap, tolerance_kg=tolerance)


@check(
    "LC013",
    Severity.BLOCK,
    category="weight",
    inputs="header.net_weight_kg line.first_unit line.first_quantity line.second_unit line.second_quantity line.unit "
    "line.quantity",
    source="declaration software rules, handbook 04 §2",
    zh="有重量的商品合计 {lines_kg} 千克,大于表头净重 {net_kg} 千克(另有 {without} 项未报重量)",
    en="The weighed lines alone make {lines_kg} kg, more than net weight {net_kg} kg ({without} more without weight)",
    parameters={"tolerance_kg": Decimal("0.01"), "tolerance_share": Decimal("0.0005")},
)
def weighed_lines_within_net(facts: OrderFacts, p: Parameters) -> Verdict:
    """表体重量合计不大于净重 | Line weights stay within net weight, when some lines have none"""
    net = facts.order.declaration.header.net_weight_kg
    if net is None or not facts.order.declaration.lines:
        return missing(("header.net_weight_kg", net), ("lines", "1" if facts.order.declaration.lines else ""))
    total, without, incomplete = _line_masses(facts)
    if not without:
        return PASS
    if total > net + _tolerance(net, p):
        return hit(lines_kg=total, net_kg=net, without=without)
    return no_data("line.quantity") if incomplete else PASS


@check(
    "LC014",
    Severity.WARN,
    category="weight",
    inputs="line.first_unit line.first_quantity line.second_unit line.second_quantity packing_list.line.net_weight_kg",
    source="handbook 04 §4",
    zh="法定数量折合 {statutory_kg} 千克,装箱单净重 {packed_kg} 千克,相差超过 {tolerance_kg} 千克",
    en="Statutory quantity {statutory_kg} kg, packing list net {packed_kg} kg: more than {tolerance_kg} kg apart",
    parameters={"tolerance_kg": Decimal("0.01"), "tolerance_share": Decimal("0.005")},
    no_data_matters=False,
    per_line=True,
)
def statutory_weight_is_packed(facts: OrderFacts, line: Line, p: Parameters) -> Verdict:
    """法定千克数量等于该项净重 | Statutory kilograms equal the packed net weight"""
    kilograms = factors(facts.reference, facts.declared_on)
    for unit, quantity, name in (
        (line.first_unit, line.first_quantity, "line.first_quantity"),
        (line.second_unit, line.second_quantity, "line.second_quantity"),
    ):
        factor = kilograms[unit]
        if factor is None:
            continue
        packed = None if line.line_number is None else _packed_net(facts).get(line.line_number)
        if quantity is None or packed is None:
            return missing((name, quantity), ("packing_list.line.net_weight_kg", packed))
        statutory = quantity * factor
        if statutory == packed:
            continue
        tolerance = _tolerance(packed, p)
        if abs(statutory - packed) > tolerance:
            return hit(statutory_kg=statutory, packed_kg=packed, tolerance_kg=tolerance)
    return PASS


@once_per_order
def _packed_net(facts: OrderFacts) -> Mapping[int, Decimal | None]:
    """Net kg of the packing list's items by line number; None unless every item of the line states it."""
    packing = facts.order.packing_list
    weights: dict[int, Decimal | None] = {}
    for item in packing.lines if packing is not None else ():
        so_far, weight = weights.get(item.line_number, ZERO), item.net_weight_kg
        weights[item.line_number] = None if so_far is None or weight is None else so_far + weight
    return weights


@check(
    "LC020",
    Severity.WARN,
    category="weight",
    inputs="header.gross_weight_kg header.net_weight_kg header.package_type",
    source="usual share of packing, handbook 04",
    confidence="medium",
    zh="毛重 {gross_kg} 千克、净重 {net_kg} 千克,皮重占 {tare_percent}%,"
    "包装 {package_type} 通常为 {low_percent}%–{high_percent}%",
    en="Gross {gross_kg} kg, net {net_kg} kg: tare is {tare_percent}%, packing {package_type} usually has "
    "{low_percent}% to {high_percent}%",
    parameters={
        "carton_types": ("22", "29"),
        "carton_lowest_share": Decimal("0.005"),
        "carton_highest_share": Decimal("0.35"),
        "bulk_types": ("00", "01"),
        "bulk_lowest_share": Decimal(0),
        "bulk_highest_share": Decimal("0.02"),
        "drum_types": ("32", "33", "39"),
        "drum_lowest_share": Decimal("0.02"),
        "drum_highest_share": Decimal("0.25"),
    },
)
def tare_plausible(facts: OrderFacts, p: Parameters) -> Verdict:
    """皮重比例合理 | Tare ratio plausible"""
    header = facts.order.declaration.header
    gross, net = header.gross_weight_kg, header.net_weight_kg
    if gross is None or net is None or not header.package_type:
        return missing(
            ("header.gross_weight_kg", gross),
            ("header.net_weight_kg", net),
            ("header.package_type", header.package_type),
        )
    band = _tare_band(header.package_type, p)
    if band is None:
        return PASS
    if gross <= 0:
        return no_data("header.gross_weight_kg")
    share = (gross - net) / gross
    if band[0] <= share <= band[1]:
        return PASS
    return hit(
        gross_kg=gross,
        net_kg=net,
        tare_percent=(share * 100).quantize(CENT),
        package_type=header.package_type,
        low_percent=band[0] * 100,
        high_percent=band[1] * 100,
    )


def _tare_band(package_type: str, p: Parameters) -> tuple[Decimal, Decimal] | None:
    """The usual shares of packing of a kind; None for kinds without any."""
    for types, low, high in TARE_KINDS:
        if package_type in p[types]:
            return p[low], p[high]
    return None


@check(
    "LC021",
    Severity.WARN,
    category="weight",
    inputs="header.gross_weight_kg header.net_weight_kg header.package_type",
    source="handbook 04",
    zh="货物有包装({package_type}),但毛重与净重同为 {gross_kg} 千克",
    en="The goods are packed ({package_type}), yet gross and net weight are both {gross_kg} kg",
    parameters={"unpacked_types": ("00", "01", "04")},
)
def packing_weighs_something(facts: OrderFacts, p: Parameters) -> Verdict:
    """毛净重相等提示 | Gross equals net although packed"""
    header = facts.order.declaration.header
    gross, net = header.gross_weight_kg, header.net_weight_kg
    if gross is None or net is None or not header.package_type:
        return missing(
            ("header.gross_weight_kg", gross),
            ("header.net_weight_kg", net),
            ("header.package_type", header.package_type),
        )
    if gross != net or header.package_type in p["unpacked_types"]:
        return PASS
    return hit(gross_kg=gross, package_type=header.package_type)


CHECKS = (
    gross_not_below_net,
    weight_at_least_one,
    lines_weigh_net,
    weighed_lines_within_net,
    statutory_weight_is_packed,
    tare_plausible,
    packing_weighs_something,
)
