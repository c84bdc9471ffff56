"""A name whose business words, places and legal forms hold slips of the pen, as it was meant: ELECTRC, CORPORATON.

Only for finding candidates; what the slip costs is weighed against the name that was found (kyc.matching.mended).
"""

from collections.abc import Iterator
from functools import cache

from rapidfuzz.distance import OSA

from kyc.names.latin import LatinName, is_known
from kyc.names.tables import rows

SHORTEST = 5


def corrected(name: LatinName) -> str:
    """The words with every unknown one that is a slip away from a word of the tables replaced; "" when none is."""
    words = [_meant(word) if len(word) >= SHORTEST and word.isalpha() else word for word in name.tokens]
    return " ".join(words) if tuple(words) != name.tokens else ""


@cache
def _near() -> dict[str, list[str]]:
    phrases = sorted({row["word"] for row in rows("latin_words")} | {row["form"] for row in rows("latin_forms")})
    pieces = dict.fromkeys(piece for phrase in phrases for piece in phrase.split())
    near: dict[str, list[str]] = {}
    for piece in pieces:
        if len(piece) > SHORTEST and piece.isalpha():
            for less in _less(piece):
                near.setdefault(less, []).append(piece)
    return near


def _less(word: str) -> Iterator[str]:
    """The word, and the word with each letter left out in turn."""
    yield word
    yield from (word[:position] + word[position + 1 :] for position in range(len(word)))


def _meant(word: str) -> str:
    if is_known(word):
        return word
    near = _near()
    found = (piece for less in _less(word) for piece in near.get(less, ()))
    return next((piece for piece in found if OSA.distance(word, piece, score_cutoff=1) <= 1), word)
