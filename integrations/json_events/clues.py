"""What a message nobody can decode still says of itself: by this its letter is found again, and by nothing else.

A clue is what somebody wrote, not what a door has checked: it may be wrong, cut, or another order's. Nothing is judged,
attached or answered by it.
"""

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from integrations.errors import printable
from integrations.json_events.limits import DEFAULT

LONGEST_ORDER, LONGEST_EVENT, LONGEST_CLIENT = 64, 200, 200
LOOKED_AT = 64 * 1024
_FIELD = re.compile(rb"""["'](order_id|event_id|client_uscc)["']\s{0,20}:\s{0,20}["']([^"'\\\x00-\x1f]{1,200})["']""")
_OF_ORDER = re.compile(r"(.+)/[0-9]{1,10}")
_DECODER = msgspec.json.Decoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """The ids in a message as far as they can be read, printable and short; "" where there is none."""

    event_id: str = ""
    order_id: str = ""
    client: str = ""


def clues(raw: bytes) -> Clues:
    """The ids in any bytes: fields of an envelope or order where that is JSON, else the first in its beginning.

    Never raises for what the bytes hold. Looks at 64 KB of what is no JSON object.
    """
    value = _parsed(raw)
    return _by_pattern(raw[:LOOKED_AT]) if value is None else _by_field(value)


def _parsed(raw: bytes) -> dict[str, Any] | None:
    if len(raw) > DEFAULT.size:
        return None
    try:
        value = _DECODER.decode(raw.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _by_field(value: dict[str, Any]) -> Clues:
    inner = value.get("order")
    order = inner if isinstance(inner, dict) else value
    return Clues(
        event_id=_short(value.get("event_id"), LONGEST_EVENT),
        order_id=_short(value.get("order_id"), LONGEST_ORDER) or _short(order.get("order_id"), LONGEST_ORDER),
        client=_short(order.get("client_uscc"), LONGEST_CLIENT) or _short(order.get("client_name"), LONGEST_CLIENT),
    )


def _by_pattern(raw: bytes) -> Clues:
    """UTF-16 and UTF-32 write the letters of an id with zero bytes between them, so those are left out.

    An event id as this door makes them, `<order_id>/<revision>`, tells the order where that is cut off.
    """
    found: dict[bytes, str] = {}
    for name, text in _FIELD.findall(raw.replace(b"\x00", b"")):
        found.setdefault(name, text.decode("utf-8", "backslashreplace"))
    if b"order_id" not in found and (named := _OF_ORDER.fullmatch(found.get(b"event_id", ""))):
        found[b"order_id"] = named[1]
    return Clues(
        event_id=_short(found.get(b"event_id"), LONGEST_EVENT),
        order_id=_short(found.get(b"order_id"), LONGEST_ORDER),
        client=_short(found.get(b"client_uscc"), LONGEST_CLIENT),
    )


def _short(value: object, longest: int) -> str:
    """A text, or a number somebody wrote without quotes; anything else is no id."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = value if isinstance(value, str) else str(value)
    return printable(text[:longest], longest)[:longest].strip()
