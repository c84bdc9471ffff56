"""What the order types look like on the wire: known keys, numbers, times and nested objects of each dataclass.

Computed once per type from its annotations, so that the dataclasses stay the only description of a message.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints


@dataclass(frozen=True, slots=True)
class Shape:
    """The wire shape of one dataclass; `nested` maps a key to the shape of its object or of its array's objects."""

    name: str
    keys: frozenset[str]
    decimals: tuple[str, ...]
    integers: tuple[str, ...]
    times: tuple[str, ...]
    dates: tuple[str, ...]
    choices: Mapping[str, tuple[str, ...]]
    nested: Mapping[str, "Shape"]


@cache
def shape_of(kind: type[Any]) -> Shape:
    """The shape of a dataclass and of everything below it."""
    hints = get_type_hints(kind)
    plain = {field.name: _plain(hints[field.name]) for field in fields(kind)}
    return Shape(
        name=kind.__name__,
        keys=frozenset(plain),
        decimals=tuple(name for name, kinds in plain.items() if Decimal in kinds),
        integers=tuple(name for name, kinds in plain.items() if int in kinds),
        times=tuple(name for name, kinds in plain.items() if datetime in kinds),
        dates=tuple(name for name, kinds in plain.items() if date in kinds),
        choices={
            name: tuple(str(member.value) for member in k)
            for name, kinds in plain.items()
            for k in kinds
            if isinstance(k, type) and issubclass(k, Enum)
        },
        nested={
            name: shape_of(k) for name, kinds in plain.items() for k in kinds if isinstance(k, type) and is_dataclass(k)
        },
    )


def choices_at(shape: Shape, names: Sequence[str]) -> tuple[str, ...]:
    """The values a field may have, by the names that lead to it; none when it is no choice."""
    *outer, last = names or ("",)
    for name in outer:
        if name not in shape.nested:
            return ()
        shape = shape.nested[name]
    return shape.choices.get(last, ())


def times_of(shape: Shape) -> frozenset[str]:
    """The names of all time fields of a shape and below it."""
    return frozenset(shape.times).union(*(times_of(below) for below in shape.nested.values()))


def _plain(hint: Any) -> tuple[Any, ...]:
    """The classes behind an annotation: `X | None` and `tuple[X, ...]` both give X."""
    if isinstance(hint, UnionType) or get_origin(hint) is tuple:
        return tuple(kind for part in get_args(hint) if part not in (type(None), ...) for kind in _plain(part))
    return (hint,)
