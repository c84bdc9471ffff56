"""What the door demands beyond types, written into the JSON Schema that is made from them.

A schema can't say everything: that an envelope and its order name the same order and revision, that no field stands
twice, and that a day exists, only the door finds out. What is refused here, the door refuses too.
"""

from collections.abc import Collection, Mapping
from typing import Any

from integrations.identities import EVENT_ID_EXPECTED, LARGEST_REVISION, ORDER_ID_EXPECTED
from integrations.json_events.limits import DEFAULT
from integrations.json_events.strict import LARGEST_INTEGER

Item = dict[str, Any]

_WORD = "0-9A-Za-z_À-ῼⰀ-⿕々-힣豈-龎０-ￜ"
"""Letters and digits: exact in ASCII, whole alphabets beyond it, since patterns have no portable word for a letter."""
_DAY = "(20[0-9]{2}-[0-9]{2}-[0-9]{2}|2100-01-01)"
_TIME = rf"^{_DAY}[Tt ][0-9:.]{{5,18}}([Zz]|[+-][0-9]{{2}}:[0-9]{{2}})$"
_DIGITS = r"[0-9]{1,20}(\.[0-9]{1,12})?|[0-9]{1,30}(\.[0-9]{1,30})?[eE][+-]?[0-9]{1,2}"
_LARGEST_NUMBER = 10**20


def order_id(shortest: int = 1) -> Item:
    """An order id; `shortest` 0 where an empty text means: not told."""
    return {"pattern": rf"^[{_WORD}\-./:#]{{{shortest},64}}$", "description": ORDER_ID_EXPECTED}


def event_id() -> Item:
    """An event id."""
    return {"pattern": rf"^[{_WORD}\-./:#@+=]{{1,200}}$", "description": EVENT_ID_EXPECTED}


def document_number(expected: str) -> Item:
    """The number of a declaration, transport document or container; empty means: not told."""
    return {"pattern": rf"^[{_WORD}\-./]{{0,64}}$", "description": expected}


SOURCE: Item = {"minLength": 1, "maxLength": 64}
REVISION: Item = {"minimum": 1, "maximum": LARGEST_REVISION}


def bounded(definitions: dict[str, Any], times: Collection[str], *, negative: bool = True) -> None:
    """Write the rules into schema definitions: nothing unknown, bounds, numbers as text or number, times with a zone.

    `times` are the names of fields with a time; without `negative` no decimal number is below zero.
    """
    for definition in definitions.values():
        if "properties" not in definition:
            continue
        definition["additionalProperties"] = False
        for name, item in definition["properties"].items():
            _bound(item, is_time=name in times, negative=negative)


def narrowed(definition: Item, rules: Mapping[str, Item]) -> None:
    """Add rules to fields of one definition by name."""
    for name, rule in rules.items():
        definition["properties"][name].update(rule)


def _bound(item: Item, *, is_time: bool, negative: bool) -> None:
    parts = [item, *item.get("anyOf", ())]
    for part in parts:
        kind = part.get("type")
        if kind == "string" and is_time:
            part.update(format="date-time", pattern=_TIME)
        elif kind == "string" and part.get("format") == "date":
            part["pattern"] = f"^{_DAY}$"
        elif kind == "string" and "format" not in part:
            part["maxLength"] = DEFAULT.text
        elif kind == "integer":
            part.update(exclusiveMinimum=-LARGEST_INTEGER, exclusiveMaximum=LARGEST_INTEGER)
        elif kind == "array":
            part["maxItems"] = DEFAULT.items
    _numbers(item, _decimal(negative=negative))


def _numbers(item: Item, allowed: list[Item]) -> None:
    """Where a decimal number is wanted, text and number are both taken; text keeps every digit."""
    if _is_decimal(item):
        del item["type"], item["format"]
        item["anyOf"] = allowed
    elif any(_is_decimal(part) for part in item.get("anyOf", ())):
        item["anyOf"] = [*allowed, *(part for part in item["anyOf"] if not _is_decimal(part))]


def _is_decimal(part: Item) -> bool:
    return part.get("format") == "decimal"


def _decimal(*, negative: bool) -> list[Item]:
    sign, lowest = ("[+-]?", {"exclusiveMinimum": -_LARGEST_NUMBER}) if negative else (r"[+]?", {"minimum": 0})
    return [
        {"type": "string", "format": "decimal", "pattern": f"^{sign}({_DIGITS})$"},
        {"type": "number", **lowest, "exclusiveMaximum": _LARGEST_NUMBER},
    ]
