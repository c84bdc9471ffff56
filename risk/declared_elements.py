"""Declaration elements 申报要素: what `specification` says, read with the template of the code (handbook 02 §4).

Positions 0 and 1 are the brand type and the export preference under every code; the rest follows the template.
"""

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

BRAND_TYPE, PREFERENCE = 0, 1
_BRAND, _BRAND_TYPE = "品牌", "品牌类型"
_COMPOSITION = "成分"
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
_PART = re.compile(r"[;/]|[\w]+\s*:")

Blank = tuple[int, str]


@lru_cache(maxsize=8192)
def values_of(specification: str) -> tuple[str, ...]:
    """The elements as declared; empty when nothing was declared."""
    return tuple(specification.split("|")) if specification else ()


@lru_cache(maxsize=8192)
def blank_required(specification: str, template: tuple[str, ...], optional: tuple[str, ...]) -> tuple[Blank, ...]:
    """(position, name) of template elements that are blank or left out and not optional.

    An element is optional when its name begins or ends with a word of `optional` ("CAS号", "割绒请注明").
    """
    declared = values_of(specification)
    return tuple(
        (position, name)
        for position, name in enumerate(template)
        if not (position < len(declared) and declared[position].strip())
        and not name.startswith(optional)
        and not name.endswith(optional)
    )


@lru_cache(maxsize=4096)
def _positions(template: tuple[str, ...], part: str, without: str = "\0") -> tuple[int, ...]:
    return tuple(n for n, name in enumerate(template) if part in name and without not in name)


@lru_cache(maxsize=8192)
def brand_of(specification: str, template: tuple[str, ...]) -> str | None:
    """The brand as declared, empty when blank; None when the template asks for no brand."""
    positions = _positions(template, _BRAND, _BRAND_TYPE)
    return None if not positions else _at(values_of(specification), positions[0])


@lru_cache(maxsize=8192)
def composition_of(specification: str, template: tuple[str, ...]) -> str | None:
    """The composition as declared; None when the template asks for none.

    Without a template (empty tuple) the first element with a percentage is taken for it, empty when there is none.
    """
    declared = values_of(specification)
    if not template:
        return next((value for value in declared[2:] if _PERCENT.search(_plain(value))), "")
    positions = _positions(template, _COMPOSITION)
    return None if not positions else _at(declared, positions[0])


def _at(values: tuple[str, ...], position: int) -> str:
    return values[position].strip() if position < len(values) else ""


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


@lru_cache(maxsize=8192)
def percent_totals(composition: str) -> tuple[Decimal, tuple[Decimal, ...]]:
    """(sum of all percentages, sums of the parts that have any): "面料:棉65%涤35%;里料:涤100%" gives 200, (100, 100).

    The parts are what semicolons, slashes and labels with a colon separate. No percentages give 0, ().
    """
    parts = [_sum(part) for part in _PART.split(_plain(composition)) if _PERCENT.search(part)]
    return sum(parts, Decimal(0)), tuple(parts)


def _sum(text: str) -> Decimal:
    return sum((Decimal(number) for number in _PERCENT.findall(text)), Decimal(0))
