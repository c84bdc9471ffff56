"""The order list: filters, sorting, one summary row per order."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from risk.findings import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderQuery:
    """Filters of the order list; empty means any. All given filters must hold.

    `text` finds an exact order, declaration, transport document, contract or container number, or a part of the
    client's or buyer's name. `since`/`until` bound the trading day (until exclusive).
    """

    text: str = ""
    client_id: str = ""
    buyer: str = ""
    entry_number: str = ""
    transport_document: str = ""
    contract_number: str = ""
    container: str = ""
    destination: str = ""
    hs_chapter: str = ""
    state: str = ""
    outcome: Outcome | None = None
    order_class: str = ""
    minimum_usd: Decimal | None = None
    maximum_usd: Decimal | None = None
    minimum_score: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSummary:
    """One row of the order list. `state`: received, released, review, held, refused or cancelled.

    `outcome` and `score` are the machine's latest; a released order may carry outcome HOLD after a disposition.
    """

    order_id: str
    revision: int
    state: str
    client_id: str
    client_name: str
    business_mode: str
    direction: str
    entry_number: str
    transport_document: str
    contract_number: str
    buyer: str
    destination: str
    hs_chapters: tuple[str, ...]
    line_count: int
    currency: str
    total: Decimal | None
    total_usd: Decimal | None
    declared_on: date | None
    traded_at: datetime
    first_seen_at: datetime
    updated_at: datetime
    outcome: Outcome | None
    score: int | None
    decision_id: str
    order_class: str
    supervision: str


SORTS = ("updated_at", "order_id", "client_name", "total_usd", "score", "declared_on", "traded_at", "outcome")
