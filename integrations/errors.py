"""One small tree of errors for every door: what came in wrong, where, and what to do about it.

Exceptions of libraries are translated into these once, at the door that called the library.
"""

import json
import unicodedata
from collections.abc import Callable
from copy import copy
from typing import Self

_SHOWN = 80


def printable(value: object, limit: int = _SHOWN) -> str:
    """`value` as text of at most about `limit` characters that any terminal, log or web page can show.

    Control characters, lone surrogates and invisible format characters appear as escapes.
    """
    if isinstance(value, bytes | bytearray | memoryview):
        text = bytes(value[: limit + 1]).decode("utf-8", "backslashreplace")
        size = f" ... ({len(value)} bytes)"
    else:
        text = value if isinstance(value, str) else _as_json(value)
        size = f" ... ({len(text)} characters)"
    cut = len(text) > limit
    shown = "".join(_visible(char) for char in text[:limit])
    return shown + size if cut else shown


def _as_json(value: object) -> str:
    """A value as its sender wrote it: null, true, 1E+40, not the words of a programming language."""
    try:
        return json.dumps(value, ensure_ascii=False, default=str) if _is_json(value) else str(value)
    except (RecursionError, ValueError, TypeError):
        return f"a nested {'object' if isinstance(value, dict) else 'array'}"


def _is_json(value: object) -> bool:
    return value is None or isinstance(value, bool | int | float | dict | list | tuple)


def _visible(char: str) -> str:
    if char == " " or unicodedata.category(char)[0] not in "CZ":
        return char
    code = ord(char)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


class DoorError(Exception):
    """Something from outside could not be accepted.

    `source` is the file, topic or sender; `where` the place in it (row, cell, path, element, line); `value` what was
    seen, already printable; `expected` what should have stood there; `next_step` what a person can do now.
    """

    def __init__(self, source: str, where: str, value: object, expected: str, next_step: str) -> None:
        self.source = printable(source)
        self.where = printable(where, 200)
        self.value = printable(value)
        self.expected = expected
        self.next_step = next_step
        super().__init__(self.source, self.where, self.value, expected, next_step)

    def __str__(self) -> str:
        seen = self.value or "(nothing)"
        return f"{self.source}: {self.where}: found {seen}; expected {self.expected}. {self.next_step}"

    def __reduce__(self) -> tuple[Callable[..., "DoorError"], tuple[object, ...]]:
        return _restored, (type(self), self.args, self.__dict__)

    def inside(self, place: str, advice: str = "") -> Self:
        """The same error seen from further out: `place` (a line, a sheet) stands before where, `advice` is added."""
        error = copy(self)
        if self.where != place:
            error.where = printable(f"{place}, {self.where}", 200)
        error.next_step = f"{self.next_step} {advice}".strip()
        return error

    def as_row(self) -> dict[str, str]:
        """The error as the keys that `assess --json` and the API print."""
        return {
            "error": str(self),
            "source": self.source,
            "where": self.where,
            "value": self.value,
            "expected": self.expected,
            "next_step": self.next_step,
        }


def _restored(kind: type[DoorError], args: tuple[object, ...], state: dict[str, object]) -> DoorError:
    """A copy, whatever a subclass asks of its constructor."""
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class LimitExceeded(DoorError):
    """Larger, deeper or longer than this door accepts; nothing of it was used."""


class Unavailable(DoorError):
    """The other side (broker, store, parser process) did not answer; the same call may succeed later."""
