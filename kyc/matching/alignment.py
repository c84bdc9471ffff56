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
    partner: dict[int, tuple[int, Alike]] = {}
    free = list(range(len(right)))
    for i, word in enumerate(left):
        if word in right:
            exact = next((j for j in free if right[j] == word), None)
            if exact is not None:
                partner[i] = exact, Alike.EXACT
                free.remove(exact)
    open_left = [i for i in range(len(left)) if i not in partner]
    if open_left and free:
        found = [(-sure, i, j) for i in open_left for j in free if (sure := _alike(left[i], right[j], articles))]
        for negative, i, j in sorted(found):
            if i not in partner and j in free:
                partner[i] = j, Alike(-negative)
                free.remove(j)
    pairs = [(left[i], right[j], sure) for i, (j, sure) in sorted(partner.items())]
    left_rest = [word for i, word in enumerate(left) if i not in partner]
    right_rest = [right[j] for j in free]
    if left_rest and right_rest:
        pairs += _joined(left_rest, right_rest, swap=False)
        pairs += _joined(right_rest, left_rest, swap=True)
    order = [partner[i][0] for i in sorted(partner)]
    return Alignment(tuple(pairs), tuple(left_rest), tuple(right_rest), order == sorted(order))


def _alike(one: str, other: str, articles: bool) -> Alike:
    score = alike(one, other)
    if score or not articles:
        return score
    for word, bare in ((other, without_article(one)), (one, without_article(other))):
        if bare and alike(bare, word) >= Alike.SOUND:
            return Alike.SOUND
    return Alike.NOT


def _joined(pieces: list[str], wholes: list[str], *, swap: bool) -> list[Pair]:
    """Neighbouring left-over pieces that make up one left-over word; both are taken out of their lists."""
    pairs: list[Pair] = []
    for whole in list(wholes) if len(pieces) > 1 else ():
        for start, piece in enumerate(pieces[:-1]):
            if not whole.startswith(piece):
                continue
            size = next((n for n in (2, 3, 4) if "".join(pieces[start : start + n]) == whole), 0)
            if size and start + size <= len(pieces):
                written = " ".join(pieces[start : start + size])
                pairs.append((whole, written, Alike.VARIANT) if swap else (written, whole, Alike.VARIANT))
                wholes.remove(whole)
                del pieces[start : start + size]
                break
    return pairs
