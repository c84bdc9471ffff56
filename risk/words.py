"""Finding many words in a short text, Chinese and Latin, without walking the list of words.

Latin words match whole words only (a plural s is fine), Chinese words anywhere.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from risk.once import once_per_object

_CHINESE = "[\u2e80-\u9fff\uf900-\ufaff]"
_BLANK_AT_CHINESE = re.compile(rf"(?<={_CHINESE})\s+|\s+(?={_CHINESE})")
_BLANKS = re.compile(r"\s+")


@lru_cache(maxsize=65536)
def normal(text: str) -> str:
    """The form in which words are looked up: NFKC, lower case, no invisible characters, no blanks at Chinese ones."""
    visible = "".join(sign for sign in text if sign.isspace() or not _invisible(sign))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", visible).lower())
    return _BLANKS.sub(" ", _BLANK_AT_CHINESE.sub("", folded)).strip()


def _invisible(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cf", "Cc"}


@dataclass(frozen=True, slots=True)
class Found:
    """A word and where it stands in the normal form of the text: from `start` up to but not including `end`."""

    word: str
    start: int
    end: int

    def within(self, other: "Found") -> bool:
        return other.start <= self.start and self.end <= other.end


class Words:
    """A set of words, prepared for search. Words are kept in their normal form."""

    def __init__(self, words: Iterable[str]) -> None:
        by_first: dict[str, set[str]] = {}
        for word in map(normal, words):
            if word:
                by_first.setdefault(word[0], set()).add(word)
        self._by_first = {first: tuple(sorted(alike)) for first, alike in by_first.items()}

    def found(self, text: str) -> list[Found]:
        """Every occurrence of every word in a text that is already normal, in order of place."""
        return [
            Found(word, start, start + len(word))
            for start, sign in enumerate(text)
            for word in self._by_first.get(sign, ())
            if text.startswith(word, start) and _stands_alone(text, start, start + len(word))
        ]

    def longest(self, text: str) -> list[Found]:
        """Occurrences that lie in no longer occurrence: "塑料花" hides "塑料"."""
        everything = self.found(text)
        return [one for one in everything if not any(one is not other and one.within(other) for other in everything)]


def _stands_alone(text: str, start: int, end: int) -> bool:
    if start and _latin(text[start]) and _latin(text[start - 1]):
        return False
    if not _latin(text[end - 1]):
        return True
    rest = text[end : end + 2]
    return not rest or not _latin(rest[0]) or (rest[0] == "s" and not _latin(rest[1:]))


def _latin(sign: str) -> bool:
    return sign.isascii() and sign.isalnum()


def _normal_set(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(normal, words))


word_set = once_per_object(_normal_set, keep=64)
"""The normal forms of a tuple of words, such as a parameter of the policy, made once for each tuple."""

word_index = once_per_object(Words, keep=64)
"""A tuple of words prepared for search, made once for each tuple."""
