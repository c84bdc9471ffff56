"""Everything that is wrong with a message, for the person who mends it; a door itself stops at the first error."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec

from integrations.errors import DoorError

LONGEST = 20
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_PARSE = msgspec.json.Decoder(float_hook=Decimal)
_WRITE = msgspec.json.Encoder(decimal_format="number")


def faults(raw: bytes, decode: Callable[[bytes], object], limit: int = LONGEST) -> tuple[DoorError, ...]:
    """Up to `limit` errors that `decode` finds in `raw` (JSON), in the order it finds them; empty when it takes it.

    After each error the field it names is left out and the rest is looked at again. A field that has to be there, and
    text that is no JSON, end the search: what comes behind them can't be told apart from what they cause.
    """
    found: list[DoorError] = []
    rest = raw
    for _ in range(limit):
        try:
            decode(rest)
        except DoorError as error:
            known = error.where in {one.where for one in found}
            if not known:
                found.append(error)
            shorter = None if known else _without(rest, error.where)
            if shorter is None:
                break
            rest = shorter
        else:
            break
    return tuple(found)


def _without(raw: bytes, where: str) -> bytes | None:
    """The message without the field at a path such as `$.order.parties[0].role`; None when there is no such field."""
    if not re.fullmatch(r"\$(\.\w+|\[\d+\])*\.\w+", where):
        return None
    value = root = _parsed(raw)
    *way, (last, _) = _STEP.findall(where)
    for name, index in way:
        value = _inside(value, name, index)
    if not isinstance(value, dict) or last not in value:
        return None
    del value[last]
    return _WRITE.encode(root)


def _parsed(raw: bytes) -> Any:
    try:
        return _PARSE.decode(raw.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _inside(value: Any, name: str, index: str) -> Any:
    if name and isinstance(value, dict):
        return value.get(name)
    if index and isinstance(value, list) and int(index) < len(value):
        return value[int(index)]
    return None
