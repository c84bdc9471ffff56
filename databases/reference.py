"""Reference data as versioned rows: code tables, tariff, goods criteria, keyword chapters, brands, exchange rates.

Rows are replaced by import as a whole table; what a version said stays known by its content hash in
`reference_versions` and its validity dates in the rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Column, Connection, Date, Index, Numeric, Table

from databases.columns import body, metadata, number, time, words
from risk.reference import Code, GoodsCriterion, Reference, Tariff

SEED = Path(__file__).parent / "seed"

codes = Table(
    "codes",
    metadata,
    words("table_name", primary_key=True),
    words("code", primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date, nullable=False),
    words("name_zh"),
    words("name_en"),
    body("attributes"),
)

tariff = Table(
    "tariff",
    metadata,
    words("hs10", primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date, nullable=False),
    words("name_zh"),
    words("name_en"),
    words("unit1"),
    words("unit2"),
    words("elements"),
    words("control_codes"),
    Column("rebate_percent", Numeric(9, 4), nullable=True),
)

goods_criteria = Table(
    "goods_criteria",
    metadata,
    words("code", primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date, nullable=False),
    body("body"),
)

keywords = Table(
    "keywords",
    metadata,
    words("kind", primary_key=True),
    words("word", primary_key=True),
    words("targets"),
)

rates = Table(
    "rates",
    metadata,
    words("currency", primary_key=True),
    Column("day", Date, primary_key=True),
    Column("usd", Numeric(24, 12), nullable=False),
    words("source"),
    Index(None, "day"),
)

reference_versions = Table(
    "reference_versions",
    metadata,
    words("part", primary_key=True),
    number("version", primary_key=True, autoincrement=False),
    words("sha256"),
    words("source"),
    number("rows"),
    number("complete"),
    time("imported_at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePart:
    """The version in force of one part: a code table by name, tariff, goods_criteria, keyword_chapters, brands, rates.

    `complete` says that a code absent from the tariff is wrong and not just unknown to us.
    """

    part: str
    version: int
    sha256: str
    source: str
    rows: int
    complete: bool
    imported_at: datetime


class References:
    """Reference data inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def snapshot(self, on: date) -> Reference:
        """Everything a judgement about the time around `on` needs (rates from 400 days before it)."""
        raise NotImplementedError

    def version(self) -> str:
        """A short word that changes whenever any part changes; the key to cache snapshots by."""
        raise NotImplementedError

    def parts(self) -> list[ReferencePart]:
        """The versions in force, by name."""
        raise NotImplementedError

    def seed(self, now: datetime) -> int:
        """Load the shipped CSV files for every part that is not there yet; returns the parts loaded. Idempotent."""
        raise NotImplementedError

    def replace_codes(self, table: str, rows: Sequence[Code], source: str, now: datetime) -> ReferencePart:
        """Put a whole code table in place of the one before; same content makes no new version."""
        raise NotImplementedError

    def replace_tariff(self, rows: Sequence[Tariff], source: str, now: datetime, complete: bool) -> ReferencePart:
        """The same for the tariff."""
        raise NotImplementedError

    def replace_goods(self, rows: Sequence[GoodsCriterion], source: str, now: datetime) -> ReferencePart:
        """The same for the goods restriction register."""
        raise NotImplementedError

    def replace_keywords(
        self, kind: str, rows: Mapping[str, tuple[str, ...]], source: str, now: datetime
    ) -> ReferencePart:
        """The same for keyword_chapters (word → HS chapters) and brands (brand → holders)."""
        raise NotImplementedError
