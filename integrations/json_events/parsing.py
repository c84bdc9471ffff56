"""From bytes of JSON to a typed message, strictly: what decoders of orders and of status events share.

Numbers keep their digits (no binary floats), unknown fields are refused, and the types themselves are the schema.
"""

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from integrations.errors import DoorError, LimitExceeded
from integrations.json_events.limits import Limits
from integrations.json_events.shape import choices_at, shape_of
from integrations.json_events.strict import EXPECTED_TIME, Inspection

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
STEP = "Correct the message and send it again."
_EMPTY_STEP = "Send the event itself; an order is ended by an order.cancelled, not by an empty message."


def parse(raw: bytes, source: str, limits: Limits) -> Any:
    """The JSON value in `raw`, decimals exact. Raises DoorError; LimitExceeded when it is too large or too deep."""
    if len(raw) > limits.size:
        expected = f"at most {limits.size} bytes"
        raise LimitExceeded(source, "whole message", f"{len(raw)} bytes", expected, "Split it into several orders.")
    if not raw.strip():
        raise DoorError(source, "whole message", "an empty message", "a JSON object", _EMPTY_STEP)
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


def check_version(value: Mapping[str, Any], supported: int, source: str) -> None:
    """The `schema` of a message, which may be left out. Raises DoorError for any but the supported one."""
    version = value.get("schema", supported)
    if type(version) is int and version == supported:
        return
    expected, step = f"schema version {supported}", "Send the supported version, or update this platform."
    if isinstance(version, str) and version == str(supported):
        expected, step = f"schema version {supported} as a number", "Write it without quotes."
    raise DoorError(source, "$.schema", _quoted(version), expected, step)


def _quoted(value: Any) -> Any:
    """A text with its quotes, where it would read like a number."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else value


def _malformed(raw: bytes, source: str, limits: Limits, reason: str) -> DoorError:
    if b"\\u" in raw:
        _refuse_surrogates(raw, source, limits)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in raw[:4]:
        return DoorError(source, "start of the message", raw, "UTF-8 text", "Save the message as UTF-8, not UTF-16.")
    if "out of range" in reason and (digits := re.search(rb"\d{100,}", raw)):
        return DoorError(source, f"byte {digits.start()}", digits.group(), "a number of at most 20 digits", STEP)
    found = re.search(r"\(byte (\d+)\)", reason)
    if found is None:
        where = f"end of the message, byte {len(raw)}" if "truncated" in reason else "whole message"
        step = "The message is cut off: send it again in full." if "truncated" in reason else STEP
        return DoorError(source, where, raw[-40:], f"valid JSON ({reason})", step)
    at = int(found.group(1))
    line = raw.count(b"\n", 0, at) + 1
    return DoorError(source, f"byte {at}, line {line}", raw[at : at + 40], f"valid JSON ({reason})", STEP)


def _refuse_surrogates(raw: bytes, source: str, limits: Limits) -> None:
    """The fast parser only says that a surrogate is alone; the standard one can tell where."""
    try:
        Inspection(source, limits).texts(json.loads(raw))
    except (ValueError, RecursionError):
        return  # not the surrogates' fault: the caller reports what the first parser said


def look_closer(raw: bytes, value: Any, inspection: Inspection) -> None:
    """The costly looks (fields given twice, texts too long or unprintable), where the bytes give reason for them.

    To be called after `inspection.objects`. Raises DoorError.
    """
    if may_repeat(raw, inspection.keys_seen):
        _refuse_repeats(raw, inspection.source)
    limit = inspection.limits.text
    if len(raw) > limit or b"\\" in raw or b"\xef\xbf\xbe" in raw or b"\xef\xbf\xbf" in raw:
        inspection.texts(value)


def may_repeat(raw: bytes, keys: int) -> bool:
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


def convert(value: Mapping[str, Any], kind: type[_Kind], source: str) -> _Kind:
    """The parsed message as a dataclass. Raises DoorError with the path in the sender's terms."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `")
        path = path.rstrip("`") or "$"
        if missing := _MISSING.fullmatch(reason):
            raise DoorError(source, f"{path}.{missing[1]}", "", f"the required field {missing[1]}", STEP) from error
        shape = shape_of(kind)  # type: ignore[arg-type]  # a type is hashable
        expected = _in_words(reason, choices_at(shape, re.findall(r"\.(\w+)", path)))
        step = "Codes and numbers of documents are text in quotes." if expected.startswith("text,") else STEP
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
