"""Gather: the only step that reads. Freezes everything a check may look at, for a whole wave of orders at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from databases.history import HistoryKey
from databases.orders import UseKey
from databases.price import PriceKey
from databases.unit_of_work import UnitOfWork
from risk.canonical import digest
from risk.facts import ClientProfile, OrderFacts
from risk.nouns.order import Order, OrderEvent
from tradewarden.pipeline.screening import screen_order
from tradewarden.standing import Context, Standing

OLDEST = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Facts of one order with the event they came from."""

    event: OrderEvent
    decision_id: str
    facts: OrderFacts


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


def gather(
    uow: UnitOfWork, events: Sequence[OrderEvent], standing: Standing, context: Context, now: datetime
) -> list[Gathered]:
    """Facts for submissions of distinct clients, in the order of `events`; a few questions for the whole wave."""
    orders = [(event, event.order, business_time(event, now)) for event in events if event.order is not None]
    profiles = uow.clients.profiles([client_of(order) for _, order, _ in orders], now.date())
    history = uow.history.for_orders(
        [_history_key(order, profiles.get(client_of(order)), as_of) for _, order, as_of in orders]
    )
    bands = uow.prices.bands([key for _, order, _ in orders for key in _price_keys(order, now)])
    uses = uow.orders.shared_uses([_use_key(order, as_of) for _, order, as_of in orders])
    assigned = uow.loading.assigned([order.order_id for _, order, _ in orders])
    gathered = []
    for event, order, as_of in orders:
        decision_id = decision_id_of(order.order_id, order.revision)
        facts = OrderFacts(
            order=order,
            as_of=as_of,
            reference=context.reference,
            client=profiles.get(client_of(order)),
            history=history.get(order.order_id),
            prices=tuple(
                bands[order.order_id, line.line_number]
                for line in order.declaration.lines
                if line.line_number is not None and (order.order_id, line.line_number) in bands
            ),
            screenings=screen_order(order, decision_id, standing, context),
            stale_lists=context.stale_lists,
            shared_uses=uses.get(order.order_id, ()),
            supervisor_assigned=assigned.get(order.order_id) or None,
            supervision_ratio=context.supervision_ratio,
            versions=context.versions,
        )
        gathered.append(Gathered(event=event, decision_id=decision_id, facts=facts))
    return gathered


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
