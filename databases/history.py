"""History 历史交易库: what a client did before, aggregated over orders and lines in four set-based questions.

The sums run over all of a client's orders in one index; medians and goods look at the latest `SAMPLE` only. The order
in question is taken out afterwards, so a revision is judged like the first one was.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
from sqlalchemy import Connection, select, text

from databases.bulk import chunks, json_keys, keys_table, rows_as_json, time_key
from databases.columns import PRICE_PLACES, USD_PLACES, unscaled
from databases.order_tables import orders
from databases.quantiles import median
from risk.days import SHANGHAI, china_day
from risk.facts import ClientHistory

SAMPLE = 200
PRICE_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryKey:
    """Whose history an order needs, up to (and with) `as_of`, without the order itself and cancelled orders.

    `capacity_unit` is the unit the month's quantity is wanted in; one `as_of` for a whole batch is cheapest.
    """

    order_id: str
    client_id: str
    as_of: datetime
    goods_names: tuple[str, ...] = ()
    capacity_unit: str = ""


@dataclass(frozen=True, slots=True)
class _Past:
    """An earlier order, or many alike: same buyer and chapters. Values in 10^-4 USD."""

    buyer: str
    chapters: str
    orders: int
    orders_30d: int
    value_30d: int
    value_month: int
    value_180d: int


_Sample = list[tuple[str, int | None]]
_Goods = list[tuple[str, str, int | None, int]]


class History:
    """Trade history inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def for_orders(self, keys: Sequence[HistoryKey]) -> Mapping[str, ClientHistory]:
        """The history per order id; an unknown client has the empty history. Values in USD.

        `value_month` and `quantity_month` are of the calendar month of `as_of` in Asia/Shanghai. `quantity_month` is
        None without `capacity_unit`, and when a line of the month has no quantity in that unit.
        """
        places = {place: n for n, place in enumerate(dict.fromkeys((key.client_id, key.as_of) for key in keys))}
        sums = self._sums(list(places))
        samples = self._samples(list(places))
        goods = self._goods(keys)
        quantities = self._quantities(keys)
        own = self._own(keys)
        found: dict[str, ClientHistory] = {}
        for key in keys:
            n = places[key.client_id, key.as_of]
            past = _without(sums.get(n, []), own.get(key.order_id))
            values = [usd for order_id, usd in samples.get(n, []) if order_id != key.order_id and usd is not None]
            by_name = {name: goods.get((key.client_id, key.as_of, name), []) for name in key.goods_names}
            others = {name: [row for row in rows if row[0] != key.order_id] for name, rows in by_name.items()}
            found[key.order_id] = _history(past, values, others, quantities.get(key.order_id))
        return found

    def _sums(self, places: Sequence[tuple[str, datetime]]) -> dict[int, list[_Past]]:
        keys = keys_table(
            self.connection,
            n="bigint", client_id="text", as_of="timestamptz", d30="timestamptz", month="timestamptz",
            d180="timestamptz",
        )  # fmt: skip
        query = text(
            "SELECT k.n, o.buyer, o.hs_chapters, count(*), sum(CASE WHEN o.traded_at > k.d30 THEN 1 ELSE 0 END), "  # noqa: S608
            "sum(CASE WHEN o.traded_at > k.d30 THEN coalesce(o.total_usd, 0) ELSE 0 END), "
            "sum(CASE WHEN o.traded_at >= k.month THEN coalesce(o.total_usd, 0) ELSE 0 END), "
            "sum(CASE WHEN o.traded_at > k.d180 THEN coalesce(o.total_usd, 0) ELSE 0 END) "
            f"FROM {keys} AS k JOIN orders AS o ON o.client_id = k.client_id AND o.traded_at <= k.as_of "
            "WHERE o.state <> 'cancelled' GROUP BY k.n, o.buyer, o.hs_chapters"
        )
        rows: list[tuple[str | int, ...]] = [
            (n, client_id, *(self._at(at) for at in _windows(as_of))) for n, (client_id, as_of) in enumerate(places)
        ]
        found: dict[int, list[_Past]] = {}
        for n, buyer, chapters, *numbers in self.connection.execute(query, {"keys": json_keys(rows)}):
            found.setdefault(n, []).append(_Past(buyer, chapters, *map(int, numbers)))
        return found

    def _samples(self, places: Sequence[tuple[str, datetime]]) -> dict[int, _Sample]:
        keys = keys_table(self.connection, n="bigint", client_id="text", as_of="timestamptz")
        gathered = rows_as_json(self.connection, "t.order_id", "t.total_usd")
        query = text(
            f"SELECT k.n, (SELECT {gathered} FROM (SELECT o.order_id, o.total_usd FROM orders AS o "  # noqa: S608
            "WHERE o.client_id = k.client_id AND o.traded_at <= k.as_of AND o.state <> 'cancelled' "
            f"ORDER BY o.traded_at DESC LIMIT {SAMPLE}) AS t) FROM {keys} AS k"
        )
        rows = [(n, client_id, self._at(as_of)) for n, (client_id, as_of) in enumerate(places)]
        answers = self.connection.execute(query, {"keys": json_keys(rows)})
        return {n: msgspec.json.decode(sample, type=_Sample) for n, sample in answers if sample is not None}

    def _goods(self, keys: Sequence[HistoryKey]) -> dict[tuple[str, datetime, str], _Goods]:
        wanted = list(dict.fromkeys((key.client_id, key.as_of, name) for key in keys for name in key.goods_names))
        table = keys_table(
            self.connection, n="bigint", client_id="text", name="text", as_of="timestamptz", d90="timestamptz"
        )
        gathered = rows_as_json(self.connection, "t.order_id", "t.hs8", "t.price_usd", "t.recent")
        query = text(
            f"SELECT k.n, (SELECT {gathered} FROM (SELECT l.order_id, l.hs8, l.price_usd, "  # noqa: S608
            "CASE WHEN l.traded_at > k.d90 THEN 1 ELSE 0 END AS recent FROM order_lines AS l "
            "WHERE l.client_id = k.client_id AND l.goods_name = k.name AND l.traded_at <= k.as_of "
            f"ORDER BY l.traded_at DESC LIMIT {SAMPLE}) AS t) FROM {table} AS k"
        )
        rows = [
            (n, client_id, name, self._at(as_of), self._at(as_of - timedelta(days=PRICE_DAYS)))
            for n, (client_id, as_of, name) in enumerate(wanted)
        ]
        answers = self.connection.execute(query, {"keys": json_keys(rows)})
        return {wanted[n]: msgspec.json.decode(sample, type=_Goods) for n, sample in answers if sample is not None}

    def _quantities(self, keys: Sequence[HistoryKey]) -> dict[str, Decimal]:
        wanted = [key for key in keys if key.capacity_unit]
        table = keys_table(
            self.connection, n="bigint", order_id="text", client_id="text", unit="text", as_of="timestamptz",
            month="timestamptz",
        )  # fmt: skip
        quantity = (
            "CASE WHEN l.unit = k.unit THEN l.quantity WHEN l.first_unit = k.unit THEN l.first_quantity "
            "WHEN l.second_unit = k.unit THEN l.second_quantity END"
        )
        query = text(
            f"SELECT k.n, coalesce(sum({quantity}), 0), count(l.order_id), count({quantity}) "  # noqa: S608
            f"FROM {table} AS k LEFT JOIN orders AS o ON o.client_id = k.client_id AND o.traded_at <= k.as_of "
            "AND o.traded_at >= k.month AND o.state <> 'cancelled' AND o.order_id <> k.order_id "
            "LEFT JOIN order_lines AS l ON l.order_id = o.order_id GROUP BY k.n"
        )
        rows = [
            (n, key.order_id, key.client_id, key.capacity_unit, self._at(key.as_of), self._at(_month(key.as_of)))
            for n, key in enumerate(wanted)
        ]
        found: dict[str, Decimal] = {}
        for n, total, lines, measured in self.connection.execute(query, {"keys": json_keys(rows)}):
            if lines == measured:
                found[wanted[n].order_id] = unscaled(int(total), USD_PLACES)
        return found

    def _own(self, keys: Sequence[HistoryKey]) -> dict[str, _Past]:
        """What earlier revisions of the orders themselves add to the sums."""
        by_order = {key.order_id: key for key in keys}
        c = orders.c
        query = select(c.order_id, c.client_id, c.traded_at, c.buyer, c.hs_chapters, c.total_usd)
        found: dict[str, _Past] = {}
        for piece in chunks(list(by_order)):
            for row in self.connection.execute(query.where(c.order_id.in_(piece), c.state != "cancelled")):
                key = by_order[row.order_id]
                if row.client_id != key.client_id or row.traded_at > key.as_of:
                    continue
                _, d30, month, d180 = _windows(key.as_of)
                usd = 0 if row.total_usd is None else int(row.total_usd.scaleb(USD_PLACES))
                in_30d, in_month, in_180d = row.traded_at > d30, row.traded_at >= month, row.traded_at > d180
                found[row.order_id] = _Past(
                    row.buyer, row.hs_chapters, 1, int(in_30d), usd * in_30d, usd * in_month, usd * in_180d
                )
        return found

    def _at(self, moment: datetime) -> str:
        return time_key(self.connection, moment)


