"""The CSV files shipped with the product, read into reference rows.

Every file has a header row and UTF-8 text. `valid_from`/`valid_to` are ISO dates and may be missing or empty (always).
Lists inside a cell are joined with `|`.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar

from databases.alert_tables import Reason
from databases.errors import SeedBroken
from risk.reference import Code, GoodsCriterion, Tariff

SEED = Path(__file__).parent / "seed"
CODES = "codes:"
TARIFF = "tariff"
GOODS = "goods_criteria"
KEYWORD_CHAPTERS = "keyword_chapters"
BRANDS = "brands"
RATES = "rates"
YES = {"yes", "true", "1"}

T = TypeVar("T")
Cells = dict[str, str]


@dataclass(frozen=True, slots=True)
class Rate:
    """USD for one unit of a currency on a day."""

    currency: str
    day: date
    usd: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word and what it points to: HS chapters, or the holders of a brand."""

    word: str
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """One whole part of the reference data. `complete` as in `ReferencePart`; `source` says where it comes from."""

    part: str
    rows: Sequence[Code | Tariff | GoodsCriterion | Rate | Keyword]
    source: str
    complete: bool = False

    def of(self, kind: type[T]) -> list[T]:
        """The rows, all of one kind. Raises TypeError for a stranger among them."""
        for row in self.rows:
            if not isinstance(row, kind):
                raise TypeError(f"part {self.part}: a row is {type(row).__name__}, expected {kind.__name__}")
        return [row for row in self.rows if isinstance(row, kind)]


def shipped(folder: Path) -> Iterator[Content]:
    """All parts the folder holds. Raises SeedBroken naming file, line and column of the first bad cell."""
    for path in sorted((folder / "code_tables").glob("*.csv")):
        yield Content(part=CODES + path.stem, rows=code_rows(path), source=f"shipped {path.name}")
    readers = (
        (TARIFF, "tariff_sample.csv", tariff_rows),
        (GOODS, "goods_criteria.csv", goods_rows),
        (KEYWORD_CHAPTERS, "keyword_chapters.csv", keyword_rows),
        (BRANDS, "brands.csv", keyword_rows),
        (RATES, "rates.csv", rate_rows),
    )
    for part, name, read in readers:
        if (folder / name).exists():
            yield Content(part=part, rows=read(folder / name), source=f"shipped {name}")


def code_rows(path: Path) -> list[Code]:
    """A code table; the first column is the code, all columns are kept as attributes."""
    return [
        Code(
            next(iter(cells.values())),
            cells.get("name_zh", ""),
            cells.get("name_en", ""),
            cells,
            _day(cells, "valid_from", date.min, at),
            _day(cells, "valid_to", date.max, at),
        )
        for at, cells in _cells(path)
    ]


def tariff_rows(path: Path) -> list[Tariff]:
    """A tariff table: hs10, names, units, elements in order, control codes, rebate in percent."""
    return [
        Tariff(
            hs10=cells["hs10"],
            name_zh=cells["name_zh"],
            name_en=cells.get("name_en", ""),
            unit1=cells["unit1"],
            unit2=cells.get("unit2", ""),
            elements=_parts(cells["elements_in_order"]),
            control_codes=cells.get("control_codes", ""),
            # the sample writes remarks behind the number: "13 (2024)"
            rebate_percent=_decimal(cells, "export_rebate_percent", at),
            valid_from=_day(cells, "valid_from", date.min, at),
            valid_to=_day(cells, "valid_to", date.max, at),
        )
        for at, cells in _cells(path)
    ]


def goods_rows(path: Path) -> list[GoodsCriterion]:
    """The goods restriction register."""
    return [
        GoodsCriterion(
            code=cells["code"],
            level=cells["level"],
            name_zh=cells["name_zh"],
            name_en=cells["name_en"],
            hs_prefixes=_parts(cells["hs_prefixes"]),
            keywords=_parts(cells["keywords"]),
            exceptions=_parts(cells["exceptions"]),
            documents=cells["documents"],
            control=cells["control"],
            tiers=_parts(cells["tiers"]),
            confirmed=cells["confirmed"].lower() in YES,
            direction=cells["direction"],
            valid_from=_day(cells, "valid_from", date.min, at),
            valid_to=_day(cells, "valid_to", date.max, at),
        )
        for at, cells in _cells(path)
    ]


def keyword_rows(path: Path) -> list[Keyword]:
    """Words with what they point to: the first two columns."""
    return [Keyword(*_word_and_targets(cells)) for _, cells in _cells(path)]


def _word_and_targets(cells: Cells) -> tuple[str, tuple[str, ...]]:
    word, targets, *_ = cells.values()
    return word, _parts(targets)


def rate_rows(path: Path) -> list[Rate]:
    """Exchange rates: currency, day, USD for one unit, source."""
    rows = []
    for at, cells in _cells(path):
        usd = _decimal(cells, "usd", at)
        if usd is None or usd <= 0:
            raise SeedBroken(f"{at}, column usd: seen {cells['usd']!r}; expected a positive number")
        rows.append(Rate(cells["currency"], _day(cells, "day", date.min, at), usd, cells["source"]))
    return rows


def disposition_reasons(folder: Path = SEED) -> list[Reason]:
    """The predefined reasons of dispositions, in the order they are offered."""
    return [
        Reason(cells["code"], cells["disposition"], cells["name_zh"], cells["name_en"])
        for _, cells in _cells(folder / "disposition_reasons.csv")
    ]


def _cells(path: Path) -> Iterator[tuple[str, Cells]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        for cells in reader:
            at = f"{path.name} line {reader.line_num}"
            if None in cells or None in cells.values():
                raise SeedBroken(f"{at}: expected {len(reader.fieldnames or ())} cells; mend or reinstall the file")
            yield at, cells


def _parts(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


def _day(cells: Cells, column: str, default: date, at: str) -> date:
    text = cells.get(column, "")
    if not text:
        return default
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise SeedBroken(f"{at}, column {column}: seen {text!r}; expected a date like 2026-01-31") from error


def _decimal(cells: Cells, column: str, at: str) -> Decimal | None:
    text = cells.get(column, "").partition(" ")[0]
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise SeedBroken(f"{at}, column {column}: seen {text!r}; expected a number") from error
