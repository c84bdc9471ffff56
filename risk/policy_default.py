"""The policy a new installation starts with, derived from the cards (confidence markers: handbook 00).

Only a `block` check of high confidence holds an order by itself; a `block` of less certain basis asks for a review.
Missing data asks for a review where a certain check can't be judged; its points alone seldom add up to a hold.
"""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from risk.checks.card import Card
from risk.findings import Outcome, Severity
from risk.policy import CheckSetting, Policy, TierLimit

TIER_LIMIT = "LC162"
POINTS = {Severity.BLOCK: 40, Severity.WARN: 8, Severity.INFO: 2}


def default_setting(card: Card) -> CheckSetting:
    """The price of a check's answers before anybody changed it."""
    certain = card.confidence == "high"
    blocks = card.severity is Severity.BLOCK
    points = POINTS[card.severity] if certain else POINTS[card.severity] * 3 // 4
    floor = (Outcome.HOLD if certain else Outcome.REVIEW) if blocks else Outcome.RELEASE
    matters = card.no_data_matters
    return CheckSetting(
        severity=card.severity,
        points=points,
        floor=floor,
        no_data_points=(4 if blocks else 2) if matters else 0,
        no_data_floor=Outcome.REVIEW if matters and blocks and certain else Outcome.RELEASE,
        parameters=card.parameters,
    )


def completed(policy: Policy, cards: Iterable[Card]) -> Policy:
    """`policy` with default settings for checks it does not know and every parameter of its card's type.

    Stored policies carry decimals as text; the card says what a parameter is. The hash stays the same when nothing
    was added. Raises ValueError naming check, parameter and value when a stored value does not fit.
    """
    settings = {}
    for card in cards:
        stored = policy.checks.get(card.id)
        settings[card.id] = default_setting(card) if stored is None else _typed(stored, card)
    if TIER_LIMIT in settings:
        limits = {**settings[TIER_LIMIT].parameters, **_limits(policy)}
        settings[TIER_LIMIT] = replace(settings[TIER_LIMIT], parameters=limits)
    return replace(policy, checks=settings)


def _limits(policy: Policy) -> dict[str, Decimal]:
    """The tier limits as the check's parameters: they are kept once, with the tiers."""
    single = {f"{tier}_single": limit.single_usd for tier, limit in policy.tiers.items()}
    return single | {f"{tier}_month": limit.month_usd for tier, limit in policy.tiers.items()}


def _typed(setting: CheckSetting, card: Card) -> CheckSetting:
    stored = {name: value for name, value in setting.parameters.items() if name in card.parameters}
    typed = {name: _as(value, stored.get(name, value), f"{card.id}.{name}") for name, value in card.parameters.items()}
    return replace(setting, parameters=typed)


def _as(like: Any, value: Any, name: str) -> Any:
    """`value` in the type of `like`."""
    try:
        if isinstance(like, Decimal):
            return Decimal(value)
        return tuple(value) if isinstance(like, tuple) else type(like)(value)
    except (ArithmeticError, TypeError, ValueError) as error:
        raise ValueError(f"policy parameter {name} = {value!r} is no {type(like).__name__}; correct it") from error


def default_policy(cards: Iterable[Card]) -> Policy:
    """The starting policy over a set of cards, version 1."""
    return Policy(
        name="default",
        version=1,
        checks={card.id: default_setting(card) for card in cards},
        tiers={
            "A": TierLimit(single_usd=Decimal(300_000), month_usd=Decimal(2_000_000), supervised_share=Decimal("0.05")),
            "B": TierLimit(single_usd=Decimal(100_000), month_usd=Decimal(600_000), supervised_share=Decimal("0.10")),
            "C": TierLimit(single_usd=Decimal(30_000), month_usd=Decimal(150_000), supervised_share=Decimal("0.30")),
            "D": TierLimit(single_usd=Decimal(10_000), month_usd=Decimal(0), supervised_share=Decimal(1)),
        },
    )
