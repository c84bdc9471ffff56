"""Weight checks: gross, net and the sums of the lines (handbook 04, category weight)."""

from decimal import Decimal

from risk.checks.card import Parameters, check
from risk.facts import OrderFacts
from risk.findings import PASS, Severity, Verdict, hit, no_data


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
        return no_data("header.gross_weight_kg", "header.net_weight_kg")
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
        return no_data("header.gross_weight_kg", "header.net_weight_kg")
    if min(header.gross_weight_kg, header.net_weight_kg) < p["minimum_kg"]:
        return hit(gross_kg=header.gross_weight_kg, net_kg=header.net_weight_kg, minimum_kg=p["minimum_kg"])
    return PASS


CHECKS = (gross_not_below_net, weight_at_least_one)
