"""Orders 订单: the revision in force, every revision kept, a timeline, and other orders' use of the same things."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import Connection

from databases.order_search import OrderQuery, OrderSummary
from databases.paging import Page, PageRequest
from risk.facts import SharedUse
from risk.nouns.order import Order

RevisionState = Literal["applied", "stored_older", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionRecord:
    """One order event to be kept. `order` is None for a cancellation.

    `as_of` is the time of judgement; `usd_rates` (USD for one unit, by currency) are those of the facts, so that the
    stored USD columns agree with the decision. `traded_at` = the declared time if it lies before `as_of`, else `as_of`.
    """

    order_id: str
    revision: int
    client_id: str
    order: Order | None
    occurred_at: datetime
    as_of: datetime
    source: str = ""
    event_id: str = ""
    inbox_id: int | None = None
    payload_hash: str = ""
    usd_rates: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrderHead:
    """Where an order stands. `standing` = 2·revision, + 1 when cancelled: the higher one wins, whoever comes first."""

    order_id: str
    revision: int
    standing: int
    state: str
    client_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRevision:
    """One kept revision; `order` is decoded from the canonical body (None for a cancellation)."""

    order_id: str
    revision: int
    state: str
    order: Order | None
    body_hash: str
    payload_hash: str
    source: str
    event_id: str
    inbox_id: int | None
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredOrder:
    """The order in force: its summary row and its nouns (None while only a cancellation is known)."""

    summary: OrderSummary
    order: Order | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UseKey:
    """What to look for in other orders. `traded_at` as in RevisionRecord."""

    order_id: str
    client_id: str
    transport_document: str
    containers: tuple[str, ...]
    vessel: str
    voyage: str
    traded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEvent:
    """Something that happened to an order, for its page: kind is a dotted word, details canonical-JSON-able."""

    order_id: str
    at: datetime
    kind: str
    actor: str
    details: Mapping[str, Any] = field(default_factory=dict)


class Orders:
    """Orders inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def heads(self, order_ids: Sequence[str]) -> dict[str, OrderHead]:
        """Where the known ones of these orders stand; locked for this transaction when it writes."""
        raise NotImplementedError

    def record(self, records: Sequence[RevisionRecord]) -> list[RevisionState]:
        """Keep revisions in bulk; the highest standing becomes the order in force. Answers in the order given.

        A revision not higher than the one in force is `stored_older`. The order's state is set by decisions.record.
        """
        raise NotImplementedError

    def search(self, query: OrderQuery, page: PageRequest | None = None) -> Page[OrderSummary]:
        """Orders that meet every filter given."""
        raise NotImplementedError

    def get(self, order_id: str) -> StoredOrder | None:
        """The order in force."""
        raise NotImplementedError

    def revisions(self, order_id: str) -> list[StoredRevision]:
        """Every revision kept, in order of arrival."""
        raise NotImplementedError

    def shared_uses(self, keys: Sequence[UseKey]) -> dict[str, tuple[SharedUse, ...]]:
        """Per order: its B/L on a live order of another client; its containers within 7 days on another voyage."""
        raise NotImplementedError

    def attach(self, events: Sequence[TimelineEvent]) -> None:
        """Add timeline entries."""
        raise NotImplementedError

    def timeline(self, order_id: str) -> list[TimelineEvent]:
        """The order's timeline, oldest first."""
        raise NotImplementedError