def _windows(as_of: datetime) -> tuple[datetime, datetime, datetime, datetime]:
    """The end, 30 days before, the beginning of the month, 180 days before."""
    return as_of, as_of - timedelta(days=30), _month(as_of), as_of - timedelta(days=180)


def _month(as_of: datetime) -> datetime:
    """The first moment of the calendar month in China."""
    day = china_day(as_of)
    return datetime(day.year, day.month, 1, tzinfo=SHANGHAI)


def _without(groups: Iterable[_Past], own: _Past | None) -> list[_Past]:
    """The groups after the order itself was taken out of its own."""
    if own is None:
        return list(groups)
    left = []
    for group in groups:
        if (group.buyer, group.chapters) != (own.buyer, own.chapters):
            left.append(group)
        elif group.orders > 1:
            left.append(
                _Past(
                    group.buyer,
                    group.chapters,
                    group.orders - 1,
                    group.orders_30d - own.orders_30d,
                    group.value_30d - own.value_30d,
                    group.value_month - own.value_month,
                    group.value_180d - own.value_180d,
                )
            )
    return left


def _history(
    past: Sequence[_Past], values: Sequence[int], goods: Mapping[str, _Goods], quantity: Decimal | None
) -> ClientHistory:
    prices = {name: [row[2] for row in rows if row[2] is not None and row[3]] for name, rows in goods.items()}
    codes = {name: frozenset(row[1] for row in rows if row[1]) for name, rows in goods.items()}
    return ClientHistory(
        orders_total=sum(group.orders for group in past),
        orders_30d=sum(group.orders_30d for group in past),
        value_30d=unscaled(sum(group.value_30d for group in past), USD_PLACES),
        value_month=unscaled(sum(group.value_month for group in past), USD_PLACES),
        value_180d=unscaled(sum(group.value_180d for group in past), USD_PLACES),
        median_order_value=median(values, USD_PLACES),
        quantity_month=quantity,
        buyers=frozenset(group.buyer for group in past if group.buyer),
        hs_chapters=frozenset(chapter for group in past for chapter in group.chapters.split(",") if chapter),
        hs8_by_goods_name={name: found for name, found in codes.items() if found},
        median_price_90d={
            name: middle for name, found in prices.items() if (middle := median(found, PRICE_PLACES)) is not None
        },
    )
