"""Gather: the only step that reads. Freezes everything a check may look at, for a whole wave of orders at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from databases.history import HistoryKey
from databases.orders import RevisionRecord, UseKey
from databases.price import PriceKey
from databases.unit_of_work import UnitOfWork
from risk.canonical import digest
from risk.days import china_day
from risk.facts import ClientProfile, OrderFacts
from risk.nouns.order import Order, OrderEvent
from tradewarden.pipeline.screening import screen_order
from tradewarden.standing import Context, Standing
from tradewarden.tracing import traced

OLDEST = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Facts of one order with the event they came from; `subject_keys` are those of its screenings, in their order."""

    event: OrderEvent
    decision_id: str
    facts: OrderFacts
    subject_keys: tuple[str, ...] = ()


def decision_id_of(order_id: str, revision: int) -> str:
    """The id of the one decision an order revision gets; the same on every run, so a second one can't exist."""
    return f"d-{digest([order_id, revision])[:24]}"


def client_of(order: Order) -> str:
    """The key of the client an order belongs to: its USCC, else its name, else the order itself."""
    return order.client_uscc or order.client_name or f"order:{order.order_id}"


def business_time(event: OrderEvent, now: datetime) -> datetime:
    """When the order happened, as its history is looked at: the event's time, not after now, not before living memory.

    Lists, policy and freshness are always those of now: a sender must not choose what it is screened against.
    """
    return max(min(event.occurred_at, now), now - OLDEST)


@traced("batch.gather")
def gather(
    uow: UnitOfWork, events: Sequence[OrderEvent], standing: Standing, context: Context, now: datetime
) -> list[Gathered]:
    """Facts for submissions of distinct clients, in the order of `events`; a few questions for the whole wave."""
    submitted = [event for event in events if event.order is not None]
    gathering = Gathering(uow, submitted, standing, context, now)
    return [gathering.gathered(event) for event in submitted]


class Gathering:
    """The facts of many submissions out of one round of questions.

    Orders recorded meanwhile can be added, if they are new to the database; what is gathered afterwards knows them.
    """

    def __init__(
        self, uow: UnitOfWork, events: Sequence[OrderEvent], standing: Standing, context: Context, now: datetime
    ) -> None:
        self._standing, self._context, self._now = standing, context, now
        orders = [(order, business_time(event, now)) for event in events if (order := event.order) is not None]
        clients = [client_of(order) for order, _ in orders]
        self._profiles = dict(uow.clients.profiles(clients, now.date()))
        self._keys_of: dict[str, list[str]] = {}
        for key, profile in self._profiles.items():
            self._keys_of.setdefault(profile.client_id, []).append(key)
        self._history = uow.history.ledger(
            [_history_key(order, self._profiles.get(client_of(order)), as_of) for order, as_of in orders],
            standing.histories,
        )
        self._prices = uow.prices.ledger([key for order, _ in orders for key in _price_keys(order, now)])
        self._uses = uow.orders.use_ledger([_use_key(order, as_of) for order, as_of in orders])
        self._assigned = uow.loading.assigned([order.order_id for order, _ in orders])

    def gathered(self, event: OrderEvent) -> Gathered:
        """The facts of one of the submissions. Raises ValueError for an event without an order."""
        order = event.order
        if order is None:
            raise ValueError(f"{event.order_id}: there are no facts about a cancellation")
        as_of, context = business_time(event, self._now), self._context
        profile = self._profiles.get(client_of(order))
        decision_id = decision_id_of(order.order_id, order.revision)
        screened = screen_order(order, decision_id, self._standing, context)
        bands = self._prices.bands(_price_keys(order, self._now))
        facts = OrderFacts(
            order=order,
            as_of=as_of,
            reference=context.reference,
            client=profile,
            history=self._history.of(_history_key(order, profile, as_of)),
            prices=tuple(
                bands[order.order_id, line.line_number]
                for line in order.declaration.lines
                if line.line_number is not None and (order.order_id, line.line_number) in bands
            ),
            screenings=screened.results,
            stale_lists=context.stale_lists,
            shared_uses=self._uses.of(_use_key(order, as_of)),
            supervisor_assigned=self._assigned.get(order.order_id) or None,
            supervision_ratio=context.supervision_ratio,
            versions=context.versions,
        )
        return Gathered(event=event, decision_id=decision_id, facts=facts, subject_keys=screened.subject_keys)

    def add(self, record: RevisionRecord) -> None:
        """A submission that was judged: what comes after it finds it in history, prices and shared use."""
        rows = record.rows
        if rows is None:
            raise ValueError(f"{record.order_id}: only a described order can be added")
        self._history.add(rows)
        self._prices.add(rows)
        self._uses.add(rows)
        self._first_order(record.client_id, china_day(rows.order["traded_at"]))

    def _first_order(self, client_id: str, day: date) -> None:
        """The client's first order may be this one."""
        for key in self._keys_of.get(client_id, ()) if day <= self._now.date() else ():
            profile = self._profiles[key]
            if profile.first_order_on is None or day < profile.first_order_on:
                self._profiles[key] = replace(profile, first_order_on=day)


def _history_key(order: Order, client: ClientProfile | None, as_of: datetime) -> HistoryKey:
    names = tuple(dict.fromkeys(line.goods_name for line in order.declaration.lines if line.goods_name))
    return HistoryKey(
        order_id=order.order_id,
        client_id=client_of(order),
        as_of=as_of,
        goods_names=names,
        capacity_unit=client.capacity_unit if client else "",
    )


def _price_keys(order: Order, as_of: datetime) -> list[PriceKey]:
    return [
        PriceKey(
            order_id=order.order_id,
            line_number=line.line_number,
            hs10=line.hs_code,
            unit=line.unit,
            as_of=as_of,
            currency=line.currency,
            destination=order.declaration.header.arrival_country,
        )
        for line in order.declaration.lines
        if line.line_number is not None
    ]


def _use_key(order: Order, as_of: datetime) -> UseKey:
    header = order.declaration.header
    voyage = order.declaration.free_text.voyage_number if order.declaration.free_text else ""
    declared = order.declared_at
    return UseKey(
        order_id=order.order_id,
        client_id=client_of(order),
        transport_document=header.transport_document_number,
        containers=tuple(box.number for box in order.declaration.containers if box.number),
        vessel=header.means_of_transport,
        voyage=voyage,
        traded_at=declared if declared is not None and declared < as_of else as_of,
    )
