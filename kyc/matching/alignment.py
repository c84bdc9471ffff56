"""Which word of one Latin name stands for which of the other, in whatever order."""

from dataclasses import dataclass

from kyc.names.person import without_article
from kyc.names.sounds import Alike, alike

Pair = tuple[str, str, Alike]


@dataclass(frozen=True, slots=True)
class Alignment:
    """`pairs` are (left word, right word, how alike); the rest of each side found no partner."""

    pairs: tuple[Pair, ...]
    left_rest: tuple[str, ...]
    right_rest: tuple[str, ...]
    in_order: bool


def align(left: tuple[str, ...], right: tuple[str, ...], *, articles: bool = False) -> Alignment:
    """Pair the words greedily, the surest first; then words that were written together on one side (GULF STAR).

    `articles` lets ALHASSAN stand for HASSAN.
    """
    found = [(-_alike(one, other, articles), i, j) for i, one in enumerate(left) for j, other in enumerate(right)]
    used_left: dict[int, int] = {}
    used_right: set[int] = set()
    pairs: list[Pair] = []
    for negative, i, j in sorted(each for each in found if each[0]):
        if i not in used_left and j not in used_right:
            used_left[i] = j
            used_right.add(j)
            pairs.append((left[i], right[j], Alike(-negative)))
    left_rest = [word for i, word in enumerate(left) if i not in used_left]
    right_rest = [word for j, word in enumerate(right) if j not in used_right]
    if left_rest and right_rest:
        pairs += _joined(left_rest, right_rest, swap=False)
        pairs += _joined(right_rest, left_rest, swap=True)
    order = [used_left[i] for i in sorted(used_left)]
    return Alignment(tuple(pairs), tuple(left_rest), tuple(right_rest), order == sorted(order))


def _alike(one: str, other: str, articles: bool) -> Alike:
    score = alike(one, other)
    if score or not articles:
        return score
    if (bare := without_article(one)) and alike(bare, other) >= Alike.SOUND:
        return Alike.SOUND
    if (bare := without_article(other)) and alike(one, bare) >= Alike.SOUND:
        return Alike.SOUND
    return Alike.NOT


def _joined(pieces: list[str], wholes: list[str], *, swap: bool) -> list[Pair]:
    """Neighbouring left-over pieces that make up one left-over word; both are taken out of their lists."""
    pairs: list[Pair] = []
    for whole in list(wholes):
        for start in range(len(pieces) - 1):
            size = next((n for n in (2, 3, 4) if "".join(pieces[start : start + n]) == whole), 0)
            if size and start + size <= len(pieces):
                written = " ".join(pieces[start : start + size])
                pairs.append((whole, written, Alike.VARIANT) if swap else (written, whole, Alike.VARIANT))
                wholes.remove(whole)
                del pieces[start : start + size]
                break
    return pairs
