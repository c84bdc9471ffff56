"""The policy: every number an officer may change, as one typed, versioned, hashed object (design §4).

Points are integers; money is USD; shares are fractions of one. Defaults stand in `policy_default`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from risk.canonical import digest
from risk.findings import Outcome, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSetting:
    """What a check's answers cost. A hit adds `points` and demands `floor`; missing data has its own price."""

    severity: Severity
    points: int
    floor: Outcome
    no_data_points: int
    no_data_floor: Outcome
    enabled: bool = True
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Scores from which an outcome applies. The score never refuses by itself: refusing needs a named ground."""

    review: int = 20
    hold: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class TierLimit:
    """Limits of a client tier in USD (handbook 06 §5) and the share of its loadings to supervise."""

    single_usd: Decimal
    month_usd: Decimal
    supervised_share: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderClasses:
    """Borders of the order classes L, F, S, H (handbook 08 §1)."""

    large_usd: Decimal = Decimal(100_000)
    large_times_median: int = 5
    frequent_orders_30d: int = 8
    frequent_total_30d_usd: Decimal = Decimal(200_000)
    first_orders: int = 3
    split_days: int = 7
    risky_tiers: tuple[str, ...] = ("C", "D")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """The random part of supervision (handbook 08 §5): shares of one, and the least share of frequent orders."""

    target_share: Decimal = Decimal("0.12")
    floor_share: Decimal = Decimal("0.10")
    tier_weights: Mapping[str, Decimal] = field(
        default_factory=lambda: {"A": Decimal("0.5"), "B": Decimal(1), "C": Decimal("2.5"), "D": Decimal(5)}
    )
    sensitive_weight: Decimal = Decimal(2)
    frequent_share: Decimal = Decimal("0.20")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreeningPolicy:
    """Operating point of name screening (scores 0..1) and the age from which a list is stale."""

    minimum_score: Decimal = Decimal("0.70")
    list_max_age_days: int = 7
    required_lists: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPolicy:
    """Working hours until an alert of an outcome is due."""

    due_hours: Mapping[str, int] = field(default_factory=lambda: {"review": 24, "hold": 8, "refuse": 8})


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomsPolicy:
    """How far trade data and customs feedback may part and still agree, and hours until an alert of it is due.

    Totals are declared with two decimals in their own currency and quantities travel with five (handbook 02 §3);
    weights below one kilogram are declared as 1, so up to one is rounding (handbook 02 §5). Customs may answer with
    the 8 digits of the tariff: at least `hs_digits` are compared, and more where both sides have them.
    """

    money_tolerance: Decimal = Decimal("0.01")
    weight_tolerance_kg: Decimal = Decimal(1)
    quantity_tolerance: Decimal = Decimal("0.00001")
    hs_digits: int = 8
    due_hours: int = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One version of the rules in force. Stored with every decision by its hash."""

    name: str
    version: int
    checks: Mapping[str, CheckSetting]
    thresholds: Thresholds = Thresholds()
    tiers: Mapping[str, TierLimit] = field(default_factory=dict)
    order_classes: OrderClasses = OrderClasses()
    sampling: Sampling = field(default_factory=Sampling)
    screening: ScreeningPolicy = ScreeningPolicy()
    alerts: AlertPolicy = field(default_factory=AlertPolicy)
    customs: CustomsPolicy = CustomsPolicy()
    error_points: int = 20
    error_floor: Outcome = Outcome.REVIEW

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical policy, hexadecimal."""
        return digest(self)
