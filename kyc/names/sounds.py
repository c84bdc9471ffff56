"""How Latin words that were written from one sound are recognised: transliteration, variants of given names, slips.

Every way in which two words count as one has a key here, so that an index over the keys loses none of them.
"""

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import cache, lru_cache

from rapidfuzz.distance import OSA

from kyc.names.tables import rows

SLIP_LENGTH = 5
"""Folded letters from which on one wrong, missing, doubled or swapped letter is taken for a slip."""

_FOLDS = (
    ("SHCH", "SH"),
    ("TSCH", "CH"),
    ("TCH", "CH"),
    ("SCH", "SH"),
    ("DZH", "J"),
    ("ZH", "J"),
    ("DJ", "J"),
    ("KH", "H"),
    ("GH", "G"),
    ("PH", "F"),
    ("TH", "T"),
    ("DH", "D"),
    ("CK", "K"),
    ("TZ", "TS"),
    ("Q", "K"),
    ("X", "KS"),
    ("W", "V"),
    ("OU", "U"),
    ("OO", "U"),
    ("EE", "I"),
    ("AY", "AI"),
    ("EY", "EI"),
    ("UE", "U"),
    ("OE", "O"),
    ("IY", "I"),
    ("IJ", "I"),
    ("JU", "IU"),
    ("JA", "IA"),
    ("JO", "IO"),
    ("Y", "I"),
    ("E", "I"),
    ("O", "U"),
)
_DOUBLED = re.compile(r"(.)\1+")


class Alike(IntEnum):
    """How sure it is that two words are one, in points of 10,000."""

    EXACT = 10_000
    VARIANT = 9_500
    SOUND = 9_300
    SHORT = 8_800
    SLIP = 8_200
    NOT = 0


@lru_cache(maxsize=1 << 17)
def folded(word: str) -> str:
    """What remains of a word when the habits of transliteration are taken out of it: MUHAMMED, MOHAMED → MUHAMID."""
    for written, sound in _FOLDS:
        if written in word:
            word = word.replace(written, sound)
    word = _DOUBLED.sub(r"\1", word)
    return word[:-1] if len(word) > 2 and word[-1] == "H" else word


@cache
def _given() -> dict[str, tuple[str, bool]]:
    return {row["name"]: (row["group"], row["sort"] == "short") for row in rows("given_names")}


def given_name(word: str) -> str:
    """The group of a known given name, "" for any other word."""
    return _given().get(word, ("", False))[0]


def slips(fold: str) -> Iterator[str]:
    """The folded word with each letter left out in turn: two words one slip apart share one of these or each other."""
    if len(fold) >= SLIP_LENGTH:
        for position in range(1, len(fold)):
            yield fold[:position] + fold[position + 1 :]


@lru_cache(maxsize=1 << 17)
def alike(left: str, right: str) -> Alike:
    """Compare two words of letters. Numbers are alike only when equal."""
    if left == right:
        return Alike.EXACT
    if left.isdigit() or right.isdigit() or not (left and right):
        return Alike.NOT
    one, other = _given().get(left), _given().get(right)
    if one and other:
        if one[0] != other[0]:
            return Alike.NOT
        return Alike.SHORT if one[1] or other[1] else Alike.VARIANT
    return _by_sound(folded(left), folded(right), SLIP_LENGTH + bool(one or other))


def _by_sound(left: str, right: str, slip_length: int) -> Alike:
    """A word near a known given name is more likely another given name (Maria, Mario), so it must be longer."""
    if left == right:
        return Alike.SOUND
    if left[0] != right[0] or min(len(left), len(right)) < slip_length:
        return Alike.NOT
    return Alike.SLIP if OSA.distance(left, right, score_cutoff=1) <= 1 else Alike.NOT


def keys(word: str) -> tuple[str, ...]:
    """Keys of which two words that are `alike` other than by a slip share at least one."""
    group = given_name(word)
    return (folded(word), f"={group}") if group else (folded(word),)
