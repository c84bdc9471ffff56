"""Reference data a judgement needs, as versioned rows with validity dates: code tables, tariff, rates, goods criteria.

Pure containers; the rows come from the databases room. A code is valid on a date, never "valid" alone (handbook 03).
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

ONE = Decimal(1)
HIGHEST = Decimal("Infinity")
"""Above every rate: a day with it stands behind all entries of that day."""


@dataclass(frozen=True, slots=True)
class Code:
    """One row of a code table. `attributes` holds the table's further columns as text."""

    code: str
    name_zh: str
    name_en: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    valid_from: date = date.min
    valid_to: date = date.max


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """One ten-digit commodity code in force between two dates (handbook 03 §12)."""

    hs10: str
    name_zh: str
    name_en: str = ""
    unit1: str = ""
    unit2: str = ""
    elements: tuple[str, ...] = ()
    control_codes: str = ""
    rebate_percent: Decimal | None = None
    valid_from: date = date.min
    valid_to: date = date.max


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodsCriterion:
    """One row of the published goods restriction register (handbook 07).

    `level` is prohibited, restricted, sensitive or normal. A line falls under it when an `hs_prefixes` entry starts
    its code or a keyword stands in its goods name and no exception does. `tiers` empty means all tiers.
    """

    code: str
    level: str
    name_zh: str
    name_en: str
    hs_prefixes: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    documents: str = ""
    control: str = ""
    tiers: tuple[str, ...] = ()
    confirmed: bool = True
    direction: str = ""
    valid_from: date = date.min
    valid_to: date = date.max


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A consistent set of reference data; `versions` names the version of each part for the evidence.

    `tables[name][code]` are the rows of a code in order of `valid_from`. `tariff_complete` says whether a code that is
    absent from the tariff is wrong or only unknown to us. `rates[currency]` are (day, USD for one unit) ascending.
    """

    tables: Mapping[str, Mapping[str, Sequence[Code]]] = field(default_factory=dict)
    tariff: Mapping[str, Sequence[Tariff]] = field(default_factory=dict)
    tariff_complete: bool = False
    rates: Mapping[str, Sequence[tuple[date, Decimal]]] = field(default_factory=dict)
    goods: Sequence[GoodsCriterion] = ()
    keyword_chapters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    brands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)

    def code(self, table: str, code: str, on: date) -> Code | None:
        """The row of `code` valid on a day, or None. Raises KeyError when the whole table is missing."""
        for row in self.tables[table].get(code, ()):
            if row.valid_from <= on <= row.valid_to:
                return row
        return None

    def tariff_row(self, hs10: str, on: date) -> Tariff | None:
        """The tariff row of a code on a day, or None."""
        for row in self.tariff.get(hs10, ()):
            if row.valid_from <= on <= row.valid_to:
                return row
        return None

    def usd_rate(self, currency: str, on: date, max_age_days: int = 40) -> Decimal | None:
        """USD for one unit of `currency`: the latest rate not after `on` and not older than `max_age_days`."""
        if currency == "USD":
            return ONE
        rates = self.rates.get(currency, ())
        position = bisect_right(rates, (on, HIGHEST))
        if not position or (on - rates[position - 1][0]).days > max_age_days:
            return None
        return rates[position - 1][1]
