"""Price history 价格数据库: robust bands of unit prices from own past lines (LC054, LC055).

Comparable are lines of the same commodity code and unit within 12 months before `as_of`; when fewer than `minimum`
exist, the eight-digit and then the six-digit code is taken. At most the latest `SAMPLE` lines count, so the question
costs the same whether a thousand or ten million lines are kept.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, text

from databases.bulk import json_keys, keys_table, rows_as_json, time_key
from databases.columns import PRICE_PLACES, scaled
from databases.history_ledger import latest
from databases.order_rows import OrderRows
from databases.quantiles import median, median_deviation_of_sorted, median_of_sorted, percentile_of_sorted
from risk.facts import PriceBand

SAMPLE = 200
WINDOW_DAYS = 365
MINIMUM = 20
SCOPES = (("hs10", 10), ("hs8", 8), ("hs6", 6))

Place = tuple[str, str, datetime]
"""Commodity code (cut to the scope's length), unit, as_of."""
_Row = tuple[str, int, int, int | None, str]
Sample = list[_Row]
"""Order id, log price, price, value per kg, all of 10^-8, and time; the latest first."""
# made while one thread imports: the library does not guard the first use of a type against a second thread
_SAMPLES = msgspec.json.Decoder(Sample)


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
        return self.ledger(keys, minimum).bands(keys)

    def ledger(self, keys: Sequence[PriceKey], minimum: int = MINIMUM) -> "PriceLedger":
        """All that these keys, and no others, can be answered with."""
        ledger = PriceLedger(minimum=minimum)
        missing = [key for key in keys if key.hs10]
        for column, length in SCOPES:
            wanted = [key for key in missing if len(key.hs10) >= length]
            ledger.load(self._samples(column, {_place(key, length) for key in wanted}))
            found = ledger.bands(missing)
            missing = [key for key in missing if not _enough(found.get((key.order_id, key.line_number)), minimum)]
        return ledger

    def _samples(self, column: str, places: set[Place]) -> dict[Place, Sample]:
        listed = sorted(places)
        if not listed:
            return {}
        keys = keys_table(
            self.connection, n="bigint", code="text", unit="text", since="timestamptz", as_of="timestamptz"
        )
        gathered = rows_as_json(
            self.connection, "t.order_id", "t.log_price", "t.price_usd", "t.usd_per_kg", "t.traded_at"
        )
        query = text(
            f"SELECT k.n, (SELECT {gathered} FROM (SELECT l.order_id, l.log_price, l.price_usd, l.usd_per_kg, "  # noqa: S608
            f"l.traded_at FROM order_lines AS l WHERE l.{column} = k.code AND l.unit = k.unit "
            "AND l.traded_at > k.since AND l.traded_at <= k.as_of AND l.log_price IS NOT NULL "
            f"ORDER BY l.traded_at DESC LIMIT {SAMPLE}) AS t) FROM {keys} AS k"
        )
        window = timedelta(days=WINDOW_DAYS)
        rows = [
            (n, code, unit, time_key(self.connection, as_of - window), time_key(self.connection, as_of))
            for n, (code, unit, as_of) in enumerate(listed)
        ]
        answers = self.connection.execute(query, {"keys": json_keys(rows)})
        return {listed[n]: _SAMPLES.decode(sample) for n, sample in answers if sample is not None}


@dataclass(slots=True, kw_only=True)
class PriceLedger:
    """The latest lines of each place, as the database told them, and lines of orders recorded since."""

    minimum: int = MINIMUM
    samples: dict[Place, Sample] = field(default_factory=dict)
    _added: dict[tuple[str, str], list[tuple[datetime, Any]]] = field(default_factory=dict)
    _made: dict[tuple[Place, str], PriceBand] = field(default_factory=dict)
    _merged: dict[Place, tuple[Sample, frozenset[str]]] = field(default_factory=dict)

    def load(self, samples: Mapping[Place, Sample]) -> None:
        """What the database tells about more places."""
        self.samples.update(samples)
        self._forget()

    def _forget(self) -> None:
        self._made.clear()
        self._merged.clear()

    def add(self, rows: OrderRows) -> None:
        """Lines of an order that is being recorded and was not in the database when the ledger was made."""
        for row in rows.lines:
            if row["log_price"] is None:
                continue
            numbers = (_scaled(row[name]) for name in ("log_price", "price_usd", "usd_per_kg"))
            entry = (row["traded_at"], (row["order_id"], *numbers, ""))
            for column, _ in SCOPES:
                self._added.setdefault((row[column], row["unit"]), []).append(entry)
        self._forget()

    def bands(self, keys: Sequence[PriceKey]) -> Mapping[tuple[str, int], PriceBand]:
        """The bands as they stand now; see `Prices.bands`."""
        found: dict[tuple[str, int], PriceBand] = {}
        missing = [key for key in keys if key.hs10]
        for column, length in SCOPES:
            for key in missing:
                if len(key.hs10) < length:
                    continue
                band = self._band(key, column, length)
                name = (key.order_id, key.line_number)
                if name not in found or band.samples > found[name].samples:
                    found[name] = band
            missing = [key for key in missing if not _enough(found.get((key.order_id, key.line_number)), self.minimum)]
            if not missing:
                break
        for key in keys:
            found.setdefault((key.order_id, key.line_number), _band(key, "", []))
        return found

    def _band(self, key: PriceKey, column: str, length: int) -> PriceBand:
        place = _place(key, length)
        sample, orders = self._sample(place)
        own = key.order_id if key.order_id in orders else ""
        made = self._made.get((place, own))
        if made is None:
            made = _band(key, column, [row for row in sample if row[0] != own] if own else sample)
            self._made[place, own] = made
        return _renumbered(made, key.line_number)

    def _sample(self, place: Place) -> tuple[Sample, frozenset[str]]:
        """The latest lines of a place with the orders they belong to."""
        merged = self._merged.get(place)
        if merged is None:
            code, unit, as_of = place
            since = as_of - timedelta(days=WINDOW_DAYS)
            added = [one for one in self._added.get((code, unit), ()) if since < one[0] <= as_of]
            rows = latest(self.samples.get(place, []), added)
            merged = self._merged[place] = rows, frozenset(row[0] for row in rows)
        return merged


def _scaled(value: Decimal | None) -> int | None:
    return None if value is None else scaled(value, PRICE_PLACES)


def _place(key: PriceKey, length: int) -> Place:
    return key.hs10[:length], key.unit, key.as_of


def _enough(band: PriceBand | None, minimum: int) -> bool:
    return band is not None and band.samples >= minimum


def _band(key: PriceKey, scope: str, sample: Sample) -> PriceBand:
    logs = sorted([row[1] for row in sample])
    per_kg = sorted([row[3] for row in sample if row[3] is not None])
    return PriceBand(
        line_number=key.line_number,
        scope=scope if sample else "",
        unit=key.unit,
        samples=len(sample),
        median=median([row[2] for row in sample], PRICE_PLACES),
        log_median=median_of_sorted(logs, PRICE_PLACES),
        log_mad=median_deviation_of_sorted(logs, PRICE_PLACES),
        value_per_kg_p01=percentile_of_sorted(per_kg, 1, PRICE_PLACES),
        value_per_kg_p99=percentile_of_sorted(per_kg, 99, PRICE_PLACES),
        window_days=WINDOW_DAYS,
    )


def _renumbered(band: PriceBand, line_number: int) -> PriceBand:
    return band if band.line_number == line_number else replace(band, line_number=line_number)
