"""Bytes of JSON to an order event: an event envelope or a bare order, or one clear error.

Numbers keep their digits (no binary floats), unknown fields are refused, and the order types themselves are the schema.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from integrations.dates import EXPECTED_PERIOD, out_of_period
from integrations.errors import DoorError, LimitExceeded
from integrations.identities import EVENT_ID, EVENT_ID_EXPECTED, LARGEST_REVISION, ORDER_ID, ORDER_ID_EXPECTED
from integrations.json_events.limits import DEFAULT, Limits
from integrations.json_events.shape import choices_at, shape_of
from integrations.json_events.strict import EXPECTED_TIME, Inspection
from risk.nouns.order import SCHEMA_VERSION, EventType, Order, OrderEvent

_Kind = TypeVar("_Kind")

_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_SPACED_COLON = (b" :", b"\t:", b"\n:", b"\r:")


_MISSING = re.compile(r"Object missing required field `(\w+)`")
_EXPECTED = re.compile(r"Expected `([^`]+)`, got `([^`]+)`")
_WORDS = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a decimal number",
    "bool": "true or false",
    "array": "an array",
    "object": "an object",
    "null": "null",
    "datetime": EXPECTED_TIME,
    "date": "a date such as 2026-03-08",
}
_STEP = "Correct the message and send it again."


def decode_order(raw: bytes, source: str, now: datetime, limits: Limits = DEFAULT) -> OrderEvent:
    """The event in `raw` (UTF-8 JSON). Raises DoorError; LimitExceeded when it is too large.

    A bare order becomes a submission with the id `<order_id>/<revision>`. `source` and `now` (aware) stand in where
    the envelope names no source and no time.
    """
    value = _parse(raw, source, limits)
    if not isinstance(value, dict):
        raise DoorError(source, "$", value, "a JSON object: an order or an order event", _STEP)
    inspection = Inspection(source, limits)
    if "declaration" in value:
        inspection.objects(value, shape_of(Order))
        order = _convert(value, Order, source)
        event = _submission(order, source, now)
    else:
        _check_schema(value, source)
        inspection.objects(value, shape_of(OrderEvent))
        event = _convert(_completed(value, source, now), OrderEvent, source)
    if _may_repeat(raw, inspection.keys_seen):
        _refuse_repeats(raw, source)
    if len(raw) > limits.text or b"\\" in raw or b"\xef\xbf\xbe" in raw or b"\xef\xbf\xbf" in raw:
        inspection.texts(value)
    _check_event(event, source, "declaration" not in value)
    return event


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


def _parse(raw: bytes, source: str, limits: Limits) -> Any:
    if len(raw) > limits.size:
        expected = f"at most {limits.size} bytes"
        raise LimitExceeded(source, "whole message", f"{len(raw)} bytes", expected, "Split it into several orders.")
    if not raw.strip():
        raise DoorError(source, "whole message", raw, "a JSON object: an order or an order event", _STEP)
    try:
        return _DECODER.decode(raw.removeprefix(b"\xef\xbb\xbf"))
    except RecursionError as error:
        step = "Send the order as documented; it is at most six levels deep."
        raise LimitExceeded(source, "whole message", raw, "fewer nested objects and arrays", step) from error
    except UnicodeDecodeError as error:
        part = error.object[error.start : error.start + 8]
        raise DoorError(source, "text in the message", part, "UTF-8 text", "Save the message as UTF-8.") from error
    except msgspec.MsgspecError as error:
        raise _malformed(raw, source, limits, str(error)) from error


def _malformed(raw: bytes, source: str, limits: Limits, reason: str) -> DoorError:
    if b"\\u" in raw:
        _refuse_surrogates(raw, source, limits)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in raw[:4]:
        return DoorError(source, "start of the message", raw, "UTF-8 text", "Save the message as UTF-8, not UTF-16.")
    if "out of range" in reason and (digits := re.search(rb"\d{100,}", raw)):
        return DoorError(source, f"byte {digits.start()}", digits.group(), "a number of at most 20 digits", _STEP)
    found = re.search(r"\(byte (\d+)\)", reason)
    if found is None:
        where = f"end of the message, byte {len(raw)}" if "truncated" in reason else "whole message"
        step = "The message is cut off: send it again in full." if "truncated" in reason else _STEP
        return DoorError(source, where, raw[-40:], f"valid JSON ({reason})", step)
    at = int(found.group(1))
    line = raw.count(b"\n", 0, at) + 1
    return DoorError(source, f"byte {at}, line {line}", raw[at : at + 40], f"valid JSON ({reason})", _STEP)


def _refuse_surrogates(raw: bytes, source: str, limits: Limits) -> None:
    """The fast parser only says that a surrogate is alone; the standard one can tell where."""
    try:
        Inspection(source, limits).texts(json.loads(raw))
    except (ValueError, RecursionError):
        return  # not the surrogates' fault: the caller reports what the first parser said


def _may_repeat(raw: bytes, keys: int) -> bool:
    """Whether a field may stand twice in one object: more name endings than distinct names, or unusual spacing."""
    return raw.count(b'":') != keys or any(mark in raw for mark in _SPACED_COLON)


def _refuse_repeats(raw: bytes, source: str) -> None:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names: dict[str, Any] = {}
        for name, value in pairs:
            if name in names:
                step = "Keep one of the two; which one counts is not ours to guess."
                raise DoorError(source, f"field {name}", value, "each field once in an object", step)
            names[name] = value
        return names

    json.loads(raw, object_pairs_hook=unique, parse_int=str, parse_float=str)


def _check_schema(envelope: Mapping[str, Any], source: str) -> None:
    version = envelope.get("schema", SCHEMA_VERSION)
    if version != SCHEMA_VERSION or isinstance(version, bool):
        step = "Send the supported version, or update this platform."
        raise DoorError(source, "$.schema", version, f"schema version {SCHEMA_VERSION}", step)


def _convert(value: Mapping[str, Any], kind: type[_Kind], source: str) -> _Kind:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `")
        path = path.rstrip("`") or "$"
        if missing := _MISSING.fullmatch(reason):
            raise DoorError(source, f"{path}.{missing[1]}", "", f"the required field {missing[1]}", _STEP) from error
        shape = shape_of(Order if kind is Order else OrderEvent)
        expected = _in_words(reason, choices_at(shape, re.findall(r"\.(\w+)", path)))
        step = "Codes and numbers of documents are text in quotes." if expected.startswith("text,") else _STEP
        raise DoorError(source, path, _value_at(value, path), expected, step) from error


def _in_words(reason: str, choices: Sequence[str]) -> str:
    """What the typed conversion expected, in words of a person who knows JSON and not Python."""
    if choices:
        return f"one of {', '.join(choices)}"
    if found := _EXPECTED.fullmatch(reason):
        wanted = " or ".join(_WORDS.get(word, word) for word in found[1].split(" | "))
        return f"{wanted}, not {_WORDS.get(found[2], found[2])}"
    if "datetime" in reason or ("RFC3339" in reason and "date" in reason):
        return EXPECTED_TIME if "datetime" in reason else _WORDS["date"]
    return reason.removeprefix("Expected ").replace("`", "")


def _value_at(value: Any, path: str) -> Any:
    """What stands at a path such as `$.order.parties[0].role`; the nearest object where the path ends early."""
    for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and index:
            value = value[int(index)]
        else:
            break
    return value


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
        problem = ("$.revision", event.revision, "a revision from 1 upwards")
    elif event.type is EventType.CANCELLED and order is not None:
        problem = ("$.order", "an order", "no order in a cancellation, only order_id and revision")
    elif event.type is EventType.SUBMITTED and order is None:
        problem = ("$.order", "", "the order of a submission")
    elif order is not None and (order.order_id, order.revision) != (event.order_id, event.revision):
        same = f"the envelope's order_id {event.order_id} and revision {event.revision}"
        problem = ("$.order.order_id", f"{order.order_id} revision {order.revision}", same)
    if problem:
        raise DoorError(source, *problem, _STEP)
    if order is not None:
        _check_days(order, "$.order.declaration" if enveloped else "$.declaration", source)


def _check_days(order: Order, path: str, source: str) -> None:
    """The days the message writes as yyyyMMdd; a text that is no day is left to a check."""
    header = order.declaration.header
    for name in ("border_date", "declaration_date"):
        text = getattr(header, name)
        if text and out_of_period(text):
            raise DoorError(source, f"{path}.header.{name}", text, EXPECTED_PERIOD, "Correct the year.")
