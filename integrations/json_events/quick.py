"""The quick way for messages nothing is wrong with: read straight into types that hold the rules of the door.

Nearly every message of a stream is sound, and the strict look costs more than the reading. So the dataclasses of a
message are mirrored once, with the rules written into the types; a message that fits them is taken. What does not fit,
or is only written in an unusual way, gets no answer here: the strict look decides, and words the error. So this may
leave too much to the strict look, and must never take what the strict look refuses.
"""

import re
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from threading import Lock
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from integrations.json_events.limits import Limits
from integrations.json_events.parsing import may_repeat
from integrations.json_events.strict import LARGEST_INTEGER

_Kind = TypeVar("_Kind")
_DAY = "^20[0-9]{2}-[0-9]{2}-[0-9]{2}"
_RULES: dict[Any, Any] = {
    bool: bool,
    int: Annotated[int, Meta(gt=-LARGEST_INTEGER, lt=LARGEST_INTEGER)],
    Decimal: Annotated[str, Meta(pattern=r"^[0-9]{1,19}(?:\.[0-9]{1,12})?\Z")],
    datetime: Annotated[str, Meta(pattern=rf"{_DAY}T[0-9:.]{{8,15}}(?:Z|[+-][0-9]{{2}}:[0-9]{{2}})\Z")],
    date: Annotated[str, Meta(pattern=rf"{_DAY}\Z")],
}
"""How a value looks where it leaves no doubt; the conversion to the real types follows."""
_ODD_ESCAPE = re.compile(rb"\\(?:[bf]|u(?:00[01]|[dD][89a-fA-F]|[fF]{3}))").search
"""Escapes that may stand for a character no door lets in; the parser refuses the bare ones of one byte."""
_NON_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_PLAIN = msgspec.json.Decoder()
_ENCODER = msgspec.json.Encoder()
_DECODERS: dict[tuple[type[Any], Limits], msgspec.json.Decoder[Any]] = {}
_MAKING = Lock()


def quick(raw: bytes, kind: type[_Kind], limits: Limits) -> _Kind | None:
    """The message as a `kind`, or None when that is for the strict look to say. `raw` is UTF-8 JSON of one object."""
    if len(raw) > limits.size or (b"\xef\xbf" in raw and any(mark in raw for mark in _NON_CHARACTERS)):
        return None
    escaped = b"\\" in raw
    if escaped and _ODD_ESCAPE(raw):
        return None
    try:
        found = _decoder(kind, limits).decode(raw)
        if (escaped or not _each_once(raw, found)) and may_repeat(raw, _keys_in(_PLAIN.decode(raw))):
            return None
        return msgspec.convert(found, kind, from_attributes=True)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _each_once(raw: bytes, found: msgspec.Struct) -> bool:
    """Whether no field stands twice in a message without escapes; False also where one repeats its default.

    Written again without defaults it has as many colons as before: those of the fields, and those inside texts.
    """
    return raw.count(b":") == _ENCODER.encode(found).count(b":")


def _keys_in(value: Any) -> int:
    """How many fields the objects of a parsed message have."""
    if isinstance(value, dict):
        return len(value) + sum(_keys_in(inner) for inner in value.values())
    return sum(_keys_in(inner) for inner in value) if isinstance(value, list) else 0


def _decoder(kind: type[Any], limits: Limits) -> msgspec.json.Decoder[Any]:
    """The decoder of a mirrored type, made by one thread: two that meet a type for the first time crash the library."""
    found = _DECODERS.get((kind, limits))
    if found is None:
        with _MAKING:
            found = _DECODERS.get((kind, limits))
            if found is None:
                msgspec.json.Decoder(kind)  # what the conversion will need of the type itself
                found = msgspec.json.Decoder(_mirror(kind, limits))  # type: ignore[arg-type]  # a type is hashable
                _DECODERS[kind, limits] = found
    return found


@cache
def _mirror(kind: type[Any], limits: Limits) -> type[msgspec.Struct]:
    """A dataclass as a type that demands the rules, and refuses unknown fields."""
    hints = get_type_hints(kind)
    mirrored: list[Any] = []
    for field in fields(kind):
        rule = _rule(hints[field.name], limits)
        mirrored.append((field.name, rule) if field.default is MISSING else (field.name, rule, field.default))
    return msgspec.defstruct(
        kind.__name__, mirrored, forbid_unknown_fields=True, omit_defaults=True, frozen=True, kw_only=True, gc=False
    )


def _rule(hint: Any, limits: Limits) -> Any:
    if get_origin(hint) is UnionType:
        return Union[tuple(_rule(part, limits) for part in get_args(hint))]  # noqa: UP007  # made of what is found
    if get_origin(hint) is tuple:
        first, *others = get_args(hint)
        if others == [...]:
            return Annotated[tuple[_rule(first, limits), ...], Meta(max_length=limits.items)]  # type: ignore[misc]  # made of what is found
        return tuple[tuple(_rule(part, limits) for part in (first, *others))]  # type: ignore[misc]  # as above
    if hint is str:
        return Annotated[str, Meta(max_length=limits.text)]
    if is_dataclass(hint):
        return _mirror(hint, limits)  # type: ignore[arg-type]  # a class, as every annotation
    known = hint is type(None) or (isinstance(hint, type) and issubclass(hint, Enum))
    return hint if known else _RULES[hint]
