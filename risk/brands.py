"""Brand names against the register of recorded rights: equal, look-alike or nearly equal (handbook 07 §4, LC078).

Two names are compared as skeletons: accents dropped, look-alike signs unified (1, L and I; 0 and O; Cyrillic and Greek
letters that look Latin), everything but letters and digits left out. What remains is compared by edit distance.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from risk.once import once_per_object
from risk.words import Words, normal

_ALIKE = str.maketrans(
    "0134578$@L" + "АВЕКМНОРСТУХІЅЈ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "OIEASTBSAI" + "ABEKMHOPCTYXISJ" + "ABEZHIKMNOPTYX",
)
_SEPARATORS = re.compile(r"[/,;、()\[\]|]+")
_LATIN_WORD = re.compile(r"[0-9A-Za-z\u00c0-\u024f\u0370-\u03ff\u0400-\u04ff$@!&'.-]+")
_SHORTEST_LATIN, _SHORTEST_CHINESE = 3, 3
"""Shorter rights are looked for in the brand element only: "苹果" in a goods name is mostly a fruit."""


@dataclass(frozen=True, slots=True)
class Resemblance:
    """A text of the declaration that equals or resembles a recorded right; 1 means equal skeletons."""

    text: str
    right: str
    similarity: Decimal


@lru_cache(maxsize=8192)
def skeleton(name: str) -> str:
    """The name as the eye takes it in at a glance, in capitals."""
    folded = unicodedata.normalize("NFKD", name).upper().replace("!", "I").replace("VV", "W").translate(_ALIKE)
    return "".join(sign for sign in folded if sign.isalnum())


class BrandRegister:
    """The recorded rights, prepared for comparison."""

    def __init__(self, authorised: Mapping[str, tuple[str, ...]]) -> None:
        self._authorised = {right: frozenset(map(str.upper, clients)) for right, clients in authorised.items()}
        self._by_skeleton: dict[str, list[str]] = {}
        for right in authorised:
            self._by_skeleton.setdefault(skeleton(right), []).append(right)
        self._by_skeleton.pop("", None)
        self._skeletons = list(self._by_skeleton)
        self._by_normal = {normal(right): right for right in authorised if _fit_for_names(right)}
        self._in_names = Words(self._by_normal)
        self.resemblances = lru_cache(maxsize=8192)(self._resemblances)

    def allows(self, right: str, client_uscc: str) -> bool:
        """Whether the client may use the right."""
        return bool(client_uscc) and client_uscc.upper() in self._authorised.get(right, frozenset())

    def _resemblances(self, brands: tuple[str, ...], name: str, least: Decimal) -> tuple[Resemblance, ...]:
        """What the brand texts and the goods name resemble, the closest first."""
        found = [one for brand in brands for text in _parts(brand) for one in self._like(text, least)]
        found += [
            Resemblance(one.word, self._by_normal[one.word], Decimal(1)) for one in self._in_names.found(normal(name))
        ]
        for word in _LATIN_WORD.findall(unicodedata.normalize("NFKC", name)):
            if len(skeleton(word)) >= _SHORTEST_LATIN and not word.isdigit():
                found += self._like(word, least)
        return tuple(sorted(set(found), key=lambda one: (-one.similarity, one.right, one.text)))

    def _like(self, text: str, least: Decimal) -> Iterator[Resemblance]:
        shape = skeleton(text)
        if not shape:
            return
        near = process.extract(
            shape, self._skeletons, scorer=Levenshtein.normalized_similarity, score_cutoff=float(least), limit=5
        )
        for known, similarity, _ in near:
            for right in self._by_skeleton[known]:
                yield Resemblance(text, right, Decimal(str(round(similarity, 4))).normalize())


def _parts(brand: str) -> Iterable[str]:
    """The names in a brand element such as "耐克(NIKE牌)"."""
    plain = unicodedata.normalize("NFKC", brand)
    parts = [part.strip().removesuffix("牌") for part in (plain, *_SEPARATORS.split(plain))]
    return dict.fromkeys(part for part in parts if part)


def _fit_for_names(right: str) -> bool:
    shape = skeleton(right)
    long_enough = len(shape) >= (_SHORTEST_LATIN if shape.isascii() else _SHORTEST_CHINESE)
    return long_enough and any(sign.isalpha() for sign in right)


brand_register = once_per_object(BrandRegister)
"""The prepared register of a mapping right → authorised clients; the mapping must not change afterwards."""
