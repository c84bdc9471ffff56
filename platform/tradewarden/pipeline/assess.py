"""Assess: pure. From gathered facts to a decision; live, dry run and replay are this one function."""

from collections.abc import Sequence
from dataclasses import dataclass

from loading_monitor.order_class import classify
from loading_monitor.supervision import plan
from risk.canonical import canonical
from risk.checks.card import Check
from risk.decision import Decision
from risk.facts import OrderFacts
from risk.judge import judge
from tradewarden.pipeline.gather import Gathered
from tradewarden.standing import Context


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed:
    """A decision with the facts it was made of."""

    gathered: Gathered
    decision: Decision
    facts: OrderFacts


def assess(checks: Sequence[Check], gathered: Gathered, context: Context) -> Assessed:
    """Classify the order, run the checks, plan the supervision."""
    policy = context.policy
    order_class = classify(gathered.facts, policy.order_classes)
    facts = gathered.facts.of_class(order_class.code)
    judgement = judge(checks, facts, policy)
    supervision = plan(facts, order_class, judgement.outcome, policy, context.draw_secret)
    order = facts.order
    decision = Decision(
        decision_id=gathered.decision_id,
        order_id=order.order_id,
        revision=order.revision,
        as_of=facts.as_of,
        outcome=judgement.outcome,
        score=judgement.score,
        findings=judgement.findings,
        contributions=judgement.contributions,
        screenings=facts.screenings,
        supervision=supervision,
        policy=f"{policy.name} v{policy.version}",
        policy_hash=context.policy_hash,
        versions=facts.versions,
    )
    return Assessed(gathered=gathered, decision=decision, facts=facts)


def evidence(facts: OrderFacts) -> bytes:
    """The facts as canonical JSON, without the order (kept as a revision) and reference rows (kept by version)."""
    return canonical(
        {
            "as_of": facts.as_of,
            "client": facts.client,
            "history": facts.history,
            "prices": facts.prices,
            "screenings": facts.screenings,
            "stale_lists": facts.stale_lists,
            "shared_uses": facts.shared_uses,
            "order_class": facts.order_class,
            "supervisor_assigned": facts.supervisor_assigned,
            "supervision_ratio": facts.supervision_ratio,
            "unavailable": facts.unavailable,
            "versions": facts.versions,
        }
    )
