"""Bytes of JSON to a status event, or one clear error; and back, and their JSON Schema.

The same strictness as for orders: exact numbers, aware times, nothing unknown, nothing twice. Status codes are a closed
set per kind, because a word nobody knows would stand on a timeline as if it meant something.
"""

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

import msgspec

from integrations.errors import DoorError
from integrations.identities import EVENT_ID, EVENT_ID_EXPECTED, ORDER_ID, ORDER_ID_EXPECTED
from integrations.json_events.encode import compact
from integrations.json_events.limits import DEFAULT, Limits
from integrations.json_events.parsing import STEP, check_version, convert, look_closer, parse
from integrations.json_events.schema_rules import SOURCE, bounded, document_number, event_id, narrowed, order_id
from integrations.json_events.shape import shape_of, times_of
from integrations.json_events.strict import Inspection
from risk.canonical import canonical
from risk.nouns.money import Money
from risk.nouns.status import DETAILS, STATUS_CODES, STATUS_SCHEMA_VERSION, StatusEvent, StatusKind

# made while one thread imports: the library does not guard the first use of a type against a second thread
_READY = msgspec.json.Decoder(StatusEvent)
KEYS = ("order_id", "declaration_number", "transport_document", "container")
"""What an event can be attached by; at least one is wanted."""
NUMBER = re.compile(r"[\w\-./]{1,64}")
NUMBER_EXPECTED = "1 to 64 letters, digits or - . / _, without blanks"
AHEAD = timedelta(days=1)
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)

Problem = tuple[str, object, str]


def decode_status(raw: bytes, source: str, now: datetime, limits: Limits = DEFAULT) -> StatusEvent:
    """The status event in `raw` (UTF-8 JSON). Raises DoorError; LimitExceeded when it is too large.

    `source` stands in where the message names none; nothing else is guessed, since the time of arrival is not when
    something happened. What is said to happen more than a day after `now` (aware) is a slip and is refused.
    """
    value = parse(raw, source, limits)
    if not isinstance(value, dict):
        raise DoorError(source, "$", value, "a JSON object: a status event", STEP)
    check_version(value, STATUS_SCHEMA_VERSION, source)
    inspection = Inspection(source, limits)
    inspection.objects(value, shape_of(StatusEvent))
    event = convert({"source": source, **value}, StatusEvent, source)
    look_closer(raw, value, inspection)
    problem = next(_problems(event), None)
    if problem is None and event.occurred_at > now + AHEAD:
        problem = ("$.occurred_at", value["occurred_at"], f"a time that has come (now it is {now.isoformat()})")
    if problem is not None:
        raise DoorError(source, *problem, STEP)
    return event


def encode_status(event: StatusEvent) -> bytes:
    """UTF-8 JSON without what equals its default; decodes to an equal object."""
    return canonical(compact(event))


def status_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a status event; the statuses allowed depend on the kind. `source` may be left out."""
    (event,), definitions = msgspec.json.schema_components((StatusEvent,), ref_template="#/$defs/{name}")
    bounded(definitions, times_of(shape_of(StatusEvent)), negative=False)
    shape = definitions["StatusEvent"]
    shape["required"] = ["event_id", "kind", "status", "occurred_at"]
    shape["properties"]["schema"] = {"const": STATUS_SCHEMA_VERSION, "default": STATUS_SCHEMA_VERSION}
    numbers = {name: document_number(NUMBER_EXPECTED) for name in KEYS[1:]}
    narrowed(shape, {"event_id": event_id(), "source": SOURCE, "order_id": order_id(shortest=0), **numbers})
    narrowed(definitions["Money"], {"currency": {"pattern": f"^{CURRENCY.pattern}$"}})
    definitions["CustomsFeedback"]["properties"]["packages"]["anyOf"][0]["minimum"] = 0
    shape["anyOf"] = [{"required": [name], "properties": {name: {"minLength": 1}}} for name in KEYS]
    shape["allOf"] = [_of_kind(kind) for kind in StatusKind]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "TradeWarden status message",
        **event,
        "$defs": definitions,
    }


def _of_kind(kind: StatusKind) -> dict[str, Any]:
    """If the message is of this kind: its statuses, and no other kind's details."""
    others = {name: {"type": "null"} for other, name in DETAILS.items() if other is not kind}
    return {
        "if": {"properties": {"kind": {"const": kind.value}}, "required": ["kind"]},
        "then": {"properties": {"status": {"enum": list(STATUS_CODES[kind])}, **others}},
    }


def _problems(event: StatusEvent) -> Iterator[Problem]:
    allowed = STATUS_CODES[event.kind]
    if event.status not in allowed:
        yield "$.status", event.status, f"a status of {event.kind}: one of {', '.join(allowed)}"
    if not EVENT_ID.fullmatch(event.event_id):
        yield "$.event_id", event.event_id, EVENT_ID_EXPECTED
    if not 1 <= len(event.source) <= 64:
        yield "$.source", event.source, "1 to 64 characters"
    yield from _key_problems(event)
    for kind, name in DETAILS.items():
        details = getattr(event, name)
        if details is None:
            continue
        if kind is not event.kind:
            yield f"$.{name}", "details", f"only the details of its kind, {DETAILS[event.kind]}"
        yield from _detail_problems(details, f"$.{name}")


def _key_problems(event: StatusEvent) -> Iterator[Problem]:
    given = {name: getattr(event, name) for name in KEYS}
    if not any(given.values()):
        yield "$", "", f"at least one of {', '.join(KEYS)}, to know which order this is about"
    if event.order_id and not ORDER_ID.fullmatch(event.order_id):
        yield "$.order_id", event.order_id, ORDER_ID_EXPECTED
    for name in KEYS[1:]:
        if given[name] and not NUMBER.fullmatch(given[name]):
            yield f"$.{name}", given[name], NUMBER_EXPECTED


def _detail_problems(details: Any, path: str) -> Iterator[Problem]:
    """Money without a currency, and measures below zero, anywhere in the details."""
    for field in fields(details):
        value = getattr(details, field.name)
        place = f"{path}.{field.name}"
        if isinstance(value, Money):
            if not CURRENCY.fullmatch(value.currency):
                yield f"{place}.currency", value.currency, "a currency of three capital letters such as USD"
            if value.amount < 0:
                yield f"{place}.amount", value.amount, "an amount of zero or more; the status says which way it went"
        elif field.name.endswith("_kg") or field.name in {"packages", "quantity"}:
            if value is not None and value < 0:
                yield place, value, "a number of zero or more"
        elif isinstance(value, tuple) and field.name == "lines":
            for index, line in enumerate(value):
                yield from _detail_problems(line, f"{place}[{index}]")
