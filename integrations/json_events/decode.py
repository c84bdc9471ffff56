"""Bytes of JSON to an order event: an event envelope or a bare order, or one clear error.

Numbers keep their digits (no binary floats), unknown fields are refused, and the order types themselves are the schema.
"""

from datetime import datetime
from typing import Any

import msgspec

from integrations.dates import EXPECTED_PERIOD, out_of_period
from integrations.errors import DoorError
from integrations.identities import EVENT_ID, EVENT_ID_EXPECTED, LARGEST_REVISION, ORDER_ID, ORDER_ID_EXPECTED
from integrations.json_events.limits import DEFAULT, Limits
from integrations.json_events.parsing import STEP, check_version, convert, look_closer, parse
from integrations.json_events.quick import quick
from integrations.json_events.shape import shape_of
from integrations.json_events.strict import Inspection
from risk.nouns.order import SCHEMA_VERSION, EventType, Order, OrderEvent

# made while one thread imports: the library does not guard the first use of a type against a second thread
_READY = (msgspec.json.Decoder(Order), msgspec.json.Decoder(OrderEvent))


def decode_order(raw: bytes, source: str, now: datetime, limits: Limits = DEFAULT) -> OrderEvent:
    """The event in `raw` (UTF-8 JSON). Raises DoorError; LimitExceeded when it is too large.

    A bare order becomes a submission with the id `<order_id>/<revision>`. `source` and `now` (aware) stand in where
    the envelope names no source and no time.
    """
    event, enveloped = _quickly(raw, source, now, limits) or _strictly(raw, source, now, limits)
    _check_event(event, source, enveloped)
    return event


def _quickly(raw: bytes, source: str, now: datetime, limits: Limits) -> tuple[OrderEvent, bool] | None:
    """The event, and whether it came in an envelope; None where the strict look has to decide."""
    if event := quick(raw, OrderEvent, limits):
        return (event, True) if event.schema == SCHEMA_VERSION else None
    order = quick(raw, Order, limits)
    return None if order is None else (_submission(order, source, now), False)


def _strictly(raw: bytes, source: str, now: datetime, limits: Limits) -> tuple[OrderEvent, bool]:
    """The event, and whether it came in an envelope. Raises DoorError."""
    value = parse(raw, source, limits)
    if not isinstance(value, dict):
        raise DoorError(source, "$", value, "a JSON object: an order or an order event", STEP)
    enveloped = "declaration" not in value
    inspection = Inspection(source, limits)
    if enveloped:
        check_version(value, SCHEMA_VERSION, source)
        inspection.objects(value, shape_of(OrderEvent))
        event = convert(_completed(value, source, now), OrderEvent, source)
    else:
        inspection.objects(value, shape_of(Order))
        event = _submission(convert(value, Order, source), source, now)
    look_closer(raw, value, inspection)
    return event, enveloped


def _submission(order: Order, source: str, now: datetime) -> OrderEvent:
    return OrderEvent(
        event_id=f"{order.order_id}/{order.revision}",
        source=source,
        occurred_at=now,
        order_id=order.order_id,
        revision=order.revision,
        order=order,
    )


def _completed(envelope: dict[str, Any], source: str, now: datetime) -> dict[str, Any]:
    filled = {"source": source, "occurred_at": now, **envelope}
    filled.setdefault("event_id", f"{filled.get('order_id')}/{filled.get('revision', 1)}")
    return filled


def _check_event(event: OrderEvent, source: str, enveloped: bool) -> None:
    order = event.order
    problem: tuple[str, object, str] | None = None
    if not ORDER_ID.fullmatch(event.order_id):
        problem = ("$.order_id", event.order_id, ORDER_ID_EXPECTED)
    elif not EVENT_ID.fullmatch(event.event_id):
        problem = ("$.event_id", event.event_id, EVENT_ID_EXPECTED)
    elif not 1 <= len(event.source) <= 64:
        problem = ("$.source", event.source, "1 to 64 characters")
    elif not 1 <= event.revision <= LARGEST_REVISION:
        problem = ("$.revision", event.revision, f"a revision from 1 to {LARGEST_REVISION}")
    elif event.type is EventType.CANCELLED and order is not None:
        problem = ("$.order", "an order", "no order in a cancellation, only order_id and revision")
    elif event.type is EventType.SUBMITTED and order is None:
        problem = ("$.order", "", "the order of a submission")
    elif order is not None and (order.order_id, order.revision) != (event.order_id, event.revision):
        same = f"the envelope's order_id {event.order_id} and revision {event.revision}"
        problem = ("$.order.order_id", f"{order.order_id} revision {order.revision}", same)
    if problem:
        raise DoorError(source, *problem, STEP)
    if order is not None:
        _check_days(order, "$.order.declaration" if enveloped else "$.declaration", source)


def _check_days(order: Order, path: str, source: str) -> None:
    """The days the message writes as yyyyMMdd; a text that is no day is left to a check."""
    header = order.declaration.header
    for name in ("border_date", "declaration_date"):
        text = getattr(header, name)
        if text and out_of_period(text):
            raise DoorError(source, f"{path}.header.{name}", text, EXPECTED_PERIOD, "Correct the year.")
