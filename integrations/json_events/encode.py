"""Order events as JSON: the compact message for files and topics, and the JSON Schema of what the door accepts."""

from collections.abc import Collection
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

import msgspec

from integrations.json_events.limits import DEFAULT
from integrations.json_events.shape import shape_of, times_of
from risk.canonical import canonical
from risk.nouns.order import SCHEMA_VERSION, Order, OrderEvent

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
    definitions["OrderEvent"]["required"] = ["order_id"]
    definitions["OrderEvent"]["properties"]["schema"] = {"const": SCHEMA_VERSION, "default": SCHEMA_VERSION}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "TradeWarden order message",
        "anyOf": [event, order],
        "$defs": definitions,
    }


def bounded(definitions: dict[str, Any], times: Collection[str]) -> None:
    """Write into schema definitions what the door demands beyond types: nothing unknown, bounds, times with a zone."""
    for definition in definitions.values():
        if "properties" in definition:
            definition["additionalProperties"] = False
        for name, item in definition.get("properties", {}).items():
            _bound(item, is_time=name in times)


def _bound(item: dict[str, Any], *, is_time: bool) -> None:
    for part in (item, *item.get("anyOf", ())):
        if part.get("type") == "string" and is_time:
            part["format"] = "date-time"
        elif part.get("type") == "string" and "format" not in part:
            part["maxLength"] = DEFAULT.text
        elif part.get("type") == "array":
            part["maxItems"] = DEFAULT.items
