"""Which rows of the goods restriction register a goods line falls under (handbook 07 §4).

By code: of all rows in force, those with the longest prefix of the line's code. By name: rows with a keyword in the
goods name, unless an exception explains the word away ("枪" in "喷枪").
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from risk.goods import Goods
from risk.nouns.line import Line
from risk.once import once_per_object
from risk.reference import GoodsCriterion
from risk.words import Found, Words, normal


@dataclass(frozen=True, slots=True)
class GoodsMatch:
    """A row of the register and what led to it: the code `prefix`, or the `word` in the name (or both)."""

    criterion: GoodsCriterion
    prefix: str = ""
    word: str = ""


class GoodsRegister:
    """The register, prepared for look-ups. Results are remembered, so equal lines cost one dictionary access."""

    def __init__(self, criteria: Sequence[GoodsCriterion]) -> None:
        self._criteria = tuple(criteria)
        self._by_prefix: dict[str, list[int]] = {}
        self._by_keyword: dict[str, list[int]] = {}
        self._excuses = [_Excuses(criterion) for criterion in criteria]
        for number, criterion in enumerate(criteria):
            for prefix in criterion.hs_prefixes:
                self._by_prefix.setdefault(prefix, []).append(number)
            for keyword in {normal(keyword) for keyword in criterion.keywords}:
                self._by_keyword.setdefault(keyword, []).append(number)
        self._lengths = sorted({len(prefix) for prefix in self._by_prefix}, reverse=True)
        self._words = Words([*self._by_keyword, *(word for one in criteria for word in one.exceptions)])
        self.matches = lru_cache(maxsize=16384)(self._matches)

    def _matches(self, hs_code: str, name: str, on: date, direction: str) -> tuple[GoodsMatch, ...]:
        """Matches in the order of the register. `direction` E, I or empty when it is not known."""
        in_force = [
            one.valid_from <= on <= one.valid_to and (not one.direction or not direction or direction in one.direction)
            for one in self._criteria
        ]
        prefixes = self._longest_prefix(hs_code, in_force)
        words = self._named(normal(name), in_force)
        return tuple(
            GoodsMatch(self._criteria[number], prefixes.get(number, ""), words.get(number, ""))
            for number in sorted(prefixes.keys() | words.keys())
        )

    def _longest_prefix(self, hs_code: str, in_force: Sequence[bool]) -> dict[int, str]:
        for length in self._lengths:
            prefix = hs_code[:length]
            numbers = [number for number in self._by_prefix.get(prefix, ()) if in_force[number]]
            if numbers:
                return dict.fromkeys(numbers, prefix)
        return {}

    def _named(self, text: str, in_force: Sequence[bool]) -> dict[int, str]:
        found = self._words.found(text)
        named: dict[int, str] = {}
        for one in found:
            for number in self._by_keyword.get(one.word, ()):
                if number not in named and in_force[number] and not self._excuses[number].cover(one, found):
                    named[number] = one.word
        return named


class _Excuses:
    """The exceptions of one row. One that holds a keyword excuses that place only, any other the whole name."""

    def __init__(self, criterion: GoodsCriterion) -> None:
        keywords = [normal(keyword) for keyword in criterion.keywords]
        exceptions = {normal(exception) for exception in criterion.exceptions}
        self._of_place = {one for one in exceptions if any(keyword in one for keyword in keywords)}
        self._of_name = exceptions - self._of_place

    def cover(self, keyword: Found, found: Sequence[Found]) -> bool:
        return any(one.word in self._of_name or (one.word in self._of_place and keyword.within(one)) for one in found)


register_of = once_per_object(GoodsRegister)
"""The prepared register of a sequence of criteria; the sequence must not change afterwards."""


def goods_matches(
    line: Line | Goods, criteria: Sequence[GoodsCriterion], on: date, direction: str
) -> tuple[GoodsMatch, ...]:
    """The register's rows goods fall under on a day, with the code prefix or word that led there."""
    name = f"{line.goods_name} / {line.goods_name_en}" if line.goods_name_en else line.goods_name
    return register_of(criteria).matches(line.hs_code, name, on, direction)


def matching_criteria(line: Line, criteria: Sequence[GoodsCriterion], on: date, direction: str) -> list[GoodsCriterion]:
    """The register's rows a line falls under on a day; empty means ordinary goods."""
    return [match.criterion for match in goods_matches(line, criteria, on, direction)]
