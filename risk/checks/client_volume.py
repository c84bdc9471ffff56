"""Document checks on a client's volume: verified capacity and sudden growth (handbook 06 §3, §4)."""

from decimal import Decimal
from typing import Any

from risk.checks.card import Parameters, check
from risk.checks.comparing import CENT, SHOWN
from risk.days import china_day
from risk.facts import ClientHistory, OrderFacts
from risk.findings import PASS, Outcome, Severity, Verdict, hit, no_data
from risk.nouns.line import Line
from risk.nouns.parties import Role
from risk.party_names import spelling

MONTH_DAYS = 30
ONE_MONTH, HALF_YEAR = Decimal(1), Decimal(6)


@check(
    "LC151",
    Severity.WARN,
    category="document",
    inputs="client.monthly_capacity client.capacity_unit history.quantity_month line.quantity line.unit",
    source="capacity match, handbook 06 §4",
    zh="本月出口 {exported} {unit},核定月产能 {capacity} {unit},产能比 {ratio} 超过 {warn_ratio}",
    en="{exported} {unit} exported this month against a verified capacity of {capacity}: ratio {ratio} above "
    "{warn_ratio}",
    more={
        "far_above": (
            "本月出口 {exported} {unit},核定月产能 {capacity} {unit},产能比 {ratio} 超过 {block_ratio},须重新核查",
            "{exported} {unit} exported this month against a verified capacity of {capacity}: ratio {ratio} above "
            "{block_ratio}, re-verification needed",
        ),
        "no_capacity": (
            "核定月产能为 0,本月却出口 {exported} {unit}",
            "The verified capacity is zero, yet {exported} {unit} were exported this month",
        ),
    },
    direction="E",
    parameters={"warn_ratio": Decimal("1.0"), "block_ratio": Decimal("1.2")},
    no_data_matters=False,
)
def within_capacity(facts: OrderFacts, p: Parameters) -> Verdict:
    """产能匹配 | Capacity match"""
    client, history = facts.client, facts.history
    if client is None or client.monthly_capacity is None or not client.capacity_unit:
        return no_data("client.monthly_capacity", "client.capacity_unit")
    ours = [_quantity_in(line, client.capacity_unit) for line in facts.order.declaration.lines]
    before = history.quantity_month if history else None
    exported = sum((quantity for quantity in ours if quantity is not None), before or Decimal(0))
    shown: dict[str, Any] = {"exported": exported, "capacity": client.monthly_capacity, "unit": client.capacity_unit}
    if client.monthly_capacity <= 0 < exported:
        return hit("no_capacity", Outcome.HOLD, **shown)
    ratio = exported / client.monthly_capacity if client.monthly_capacity else Decimal(0)
    shown["ratio"] = ratio.quantize(CENT)
    if ratio > p["block_ratio"]:
        return hit("far_above", Outcome.HOLD, block_ratio=p["block_ratio"], **shown)
    if ratio > p["warn_ratio"]:
        return hit(warn_ratio=p["warn_ratio"], **shown)
    if before is None or None in ours:
        return no_data("history.quantity_month" if before is None else f"quantities in unit {client.capacity_unit}")
    return PASS


def _quantity_in(line: Line, unit: str) -> Decimal | None:
    for code, quantity in (
        (line.unit, line.quantity),
        (line.first_unit, line.first_quantity),
        (line.second_unit, line.second_quantity),
    ):
        if code == unit:
            return quantity
    return None


@check(
    "LC152",
    Severity.WARN,
    category="document",
    inputs="history.value_30d history.value_180d history.buyers history.hs_chapters client.first_order_on line.total",
    source="sudden growth, handbook 06 §3",
    zh="近30天含本单 {value_usd} 美元,为月均 {average_usd} 美元的 {times} 倍(超过 {limit} 倍),且有新买方:{buyer}",
    en="USD {value_usd} in 30 days with this order, {times} times the monthly average USD {average_usd} "
    "(above {limit}), with a new buyer: {buyer}",
    more={
        "new_goods": (
            "近30天含本单 {value_usd} 美元,为月均 {average_usd} 美元的 {times} 倍(超过 {limit} 倍),"
            "且有新品类:第 {chapters} 章",
            "USD {value_usd} in 30 days with this order, {times} times the monthly average USD {average_usd} "
            "(above {limit}), with goods of new chapters: {chapters}",
        )
    },
    confidence="medium",
    direction="E",
    parameters={"times": Decimal(3), "minimum_orders": 3},
)
def no_sudden_growth(facts: OrderFacts, p: Parameters) -> Verdict:
    """增长异常 | Sudden growth"""
    history, value = facts.history, facts.total_usd
    if history is None or value is None:
        return no_data(*(["history"] if history is None else []), *(["declared value in USD"] if value is None else []))
    if history.orders_total < p["minimum_orders"]:
        return no_data(f"history of at least {p['minimum_orders']} orders")
    recent, times = history.value_30d + value, p["times"]
    below_half_year = recent * HALF_YEAR < history.value_180d * times  # then the exact months do not matter
    if below_half_year or recent <= (average := history.value_180d / _months_known(facts)) * times:
        return PASS
    buyer, chapters = _new_buyer(facts, history), _new_chapters(facts, history)
    if not buyer and not chapters:
        return PASS
    shown: dict[str, Any] = {
        "value_usd": recent.quantize(CENT),
        "average_usd": average.quantize(CENT),
        "times": (recent / average).quantize(CENT) if average else "∞",
        "limit": times,
    }
    if buyer:
        return hit(buyer=buyer[:SHOWN], **shown)
    return hit("new_goods", chapters=", ".join(chapters), **shown)


def _months_known(facts: OrderFacts) -> Decimal:
    """Months of the 180-day window in which the client existed for us, at least one."""
    first = facts.client.first_order_on if facts.client else None
    if first is None:
        return HALF_YEAR
    days = (china_day(facts.as_of) - first).days
    return ONE_MONTH if days <= MONTH_DAYS else min(HALF_YEAR, Decimal(days) / MONTH_DAYS)


def _new_buyer(facts: OrderFacts, history: ClientHistory) -> str:
    """The buyer's name when the client never sold to it before, else empty."""
    order = facts.order
    party = order.party(Role.BUYER)
    name = party.name if party else order.contract.buyer if order.contract else ""
    if name in history.buyers:
        return ""
    spelled = spelling(name)
    return "" if spelled and any(spelling(buyer) == spelled for buyer in history.buyers) else name


def _new_chapters(facts: OrderFacts, history: ClientHistory) -> list[str]:
    chapters = {line.hs_code[:2] for line in facts.order.declaration.lines if line.hs_code}
    return sorted(chapters - history.hs_chapters)


CHECKS = (within_capacity, no_sudden_growth)
