"""Tiers of clients and the states of their admission, as tables (handbook 06 §1, §3, §5). Limits in money are policy.

A tier is raised only by a re-verification; it falls at once by an event. Any joint-punishment hit overrides every tier.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from risk.facts import ClientProfile

SUSPENDED_TIER = "D"
NEW_CLIENT_TIER = "C"
APPROVED = "approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """What a tier asks for and what it brings. Months; `least_score` of 100.

    `document_months` and `site_months` are the routine cycles of re-verification, 0 for none; `officers` is how many
    look at each order's documents.
    """

    name: str
    least_score: int
    least_months: int = 0
    least_orders: int = 0
    clean_months: int = 0
    site_verified: bool = False
    refund_prepayment: bool = False
    document_months: int = 0
    site_months: int = 0
    officers: int = 1


TIERS: tuple[Tier, ...] = (
    Tier(
        name="A",
        least_score=85,
        least_months=12,
        least_orders=24,
        clean_months=24,
        site_verified=True,
        refund_prepayment=True,
        document_months=12,
        site_months=24,
    ),
    Tier(name="B", least_score=70, site_verified=True, refund_prepayment=True, site_months=12),
    Tier(name="C", least_score=50, site_months=6, officers=2),
    Tier(name="D", least_score=0, site_months=3, officers=2),
)
"""Best first; the order is the meaning."""

_ORDER = {tier.name: number for number, tier in enumerate(TIERS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a client has shown so far. `clean_months` since the last violation, None when there never was one."""

    score: int
    months: int = 0
    orders: int = 0
    clean_months: int | None = None
    site_verified: bool = False
    open_case: bool = False
    joint_punishment: bool = False


def tier_for(record: Record) -> str:
    """The best tier whose conditions the record meets; an open case or joint punishment leaves only the last."""
    if record.open_case or record.joint_punishment:
        return SUSPENDED_TIER
    return next(tier.name for tier in TIERS if _meets(record, tier))


def _meets(record: Record, tier: Tier) -> bool:
    clean = record.clean_months is None or record.clean_months >= tier.clean_months
    known = record.months >= tier.least_months and record.orders >= tier.least_orders
    return record.score >= tier.least_score and known and clean and record.site_verified >= tier.site_verified


def worse(one: str, other: str) -> str:
    """The stricter of two tiers; an unknown name is the strictest."""
    unknown = len(TIERS)
    found = max(one, other, key=lambda name: _ORDER.get(name, unknown))
    return found if found in _ORDER else SUSPENDED_TIER


def effective_tier(profile: ClientProfile | None) -> str:
    """The tier an order is served under today: the last one for whoever is unknown or not admitted.

    An admitted client nobody has graded yet is a new client.
    """
    if profile is None or profile.admission != APPROVED:
        return SUSPENDED_TIER
    return worse(profile.tier, "A") if profile.tier else NEW_CLIENT_TIER


ADMISSION: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "applied": frozenset({"documents_checked", "refused"}),
        "documents_checked": frozenset({"screened", "refused"}),
        "screened": frozenset({"site_visit_done", "refused"}),
        "site_visit_done": frozenset({"scored", "refused"}),
        "scored": frozenset({APPROVED, "refused"}),
        APPROVED: frozenset({"suspended", "exited"}),
        "suspended": frozenset({"re_verification", "exited"}),
        "re_verification": frozenset({APPROVED, "suspended", "exited"}),
        "refused": frozenset({"applied"}),
        "exited": frozenset({"applied"}),
    }
)
"""From each state the states that may follow. A hard ground refuses at any step; there is no way around the visit."""


def allowed(current: str, following: str) -> bool:
    """Whether admission may go from one state to another. Raises KeyError for a state that does not exist."""
    if following not in ADMISSION:
        raise KeyError(following)
    return following in ADMISSION[current]
