"""The frozen snapshot a judgement looks at. Whatever is not in here, no check can know.

Gathered once by the pipeline. `reference` is heavy and shared between orders; evidence stores its versions, not rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from risk.days import china_day
from risk.findings import Outcome
from risk.nouns.order import Order
from risk.nouns.parties import Role
from risk.reference import Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientProfile:
    """What the client database knows about the client at `as_of` (handbook 06). Values in USD where money is meant."""

    client_id: str
    name: str
    uscc: str = ""
    tier: str = ""
    admission: str = ""
    agreement_valid_to: date | None = None
    next_verification_on: date | None = None
    region_codes: tuple[str, ...] = ()
    monthly_capacity: Decimal | None = None
    capacity_unit: str = ""
    prereviewed_categories: tuple[str, ...] = ()
    first_order_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientHistory:
    """Aggregates over the client's earlier orders, this one excluded. Values in USD, windows end at `as_of`."""

    orders_total: int = 0
    orders_30d: int = 0
    value_30d: Decimal = Decimal(0)
    value_month: Decimal = Decimal(0)
    value_180d: Decimal = Decimal(0)
    median_order_value: Decimal | None = None
    quantity_month: Decimal | None = None
    buyers: frozenset[str] = frozenset()
    hs_chapters: frozenset[str] = frozenset()
    hs8_by_goods_name: Mapping[str, frozenset[str]] = field(default_factory=dict)
    median_price_90d: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBand:
    """Own-history unit prices comparable with one line: USD per `unit`, log scale robust band (LC054).

    `samples` below the policy's minimum means "not enough data", whatever the other values are.
    """

    line_number: int
    scope: str
    unit: str
    samples: int
    median: Decimal | None = None
    log_median: Decimal | None = None
    log_mad: Decimal | None = None
    value_per_kg_p01: Decimal | None = None
    value_per_kg_p99: Decimal | None = None
    window_days: int = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class ListMatch:
    """One candidate of a screened party on one list, with what the list demands.

    `effect` is refuse, hold, review, escalate, warn or score (the list registry's consequence); `verdict` match or
    review; `reasons` are (code, zh, en) sentences, part by part; `score` 0..1 with four decimals.
    """

    list_id: str
    entry_id: str
    name: str
    matched_name: str
    score: Decimal
    verdict: str
    effect: str
    joint_punishment: bool = False
    reasons: tuple[tuple[str, str, str], ...] = ()
    excepted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """The screening of one party; empty `matches` is a result too. `failed` names why it could not be done."""

    role: Role
    name: str
    uscc: str = ""
    matches: tuple[ListMatch, ...] = ()
    reused_from: str = ""
    failed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedUse:
    """Another order that uses the same transport document, container or media."""

    kind: str
    value: str
    order_id: str
    client_id: str
    vessel: str = ""
    voyage: str = ""
    days_apart: int = 0


@dataclass(frozen=True, kw_only=True)
class OrderFacts:
    """Everything a check may look at, frozen at `as_of` (aware)."""

    order: Order
    as_of: datetime
    reference: Reference
    client: ClientProfile | None = None
    history: ClientHistory | None = None
    prices: tuple[PriceBand, ...] = ()
    screenings: tuple[Screening, ...] = ()
    stale_lists: tuple[str, ...] = ()
    shared_uses: tuple[SharedUse, ...] = ()
    order_class: str = ""
    supervisor_assigned: bool | None = None
    supervision_ratio: Decimal | None = None
    unavailable: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def declared_on(self) -> date:
        """The day in China whose tables and permits apply: of the (planned) declaration, else of the judgement."""
        return china_day(self.order.declared_at or self.as_of)

    @cached_property
    def total_usd(self) -> Decimal | None:
        """Declared value in USD at the rate of the day; None when a total, a currency or a rate is missing."""
        total = Decimal(0)
        for line in self.order.declaration.lines:
            rate = self.reference.usd_rate(line.currency, self.declared_on)
            if line.total is None or rate is None:
                return None
            total += line.total * rate
        return total if self.order.declaration.lines else None

    def of_class(self, code: str) -> "OrderFacts":
        """The same facts with the class of the order; what has been worked out of them stays, as no class enters it."""
        same = object.__new__(OrderFacts)
        same.__dict__.update(self.__dict__, order_class=code)
        return same

    def price_band(self, line_number: int | None) -> PriceBand | None:
        """The band comparable with a line, or None."""
        for band in self.prices:
            if band.line_number == line_number:
                return band
        return None


WORST_EFFECT: Mapping[str, Outcome] = {
    "refuse": Outcome.REFUSE,
    "block": Outcome.REFUSE,
    "hold": Outcome.HOLD,
    "escalate": Outcome.HOLD,
    "review": Outcome.REVIEW,
    "warn": Outcome.RELEASE,
    "score": Outcome.RELEASE,
}
"""What a list's effect demands at least when a party really is on it (handbook 05 §1)."""
