"""Simulated orders as events, the form in which every door hands orders on."""

from datetime import datetime

from risk.nouns.order import Order, OrderEvent


def as_event(order: Order, source: str, occurred_at: datetime) -> OrderEvent:
    """The submission of an order; its id names order and revision."""
    return OrderEvent(
        event_id=f"{order.order_id}/{order.revision}",
        source=source,
        occurred_at=occurred_at,
        order_id=order.order_id,
        revision=order.revision,
        order=order,
    )
