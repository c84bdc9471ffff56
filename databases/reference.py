"""Reference data as versioned rows: code tables, tariff, goods criteria, keyword chapters, brands, exchange rates.

Rows are replaced by import as a whole table; what a version said stays known by its content hash in
`reference_versions` and its validity dates in the rows.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, Connection, Date, Index, Row, Table, func, select, true

from databases.bulk import insert_rows
from databases.columns import Exact, body, metadata, number, time, words
from databases.seed_files import (
    BRANDS,
    CODES,
    GOODS,
    KEYWORD_CHAPTERS,
    RATES,
    SEED,
    TARIFF,
    Content,
    Keyword,
    Rate,
    shipped,
)
from risk.canonical import canonical, digest
from risk.reference import Code, GoodsCriterion, Reference, Tariff

# made while one thread imports: the library does not guard the first use of a type against a second thread
_CRITERIA = msgspec.json.Decoder(GoodsCriterion)

RATE_DAYS = 400

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
    Column("rebate_percent", Exact(), nullable=True),
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
    Column("usd", Exact(), nullable=False),
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
    """The version in force of one part: codes:<table>, tariff, goods_criteria, keyword_chapters, brands or rates.

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
        parts = {part.part: part for part in self.parts()}
        tables = {name.partition(":")[2] for name in parts if name.startswith(CODES)}
        return Reference(
            tables={**{name: {} for name in tables}, **self._codes()},
            tariff=self._tariff(),
            tariff_complete=TARIFF in parts and parts[TARIFF].complete,
            rates=self._rates(on - timedelta(days=RATE_DAYS)),
            goods=[decoded(row) for row in self._rows(goods_criteria, "code")],
            keyword_chapters=self._keywords(KEYWORD_CHAPTERS),
            brands=self._keywords(BRANDS),
            versions=_versions(parts.values()),
        )

    def _rows(self, table: Table, key: str) -> Sequence[Row[Any]]:
        return self.connection.execute(select(table).order_by(table.c[key], table.c.valid_from)).all()

    def _codes(self) -> dict[str, dict[str, list[Code]]]:
        found: dict[str, dict[str, list[Code]]] = {}
        for row in self._rows(codes, "code"):
            attributes = msgspec.json.decode(row.attributes, type=dict[str, str])
            code = Code(row.code, row.name_zh, row.name_en, attributes, row.valid_from, row.valid_to)
            found.setdefault(row.table_name, {}).setdefault(row.code, []).append(code)
        return found

    def _tariff(self) -> dict[str, list[Tariff]]:
        found: dict[str, list[Tariff]] = {}
        for row in self._rows(tariff, "hs10"):
            values = dict(row._mapping)
            elements = tuple(row.elements.split("|")) if row.elements else ()
            found.setdefault(row.hs10, []).append(Tariff(**values | {"elements": elements}))
        return found

    def _rates(self, since: date) -> dict[str, list[tuple[date, Decimal]]]:
        found: dict[str, list[tuple[date, Decimal]]] = {}
        query = select(rates).where(rates.c.day >= since).order_by(rates.c.currency, rates.c.day)
        for row in self.connection.execute(query):
            found.setdefault(row.currency, []).append((row.day, row.usd))
        return found

    def _keywords(self, kind: str) -> dict[str, tuple[str, ...]]:
        query = select(keywords.c.word, keywords.c.targets).where(keywords.c.kind == kind).order_by(keywords.c.word)
        return {word: tuple(targets.split("|")) if targets else () for word, targets in self.connection.execute(query)}

    def version(self) -> str:
        """A short word that changes whenever any part changes; the key to cache snapshots by."""
        return digest({part.part: part.sha256 for part in self.parts()})[:16]

    def parts(self) -> list[ReferencePart]:
        """The versions in force, by name."""
        c = reference_versions.c
        latest = select(c.part, func.max(c.version).label("version")).group_by(c.part).subquery()
        joined = (latest.c.part == c.part) & (latest.c.version == c.version)
        query = select(reference_versions).join(latest, joined).order_by(c.part)
        return [_part(row) for row in self.connection.execute(query)]

    def load_seed(self, now: datetime, progress: Callable[[str, int, int], None] | None = None) -> int:
        """Load the shipped CSV files; returns how many parts were new or newer. Idempotent.

        A part that a user imported is never overwritten by the shipped one; an older shipped one is.
        """
        known = {part.part: part for part in self.parts()}
        wanted = [part for part in shipped(SEED) if part.part not in known or known[part.part].source == part.source]
        loaded = 0
        for done, part in enumerate(wanted, start=1):
            before = known.get(part.part)
            loaded += self.replace(part, now).version > (before.version if before else 0)
            if progress is not None:
                progress(f"reference {part.part}", done, len(wanted))
        return loaded

    def replace(self, content: Content, now: datetime) -> ReferencePart:
        """Put a whole part in place of the one before; the same content makes no new version."""
        latest = next((part for part in self.parts() if part.part == content.part), None)
        sha256 = digest({"rows": content.rows, "complete": content.complete})
        if latest is not None and latest.sha256 == sha256:
            return latest
        table, where, rows = _stored_form(content)
        self.connection.execute(table.delete().where(where))
        insert_rows(self.connection, table, rows)
        made = ReferencePart(
            part=content.part,
            version=1 if latest is None else latest.version + 1,
            sha256=sha256,
            source=content.source,
            rows=len(rows),
            complete=content.complete,
            imported_at=now,
        )
        row = {name: getattr(made, name) for name in ReferencePart.__slots__} | {"complete": int(made.complete)}
        insert_rows(self.connection, reference_versions, [row])
        return made


