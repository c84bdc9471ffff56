"""Administrative divisions in names: which region a name begins with, and how two regions relate.

A name like 通州区 belongs to several parents, so a region read from text is a set of candidates.
"""

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

from kyc.names.tables import rows

Places = frozenset[int]
NOWHERE: Places = frozenset()

_ZONE = re.compile(
    r"(?:国家级?)?(?:经济技术|高新技术产业|高新技术|经济|工业|科技)?(?:开发区|示范区|产业园区?|工业园区?|高新区|科技园区?)"
    r"|(?:综合|出口)?(?:保税港区|保税区|加工区|保税物流园区)|自由贸易试验区|自贸试验区|自贸区|经济特区|新区"
)
_SUFFIX = re.compile(r"(?:特别行政区|自治[区州县旗]|新区|矿区|林区|地区|街道|[省市县区盟旗镇])$")
_SMALL_PLACE = re.compile(r"[\u3400-\u9fff]{2,3}?(?:街道|镇|乡|村)(?=.{4})")


class Level(IntEnum):
    """How deep a region lies."""

    COUNTRY = 0
    PROVINCE = 1
    PREFECTURE = 2
    COUNTY = 3
    TOWN = 4


class Nearness(IntEnum):
    """How two regions relate; NESTED means one lies in the other, MISSING that a name has none."""

    EQUAL = 0
    NESTED = 1
    MISSING = 2
    DIFFERENT = 3


@dataclass(frozen=True, slots=True)
class Region:
    """One row of the regions table; `parents` holds its row and every row above it but the country."""

    name: str
    short: str
    level: Level
    parents: frozenset[int]
    english: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Located:
    """What a text begins with: the most specific places, the zone after them, and the rest of the text."""

    places: Places
    zone: str
    rest: str
    last: str = ""
    before: Places = NOWHERE


@cache
def regions() -> tuple[Region, ...]:
    """All regions in the order of the table: parents stand before their children."""
    found: list[Region] = []
    at: dict[str, int] = {}
    for number, row in enumerate(rows("regions")):
        level = Level[row["level"].upper()]
        above = found[at[row["parent"]]].parents if level > Level.PROVINCE else frozenset()
        english = tuple(word.upper() for word in row["english"].split("|"))
        found.append(Region(row["name"], row["short"], level, above | {number}, english))
        if level < Level.COUNTY:
            at[row["name"]] = number
    return tuple(found)


@cache
def _readable() -> dict[str, Places]:
    """Every spelling that is read as a region: the full name, and the short one where the table allows it."""
    index: dict[str, set[int]] = {}
    for number, region in enumerate(regions()):
        for spelling in {region.name, region.short} - {""}:
            index.setdefault(spelling, set()).add(number)
    return {spelling: frozenset(numbers) for spelling, numbers in index.items()}


@cache
def _lengths() -> tuple[int, ...]:
    return tuple(sorted({len(spelling) for spelling in _readable()}, reverse=True))


@cache
def bare_names() -> dict[str, Places]:
    """Region names without their suffix, those too that are never read as a region: 南山, 兴城, 永安."""
    index: dict[str, set[int]] = {}
    for number, region in enumerate(regions()):
        bare = _SUFFIX.sub("", region.name)
        if bare != region.name and len(bare) > 1:
            index.setdefault(bare, set()).add(number)
    return {bare: frozenset(numbers) for bare, numbers in index.items()}


def named(text: str) -> Places:
    """The regions a text names exactly, such as what stands in brackets."""
    return _readable().get(text, NOWHERE)


def locate(text: str) -> Located:
    """Read regions from the front as long as each lies in the one before: 江苏省苏州市吴江区…, 浙江义乌…."""
    readable, places, position = _readable(), NOWHERE, 0
    last, before = "", NOWHERE
    while True:
        step = _step(readable, text, position, places)
        if step is None:
            break
        before, last = places, text[position : position + step[1]]
        places, position = step[0], position + step[1]
    zone = ""
    if places and (found := _ZONE.match(text, position) or _SMALL_PLACE.match(text, position)):
        zone, position = found[0], found.end()
    return Located(places, zone, text[position:], last, before)


def _step(readable: dict[str, Places], text: str, position: int, inside: Places) -> tuple[Places, int] | None:
    for length in _lengths():
        here = readable.get(text[position : position + length])
        if here is None or (position + length >= len(text) and not _in_full(here, text[position:])):
            continue
        if not inside or inside == named("中国"):
            return here, length
        nested = frozenset(place for place in here if not inside.isdisjoint(regions()[place].parents - {place}))
        if nested:
            return nested, length
    return None


def _in_full(places: Places, spelling: str) -> bool:
    """A short region name with nothing after it is a trade name (永康有限公司); a full one is a region and no name."""
    return any(regions()[place].name == spelling for place in places)


def nearness(left: Places, right: Places) -> Nearness:
    """Compare two sets of candidate places; the closest reading counts."""
    if not left or not right:
        return Nearness.EQUAL if left == right else Nearness.MISSING
    if left & right:
        return Nearness.EQUAL
    country = named("中国")
    if country in (left, right):
        return Nearness.MISSING
    if above(left) & right or above(right) & left:
        return Nearness.NESTED
    return Nearness.DIFFERENT


@cache
def above(places: Places) -> Places:
    """The places and everything they lie in, without the country."""
    return frozenset[int]().union(*(regions()[place].parents for place in places))


@cache
def provinces(places: Places) -> Places:
    """The provinces in which the candidates lie."""
    return frozenset(place for place in above(places) if regions()[place].level is Level.PROVINCE)
