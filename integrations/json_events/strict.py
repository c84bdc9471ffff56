"""The strict look at a parsed message before it becomes an order: nothing unknown, nothing twice, nothing endless.

Each check is kept cheap, because every event of the stream passes here; what costs time runs only after something
looked suspicious.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from integrations.characters import EXPECTED, FORBIDDEN, forbidden_in
from integrations.dates import EXPECTED_PERIOD, FIRST_DAY, LAST_DAY
from integrations.errors import DoorError, LimitExceeded
from integrations.json_events.limits import Limits
from integrations.json_events.shape import Shape

_PLAIN_NUMBER = re.compile(r"\d{1,19}(\.\d{1,12})?", re.ASCII).fullmatch
_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,2})?", re.ASCII).fullmatch
_LONG_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII).fullmatch
_AWARE = re.compile(r".*([zZ]|[+-]\d\d:\d\d)", re.ASCII | re.DOTALL).fullmatch
_FIRST, _LAST = FIRST_DAY.isoformat(), LAST_DAY.isoformat()
EXPECTED_TIME = "an ISO 8601 time with zone such as 2026-03-08T12:00:00+08:00"
_LARGEST = Decimal(10) ** 20
_PLACES = 12
_NO_NUMBER = "a finite decimal number", "Write digits with a point, such as 12.50."
_TOO_LONG = f"at most 20 digits before and {_PLACES} after the decimal point", "Correct the number."
_LISTED_FIELDS = 12
LARGEST_INTEGER = 10**15

Path = tuple[Any, ...]
"""Where we are, innermost last: (outer path, key or index). Written out only for an error, since most have none."""

ROOT: Path = ()


def written(path: Path) -> str:
    """A path as in `$.order.parties[0].role`."""
    if not path:
        return "$"
    outer, step = path
    return f"{written(outer)}[{step}]" if isinstance(step, int) else f"{written(outer)}.{str(step)[:100]}"


@dataclass(slots=True)
class Inspection:
    """One walk over one parsed message; counts the keys it has seen."""

    source: str
    limits: Limits
    keys_seen: int = 0

    def objects(self, value: Any, shape: Shape, path: Path = ROOT) -> None:
        """Check keys, array sizes, numbers and times below `value`. Wrong types are left to the typed conversion.

        Raises DoorError.
        """
        if type(value) is not dict:
            return
        self.keys_seen += len(value)
        if not shape.keys.issuperset(value):
            self._unknown(value, shape, path)
        for key in shape.decimals:
            number = value.get(key)
            if number is not None and not (type(number) is str and _PLAIN_NUMBER(number)):
                self._number(number, (path, key))
        for key in shape.integers:
            number = value.get(key)
            if type(number) is int and not -LARGEST_INTEGER < number < LARGEST_INTEGER:
                raise self._error((path, key), number, "a whole number of at most 15 digits", "Correct the number.")
        self._times(value, shape, path)
        for key, below in shape.nested.items():
            inner = value.get(key)
            if type(inner) is list:
                self._count(inner, (path, key))
                for index, item in enumerate(inner):
                    self.objects(item, below, ((path, key), index))
            elif inner is not None:
                self.objects(inner, below, (path, key))

    def texts(self, value: Any) -> None:
        """Check every text below `value` for length and for characters that cannot be stored."""
        for place, text in texts_below(value, "$"):
            if len(text) > self.limits.text:
                expected = f"at most {self.limits.text} characters, found {len(text)}"
                raise LimitExceeded(self.source, place, text, expected, "Shorten the text and send it again.")
            if FORBIDDEN.search(text):
                step = f"Remove {forbidden_in(text)} and send it again."
                raise DoorError(self.source, place, text, EXPECTED, step)

    def _times(self, value: dict[str, Any], shape: Shape, path: Path) -> None:
        for key in shape.times:
            text = value.get(key)
            if type(text) is str and not _AWARE(text):
                raise self._error((path, key), text, EXPECTED_TIME, "Add the zone (+08:00 for China, or Z).")
            self._period(text, (path, key))
        for key in shape.dates:
            self._period(value.get(key), (path, key))

    def _period(self, text: Any, path: Path) -> None:
        """Refuse a day nobody trades on. Texts that are no dates are left to the typed conversion."""
        if type(text) is str and text[:4].isdigit() and not _FIRST <= text[:10] <= _LAST:
            raise self._error(path, text, EXPECTED_PERIOD, "Correct the year.")

    def _count(self, items: list[Any], path: Path) -> None:
        if len(items) > self.limits.items:
            expected = f"at most {self.limits.items} entries"
            raise LimitExceeded(self.source, written(path), f"{len(items)} entries", expected, "Split the order.")

    def _unknown(self, value: dict[str, Any], shape: Shape, path: Path) -> None:
        name = min(value.keys() - shape.keys)
        near = get_close_matches(name, shape.keys, n=1)
        hint = f"a field of {shape.name}" + (f", perhaps {near[0]}" if near else _listed(shape))
        step = "Correct or remove the field; unknown fields are not dropped in silence."
        raise self._error((path, name), value[name], hint, step)

    def _number(self, value: Any, path: Path) -> None:
        if isinstance(value, str):
            if not _NUMBER(value):
                raise self._error(path, value, *(_TOO_LONG if _LONG_NUMBER(value) else _NO_NUMBER))
            value = Decimal(value)
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            return
        number = Decimal(value)
        if abs(number) >= _LARGEST or -int(number.as_tuple().exponent) > _PLACES:
            raise self._error(path, value, *_TOO_LONG)

    def _error(self, path: Path, value: object, expected: str, next_step: str) -> DoorError:
        return DoorError(self.source, written(path), value, expected, next_step)


def _listed(shape: Shape) -> str:
    """The fields of a shape that has few; those of a large one are for `tradewarden schema` to list."""
    return f": {', '.join(sorted(shape.keys))}" if len(shape.keys) <= _LISTED_FIELDS else ""


def texts_below(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every text below `value`, keys included, with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if FORBIDDEN.search(key):
                yield f"{path} (name of a field)", key
            yield from texts_below(inner, f"{path}.{key[:100]}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from texts_below(inner, f"{path}[{index}]")
