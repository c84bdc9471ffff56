"""Which HS chapters a goods name suggests (handbook 04 §5): words, and words that only count together ("针织+裤").

Of overlapping words the longest speaks ("塑料花" hides "塑料"), and a pair hides its parts. What several words of one
name suggest is united: a name is suspicious only when no word of it fits.
"""

from collections.abc import Mapping
from functools import lru_cache

from risk.once import once_per_object
from risk.words import Words, normal

Suggestion = tuple[str, frozenset[str]]


class ChapterWords:
    """The keyword table, prepared for look-ups."""

    def __init__(self, chapters: Mapping[str, tuple[str, ...]]) -> None:
        self._rules = [
            (frozenset(normal(part) for part in keyword.split("+")), frozenset(allowed))
            for keyword, allowed in chapters.items()
        ]
        self._words = Words(part for parts, _ in self._rules for part in parts)
        self.suggested = lru_cache(maxsize=8192)(self._suggested)

    def _suggested(self, name: str) -> Suggestion | None:
        """(words found, chapters they allow); None when no word of the table stands in the name."""
        found = {one.word for one in self._words.longest(normal(name))}
        fitting = [(parts, allowed) for parts, allowed in self._rules if parts <= found]
        strongest = [(parts, allowed) for parts, allowed in fitting if not any(parts < others for others, _ in fitting)]
        if not strongest:
            return None
        words = sorted({"+".join(sorted(parts)) for parts, _ in strongest})
        return ", ".join(words), frozenset().union(*(allowed for _, allowed in strongest))


chapter_words = once_per_object(ChapterWords)
"""The prepared table of a mapping keyword → chapters; the mapping must not change afterwards."""
