"""The decision: the machine's verdict on one order revision with everything that led to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from risk.facts import Screening
from risk.findings import Contribution, Finding, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionPlan:
    """How the loading is watched: on_site, sampled, remote or media, why, and the proof of a random draw.

    `draw` is empty when no draw was needed, else the hexadecimal commitment, the number drawn and its limit.
    """

    kind: str
    reason: str
    order_class: str
    draw: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the pure reduction over the checks says: score 0..100, outcome, and where both come from."""

    outcome: Outcome
    score: int
    findings: tuple[Finding, ...]
    contributions: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A judgement with its context, as recorded. `versions` name lists, tables, tariff, rates and prices used."""

    decision_id: str
    order_id: str
    revision: int
    as_of: datetime
    outcome: Outcome
    score: int
    findings: tuple[Finding, ...]
    contributions: tuple[Contribution, ...]
    screenings: tuple[Screening, ...]
    supervision: SupervisionPlan
    policy: str
    policy_hash: str
    versions: Mapping[str, str]
