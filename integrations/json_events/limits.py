"""Bounds of the JSON door: what is refused before anybody looks at its meaning."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`size` in bytes of one message, `text` in characters of one value, `items` of one array.

    A declaration may hold 50 lines; longer ones are let in up to `items`, because LC071 is to judge them by name.
    """

    size: int = 8 * 1024 * 1024
    text: int = 10_000
    items: int = 20_000


DEFAULT = Limits()
