"""The supervision plan of an order: who must be there when it is loaded, and why (handbook 08 §1, §5).

on_site: a supervisor must be there · sampled: drawn or needed for the quota, a person is sent · remote: live picture ·
media: photos and videos of the client. Only the first two count towards the one declaration in ten.
"""

from decimal import Decimal

from loading_monitor.draw import draw
from loading_monitor.order_class import FREQUENT, HIGH_RISK, LARGE, OrderClass, goods_of_concern
from risk.decision import SupervisionPlan
from risk.facts import OrderFacts
from risk.findings import Outcome
from risk.policy import Policy

ON_SITE, SAMPLED, REMOTE, MEDIA = "on_site", "sampled", "remote", "media"


def plan(
    facts: OrderFacts, order_class: OrderClass, outcome: Outcome, policy: Policy, secret: bytes
) -> SupervisionPlan:
    """The plan for an order of a class that was judged `outcome`. `secret` is the committed secret of the period.

    Large, high-risk and alarming orders are watched without a draw; when the period's share is below the floor the
    order is selected without one too; everything else is drawn. Raises ValueError as `draw` does.
    """
    code = order_class.code
    if facts.order.declaration.header.direction == "I":
        return SupervisionPlan(kind=MEDIA, reason="import", order_class=code)
    if code in (LARGE, HIGH_RISK):
        return SupervisionPlan(kind=ON_SITE, reason=order_class.reason_code, order_class=code)
    if outcome >= Outcome.HOLD:
        return SupervisionPlan(kind=ON_SITE, reason="alarm", order_class=code)
    ratio = facts.supervision_ratio
    if ratio is not None and ratio < policy.sampling.floor_share:
        return SupervisionPlan(kind=SAMPLED, reason="quota_floor", order_class=code)
    drawn = draw(secret, facts.order.order_id, share(facts, code, policy))
    if drawn.selected:
        return SupervisionPlan(kind=SAMPLED, reason="drawn", order_class=code, draw=drawn.record)
    kind = REMOTE if code == FREQUENT else MEDIA
    return SupervisionPlan(kind=kind, reason="not_drawn", order_class=code, draw=drawn.record)


def share(facts: OrderFacts, code: str, policy: Policy) -> Decimal:
    """The probability (0..1) with which an order is drawn: target times weights, never below what is promised.

    Promised are the tier's share, one in five of class F, and the target itself while the period is behind it.
    """
    sampling = policy.sampling
    tier = facts.client.tier if facts.client else ""
    weight = sampling.tier_weights.get(tier)
    if weight is None:
        weight = max(sampling.tier_weights.values(), default=Decimal(1))
    if goods_of_concern(facts):
        weight *= sampling.sensitive_weight
    promised = [sampling.target_share * weight]
    if tier in policy.tiers:
        promised.append(policy.tiers[tier].supervised_share)
    if code == FREQUENT:
        promised.append(sampling.frequent_share)
    ratio = facts.supervision_ratio
    if ratio is not None and ratio < sampling.target_share:
        promised.append(sampling.target_share)
    return min(Decimal(1), max(promised))
