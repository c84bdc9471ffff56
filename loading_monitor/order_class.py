"""The class of an order decides what must be seen of its loading (handbook 08 §1).

L large · H high risk · F small but frequent with a large total · S small. Large goes before high risk because the law
names it; both are watched alike. What is not known makes an order H, never S.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain

from loading_monitor.splitting import EarlierOrder, split_total
from risk.facts import OrderFacts
from risk.findings import Seen
from risk.goods_words import matching_criteria
from risk.policy import OrderClasses
from risk.reference import GoodsCriterion

LARGE, HIGH_RISK, FREQUENT, SMALL = "L", "H", "F", "S"
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class OrderClass:
    """A class, why (a code of `loading_monitor.sentences`) and the numbers seen."""

    code: str
    reason_code: str
    seen: Mapping[str, Seen] = field(default_factory=dict)


def classify(facts: OrderFacts, rules: OrderClasses, earlier: Sequence[EarlierOrder] = ()) -> OrderClass:
    """The class under the policy's borders. `earlier` are the client's orders of the last days, for splitting."""
    reasons = chain(_large(facts, rules, earlier), _high_risk(facts, rules), _frequent(facts, rules))
    found = next(reasons, None)
    return found or _because(SMALL, "small", value_usd=(facts.total_usd or Decimal(0)).quantize(CENT))


def _because(code: str, reason_code: str, **seen: Seen) -> OrderClass:
    return OrderClass(code, reason_code, seen)


def _large(facts: OrderFacts, rules: OrderClasses, earlier: Sequence[EarlierOrder]) -> Iterator[OrderClass]:
    value = facts.total_usd
    if value is None:
        return
    border = rules.large_usd
    if value >= border:
        yield _because(LARGE, "large_value", value_usd=value.quantize(CENT), border_usd=border)
    median, times = facts.history.median_order_value if facts.history else None, rules.large_times_median
    if median is not None and 0 < median * times <= value:
        yield _because(LARGE, "large_for_client", value_usd=value.quantize(CENT), median_usd=median, times=times)
    together = split_total(facts, earlier, rules.split_days) if earlier else value
    if together >= border:
        yield _because(LARGE, "split", total_usd=together.quantize(CENT), days=rules.split_days, border_usd=border)


def _high_risk(facts: OrderFacts, rules: OrderClasses) -> Iterator[OrderClass]:
    tier = facts.client.tier if facts.client else ""
    if facts.total_usd is None:
        yield _because(HIGH_RISK, "value_unknown")
    if not tier:
        yield _because(HIGH_RISK, "tier_unknown")
    if tier in rules.risky_tiers:
        yield _because(HIGH_RISK, "risky_tier", tier=tier)
    if facts.history is None:
        yield _because(HIGH_RISK, "history_unknown")
    elif facts.history.orders_total < rules.first_orders:
        number = facts.history.orders_total + 1
        yield _because(HIGH_RISK, "first_orders", number=number, first_orders=rules.first_orders)
    for row in goods_of_concern(facts):
        if row.level != "sensitive" or not row.tiers or tier in row.tiers:
            shown = {"category": row.code, "name_zh": row.name_zh, "name_en": row.name_en}
            yield _because(HIGH_RISK, f"{row.level}_goods", **shown)


def _frequent(facts: OrderFacts, rules: OrderClasses) -> Iterator[OrderClass]:
    if facts.history is None or facts.total_usd is None:
        return
    orders, total = facts.history.orders_30d + 1, facts.history.value_30d + facts.total_usd
    if orders >= rules.frequent_orders_30d and total >= rules.frequent_total_30d_usd:
        yield _because(
            FREQUENT,
            "frequent",
            orders=orders,
            total_usd=total.quantize(CENT),
            border_orders=rules.frequent_orders_30d,
            border_usd=rules.frequent_total_30d_usd,
        )


def goods_of_concern(facts: OrderFacts) -> list[GoodsCriterion]:
    """The rows of the register above `normal` that the order's goods fall under, each once.

    A sensitive row that names tiers wants every loading of those tiers watched; of other clients it weighs the draw.
    """
    on, direction = facts.declared_on, facts.order.declaration.header.direction
    rows: dict[str, GoodsCriterion] = {}
    for line in facts.order.declaration.lines:
        for row in matching_criteria(line, facts.reference.goods, on, direction):
            if row.level in ("prohibited", "restricted", "sensitive"):
                rows.setdefault(row.code, row)
    return list(rows.values())
