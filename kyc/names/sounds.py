"""How Latin words that were written from one sound are recognised: transliteration, variants of given names, slips.

Every way in which two words count as one has a key here, so that an index over the keys loses none of them.
"""

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import cache, lru_cache

from rapidfuzz.distance import OSA

from kyc.names.pinyin import is_pinyin
from kyc.names.tables import rows

SLIP_LENGTH = 5
"""Folded letters from which on one wrong, missing, doubled or swapped letter is taken for a slip."""

LONG_WORD = 7
"""Letters from which on a slip may come together with another habit of writing."""

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
    ("TZ", "TS"),
    ("Q", "K"),
    ("X", "KS"),
    ("W", "V"),
    ("OU", "U"),
    ("OO", "U"),
    ("EE", "I"),
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
_DIPHTHONG = re.compile("[AE][IY]")
_SOFT_C = re.compile("C(?=[EIY])")
_HARD_C = re.compile("C(?!H)K?")
_FIRST_LETTERS = {"G": "K", "B": "V"}
"""Letters that stand for one another at the front of a long word: Ghasemi, Qasemi; Bladimir, Vladimir."""
_PATRONYMIC = re.compile(r"(?:[IYJ]?[OEA][VW]?(?:ICH|YCH|ITCH|IC)|[OEAI]?[IY]?V?[IY]?(?:[VW]NA)|IVNA)$")
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
    if not is_pinyin(word):
        word = _HARD_C.sub("K", _SOFT_C.sub("S", _DIPHTHONG.sub("EI", word)))
    for written, sound in _FOLDS:
        if written in word:
            word = word.replace(written, sound)
    word = _DOUBLED.sub(r"\1", word)
    if len(word) > 2 and word[-1] == "H":
        word = word[:-1]
    return _FIRST_LETTERS.get(word[0], word[0]) + word[1:] if len(word) >= SLIP_LENGTH else word


@cache
def _given() -> dict[str, tuple[str, bool]]:
    return {row["name"]: (row["group"], row["sort"] == "short") for row in rows("given_names")}


def given_name(word: str) -> str:
    """The group of a known given name, "" for any other word."""
    return _given().get(word, ("", False))[0]


@cache
def _stems() -> dict[str, str]:
    return {_stem(name): group for name, (group, short) in _given().items() if not short}


def _stem(name: str) -> str:
    return name.rstrip("AEIOUYJ")


@lru_cache(maxsize=1 << 15)
def patronymic(word: str) -> str:
    """The group of the father's name in a Slavic patronymic: Nikolaevna, Mykolaivna → nikolai. "" for other words."""
    found = _PATRONYMIC.search(word) if len(word) > 6 else None
    return _stems().get(_stem(word[: found.start()]), "") if found else ""


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
    if left.startswith("ABD") and right.startswith("ABD") and min(len(left), len(right)) > 6:
        left, right = left[3:], right[3:]
    one, other = _given().get(left), _given().get(right)
    if left[-1] in "HA" and right[-1] in "HA" and (father := patronymic(left)) and father == patronymic(right):
        return Alike.VARIANT
    if one and other:
        if one[0] != other[0]:
            return Alike.NOT
        return Alike.SHORT if one[1] or other[1] else Alike.VARIANT
    known = one is not None or other is not None
    found = _by_sound(folded(left), folded(right), SLIP_LENGTH + known)
    return found if found and _written_alike(left, right, found) else Alike.NOT


def _by_sound(left: str, right: str, slip_length: int) -> Alike:
    """A word near a known given name is more likely another given name (Maria, Mario), so it must be longer."""
    if left == right:
        return Alike.SOUND
    if left[0] != right[0] or min(len(left), len(right)) < slip_length:
        return Alike.NOT
    return Alike.SLIP if OSA.distance(left, right, score_cutoff=1) <= 1 else Alike.NOT


def _written_alike(left: str, right: str, found: Alike) -> bool:
    """Habits of transliteration must not add up until nothing is left: Baker and Wazir, Gummed and Komid."""
    shorter = min(len(left), len(right))
    most = max(1, shorter // 2) if found is Alike.SOUND else 1 if shorter < LONG_WORD else 2
    return OSA.distance(left, right, score_cutoff=most) <= most


def keys(word: str) -> tuple[str, ...]:
    """Keys of which two words that are `alike` other than by a slip share at least one."""
    group, father = given_name(word), patronymic(word)
    known = (f"={group}",) if group else (f"=~{father}",) if father else ()
    return (folded(word), *known)