def _part(row: Row[Any]) -> ReferencePart:
    return ReferencePart(**dict(row._mapping) | {"complete": bool(row.complete)})


def decoded(row: Row[Any]) -> GoodsCriterion:
    """The criterion behind a stored row."""
    return _CRITERIA.decode(row.body)


def _versions(parts: Iterable[ReferencePart]) -> dict[str, str]:
    """What a decision names: all code tables under one word, every other part by version and hash."""
    named: dict[str, str] = {}
    tables: dict[str, str] = {}
    for part in parts:
        if part.part.startswith(CODES):
            tables[part.part] = part.sha256
        else:
            named[part.part] = f"{part.version}@{part.sha256[:12]}"
    return {**named, "code_tables": digest(tables)[:12]} if tables else named


def _stored_form(content: Content) -> tuple[Table, ColumnElement[bool], list[dict[str, Any]]]:
    """Table, rows to replace, new rows."""
    if content.part.startswith(CODES):
        name = content.part.partition(":")[2]
        return codes, codes.c.table_name == name, [_code_row(name, row) for row in content.of(Code)]
    if content.part == TARIFF:
        return tariff, true(), [_fields(row) | {"elements": "|".join(row.elements)} for row in content.of(Tariff)]
    if content.part == GOODS:
        rows = content.of(GoodsCriterion)
        dated = [(row, {"code": row.code, "valid_from": row.valid_from, "valid_to": row.valid_to}) for row in rows]
        return goods_criteria, true(), [fields | {"body": canonical(row)} for row, fields in dated]
    if content.part == RATES:
        return rates, true(), [_fields(row) for row in content.of(Rate)]
    if content.part in {KEYWORD_CHAPTERS, BRANDS}:
        kind = content.part
        rows_of_words = [
            {"kind": kind, "word": row.word, "targets": "|".join(row.targets)} for row in content.of(Keyword)
        ]
        return keywords, keywords.c.kind == kind, rows_of_words
    raise ValueError(f"unknown reference part {content.part!r}")


def _code_row(table: str, row: Code) -> dict[str, Any]:
    return {
        "table_name": table,
        "code": row.code,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "attributes": canonical(row.attributes),
    }


def _fields(row: Tariff | Rate) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__slots__}
