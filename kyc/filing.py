"""Names filed under their keys, and the filed names worth comparing with a name that is looked up."""

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence

from rapidfuzz.distance import OSA

from kyc.keys import Keys, filed, looked_up
from kyc.names.name import Name
from kyc.names.sounds import SLIP_LENGTH, slips
from risk.nouns.parties import Kind

MAX_COMPARISONS = 400
"""Filed names handed on for one name looked up; the likeliest first."""
MAX_COUNTED = 20_000
"""Filed names counted for one name looked up; beyond that the rarer words propose and the usual ones only confirm."""

SPARE_WORD = 4
"""Words from which on one of them need not find its partner."""

_UNKNOWN = 0
_KINDS = tuple(Kind)
Postings = dict[str, "int | array[int]"]
"""Numbers by key, ascending. Most keys have one, and an array for it would take four times the memory."""


class NameFile:
    """Numbers of names under their keys. Grows by `add`, is completed by `close`, and then only read."""

    def __init__(self) -> None:
        self._sizes = array("B")
        self._kinds = array("B")
        self._sure: Postings = {}
        self._words: Postings = {}
        self._near: dict[str, str | list[str]] = {}

    def __len__(self) -> int:
        return len(self._sizes)

    def add(self, name: Name, kind: Kind) -> int:
        """File a name; its number is the count of names before it."""
        number = len(self._sizes)
        keys = filed(name, kind)
        words = keys.words.get(kind, ())
        self._sizes.append(_UNKNOWN if keys.initials else min(len(words), 255))
        self._kinds.append(_KINDS.index(kind))
        for key in keys.sure:
            _post(self._sure, key, number)
        for key in {key for word in words for key in word}:
            _post(self._words, key, number)
        return number

    def close(self) -> None:
        """Prepare the look-up of words with a slip."""
        self._near.clear()
        for key in self._words:
            if len(key) >= SLIP_LENGTH and key[0] != "=":
                for slip in (key, *slips(key)):
                    known = self._near.setdefault(slip, key)
                    if isinstance(known, list):
                        known.append(key)
                    elif known is not key:
                        self._near[slip] = [known, key]

    def find(self, name: Name, kinds: Iterable[Kind]) -> list[int]:
        """Numbers of the names worth comparing when `name` is read as any of `kinds`, the likeliest first."""
        keys = looked_up(name, kinds)
        sure = {number for key in keys.sure for number in _posted(self._sure, key)}
        words = dict.fromkeys(word for read_as in keys.words.values() for word in read_as)
        ranked = self._enough(self._count(words), keys) if words else {}
        ordered = sorted(ranked.keys() - sure, key=lambda number: (-ranked[number], number))
        return [*sorted(sure), *ordered][:MAX_COMPARISONS]

    def _count(self, words: Iterable[tuple[str, ...]]) -> Counter[int]:
        """How many of the words each filed name shares."""
        postings = sorted((found for word in words if (found := self._filed_under(word))), key=_volume)
        counts: Counter[int] = Counter()
        volume = 0
        for position, arrays in enumerate(postings):
            volume += _volume(arrays)
            if position and volume > MAX_COUNTED:
                for number in counts:
                    counts[number] += any(_contains(each, number) for each in arrays)
            elif len(arrays) == 1:
                counts.update(arrays[0])
            else:
                counts.update(set().union(*arrays))
        return counts

    def _filed_under(self, word: tuple[str, ...]) -> list[Sequence[int]]:
        keys = dict.fromkeys(word)
        for key in word:
            if len(key) >= SLIP_LENGTH and key[0] != "=":
                for slip in (key, *slips(key)):
                    found = self._near.get(slip, ())
                    filed_near = (found,) if isinstance(found, str) else found
                    keys.update((near, None) for near in filed_near if _one_slip(key, near))
        return [_posted(self._words, key) for key in keys if key in self._words]

    def _enough(self, counts: Counter[int], keys: Keys) -> dict[int, int]:
        """The names that share as many words as the shorter of the two has; the share of the longer is their rank."""
        sizes = {kind: len(words) for kind, words in keys.words.items()}
        most = max(sizes.values())
        wanted = [sizes.get(kind, most) for kind in _KINDS]
        abbreviated = keys.initials
        ranked: dict[int, int] = {}
        all_sizes = self._sizes
        several = counts if abbreviated else [n for n, count in counts.items() if count > 1 or all_sizes[n] < 2]
        for number in several:
            count, filed_size, size = counts[number], all_sizes[number], wanted[self._kinds[number]]
            if abbreviated or filed_size == _UNKNOWN:
                enough = True
            elif size == 1 or filed_size == 1:
                enough = size == filed_size
            else:
                shorter = min(size, filed_size)
                enough = count >= shorter - (shorter >= SPARE_WORD)
            if enough:
                ranked[number] = 1_000 * count // max(size, filed_size, 1)
        return ranked


def _post(postings: Postings, key: str, number: int) -> None:
    known = postings.setdefault(key, number)
    if known is number:
        return
    if isinstance(known, int):
        known = postings[key] = array("I", (known,))
    known.append(number)


def _posted(postings: Postings, key: str) -> Sequence[int]:
    found = postings.get(key, ())
    return (found,) if isinstance(found, int) else found


def _volume(arrays: list[Sequence[int]]) -> int:
    return sum(map(len, arrays))


def _contains(numbers: Sequence[int], number: int) -> bool:
    position = bisect_left(numbers, number)
    return position < len(numbers) and numbers[position] == number


def _one_slip(one: str, other: str) -> bool:
    return one[0] == other[0] and one != other and OSA.distance(one, other, score_cutoff=1) <= 1
