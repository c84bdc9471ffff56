"""Price history 价格数据库: robust bands of unit prices from own past lines (LC054, LC055).

Comparable are lines of the same commodity code and unit within 12 months before `as_of`; when fewer than `minimum`
exist, the eight-digit and then the six-digit code is taken. At most the latest `SAMPLE` lines count, so the question
costs the same whether a thousand or ten million lines are kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, text

from databases.bulk import json_keys, keys_table, rows_as_json, time_key
from databases.columns import PRICE_PLACES
from databases.quantiles import median, median_deviation, percentile
from risk.facts import PriceBand

SAMPLE = 200
WINDOW_DAYS = 365
MINIMUM = 20
SCOPES = (("hs10", 10), ("hs8", 8), ("hs6", 6))

Place = tuple[str, str, datetime]
"""Commodity code (cut to the scope's length), unit, as_of."""
Sample = list[tuple[str, int, int, int | None]]
"""Order id, log price, price, value per kg, all of 10^-8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceKey:
    """A line whose comparable prices are wanted. One `as_of` for a whole batch makes the question cheapest."""

    order_id: str
    line_number: int
    hs10: str
    unit: str
    as_of: datetime
    currency: str = ""
    destination: str = ""


class Prices:
    """Price history inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def bands(self, keys: Sequence[PriceKey], minimum: int = MINIMUM) -> Mapping[tuple[str, int], PriceBand]:
        """A band for every key, by (order id, line number); `samples` tells whether it may be believed.

        `scope` is hs10, hs8, hs6 or "" (nothing comparable). The order itself never counts.
        """
        found: dict[tuple[str, int], PriceBand] = {}
        missing = [key for key in keys if key.hs10]
        for column, length in SCOPES:
            wanted = [key for key in missing if len(key.hs10) >= length]
            samples = self._samples(column, {_place(key, length) for key in wanted})
            bands: dict[tuple[Place, str], PriceBand] = {}
            for key in wanted:
                sample = samples.get(_place(key, length), [])
                own = key.order_id if any(row[0] == key.order_id for row in sample) else ""
                shared = (_place(key, length), own)
                if shared not in bands:
                    bands[shared] = _band(key, column, [row for row in sample if row[0] != own])
                band = _renumbered(bands[shared], key.line_number)
                name = (key.order_id, key.line_number)
                if name not in found or band.samples > found[name].samples:
                    found[name] = band
            missing = [key for key in missing if not _enough(found.get((key.order_id, key.line_number)), minimum)]
        for key in keys:
            found.setdefault((key.order_id, key.line_number), _band(key, "", []))
        return found

    def _samples(self, column: str, places: set[Place]) -> dict[Place, Sample]:
        listed = sorted(places)
        if not listed:
            return {}
        keys = keys_table(
            self.connection, n="bigint", code="text", unit="text", since="timestamptz", as_of="timestamptz"
        )
        gathered = rows_as_json(self.connection, "t.order_id", "t.log_price", "t.price_usd", "t.usd_per_kg")
        query = text(
            f"SELECT k.n, (SELECT {gathered} FROM (SELECT l.order_id, l.log_price, l.price_usd, l.usd_per_kg "  # noqa: S608
            f"FROM order_lines AS l WHERE l.{column} = k.code AND l.unit = k.unit AND l.traded_at > k.since "
            "AND l.traded_at <= k.as_of AND l.log_price IS NOT NULL "
            f"ORDER BY l.traded_at DESC LIMIT {SAMPLE}) AS t) FROM {keys} AS k"
        )
        window = timedelta(days=WINDOW_DAYS)
        rows = [
            (n, code, unit, time_key(self.connection, as_of - window), time_key(self.connection, as_of))
            for n, (code, unit, as_of) in enumerate(listed)
        ]
        answers = self.connection.execute(query, {"keys": json_keys(rows)})
        return {listed[n]: msgspec.json.decode(sample, type=Sample) for n, sample in answers if sample is not None}


def _place(key: PriceKey, length: int) -> Place:
    return key.hs10[:length], key.unit, key.as_of


def _enough(band: PriceBand | None, minimum: int) -> bool:
    return band is not None and band.samples >= minimum


def _band(key: PriceKey, scope: str, sample: Sample) -> PriceBand:
    logs = [row[1] for row in sample]
    per_kg = [row[3] for row in sample if row[3] is not None]
    return PriceBand(
        line_number=key.line_number,
        scope=scope if sample else "",
        unit=key.unit,
        samples=len(sample),
        median=median([row[2] for row in sample], PRICE_PLACES),
        log_median=median(logs, PRICE_PLACES),
        log_mad=median_deviation(logs, PRICE_PLACES),
        value_per_kg_p01=percentile(per_kg, 1, PRICE_PLACES),
        value_per_kg_p99=percentile(per_kg, 99, PRICE_PLACES),
        window_days=WINDOW_DAYS,
    )


def _renumbered(band: PriceBand, line_number: int) -> PriceBand:
    return band if band.line_number == line_number else replace(band, line_number=line_number)
