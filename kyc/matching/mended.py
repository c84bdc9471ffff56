"""Slips of the pen in any word of a firm's name, business words and legal forms included: DEVELOPEMENT, CORPORATON."""

from rapidfuzz.distance import OSA

from kyc.names.latin import LatinName, is_known, parse
from kyc.names.sounds import given_name

SHORTEST = 5
"""Letters from which on one edit leaves a word the same word."""
LONG = 9
"""Letters from which on two edits do."""
MANY_WORDS = 4
"""Words from which on two of them may hold a slip."""
MOST_OPEN = 5
"""Words without an equal on the other side beyond which nothing is mended: the names are different anyway."""

Slips = tuple[tuple[str, str], ...]


def mend(left: LatinName, right: LatinName) -> tuple[LatinName, Slips]:
    """The left name with its slips written as on the right, and the pairs of words; no pair when nothing was mended.

    A name of which no word stands equally on the other side is left alone.
    """
    mine = [word for word in dict.fromkeys(left.tokens) if word not in right.tokens and len(word) >= SHORTEST]
    theirs = [word for word in dict.fromkeys(right.tokens) if word not in left.tokens and len(word) >= SHORTEST]
    if not mine or not theirs or max(len(mine), len(theirs)) > MOST_OPEN or not set(left.body) & set(right.body):
        return left, ()
    pairs = tuple(
        (word, near) for word in mine if (near := next((each for each in theirs if one_word(word, each)), ""))
    )
    most = 1 + (min(len(left.tokens), len(right.tokens)) >= MANY_WORDS)
    if not pairs or len(pairs) > most or len({near for _, near in pairs}) < len(pairs):
        return left, ()
    becomes = dict(pairs)
    return parse(" ".join(becomes.get(word, word) for word in left.tokens)), pairs


def one_word(left: str, right: str) -> bool:
    """True when the two may be one word with a slip; two words the tables know are two words, and numbers numbers."""
    shorter = min(len(left), len(right))
    if shorter < SHORTEST or not (left.isalpha() and right.isalpha()) or (is_known(left) and is_known(right)):
        return False
    if given_name(left) and given_name(right):
        return False
    most = 1 + (shorter >= LONG)
    return OSA.distance(left, right, score_cutoff=most) <= most
