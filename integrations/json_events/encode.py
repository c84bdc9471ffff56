"""Order events as JSON: the compact message for files and topics, and the JSON Schema of what the door accepts."""

from dataclasses import MISSING, fields, is_dataclass
from typing import Any

import msgspec

from integrations.json_events.schema_rules import REVISION, SOURCE, bounded, event_id, narrowed, order_id
from integrations.json_events.shape import shape_of, times_of
from risk.canonical import canonical
from risk.nouns.order import SCHEMA_VERSION, EventType, Order, OrderEvent

_TIMES = times_of(shape_of(OrderEvent))


def encode(value: OrderEvent | Order) -> bytes:
    """UTF-8 JSON without what equals its default; decodes to an equal object. Numbers of quantity are text."""
    return canonical(compact(value))


def compact(value: Any) -> Any:
    """A dataclass as plain values without what equals its default."""
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((field, getattr(value, field.name)) for field in fields(value))
        return {field.name: compact(item) for field, item in pairs if field.default is MISSING or item != field.default}
    return [compact(item) for item in value] if isinstance(value, tuple) else value


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a message: an event envelope or a bare order. Unknown fields are forbidden.

    `source`, `occurred_at` and `event_id` may be left out of an envelope; the door fills them in.
    """
    (event, order), definitions = msgspec.json.schema_components(
        (OrderEvent, Order), ref_template="#/$defs/{name}", schema_hook=None
    )
    bounded(definitions, _TIMES)
    _event_rules(definitions["OrderEvent"])
    narrowed(definitions["Order"], {"order_id": order_id(), "revision": REVISION})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "TradeWarden order message",
        "anyOf": [event, order],
        "$defs": definitions,
    }


def _event_rules(event: dict[str, Any]) -> None:
    """What the envelope demands: ids, and an order with a submission and none with a cancellation."""
    event["required"] = ["order_id"]
    event["properties"]["schema"] = {"const": SCHEMA_VERSION, "default": SCHEMA_VERSION}
    same = "the same as in the order"
    rules = {
        "order_id": order_id(),
        "event_id": event_id(),
        "source": SOURCE,
        "revision": {**REVISION, "$comment": same},
    }
    narrowed(event, rules)
    event["properties"]["order_id"]["$comment"] = same
    cancelled = {"properties": {"type": {"const": EventType.CANCELLED.value}}, "required": ["type"]}
    submission = {"properties": {"order": {"$ref": "#/$defs/Order"}}, "required": ["order"]}
    event.update({"if": cancelled, "then": {"properties": {"order": {"type": "null"}}}, "else": submission})
