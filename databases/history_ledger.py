"""A ledger of what clients did before: what the database knew, and orders that came to be since it was asked.

Pure. Orders of one batch are judged one after the other, but the database is asked once: each later order finds in the
ledger exactly what the database would tell after the earlier ones were recorded. So only orders that are new to the
database may be added, never another revision of one it knows.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from databases.client_past import ClientPast
from databases.columns import PRICE_PLACES, USD_PLACES, scaled, unscaled
from databases.history_keys import PRICE_DAYS, SAMPLE, HistoryKey, first_of_month, windows
from databases.order_rows import OrderRows
from databases.quantiles import median
from risk.facts import ClientHistory


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier order, or many alike: same buyer and chapters. Values in 10^-4 USD."""

    buyer: str
    chapters: str
    orders: int
    orders_30d: int
    value_30d: int
    value_month: int
    value_180d: int


Place = tuple[str, datetime]
"""Client and time."""
OrderSample = list[tuple[str, int | None, str]]
"""Order id, value in 10^-4 USD, time; the latest first."""
GoodsSample = list[tuple[str, str, int | None, int, str]]
"""Order id, eight-digit code, price in 10^-8 USD, whether it is recent, time; the latest first."""
Quantity = tuple[int, int, int]
"""Sum in 10^-4, lines, lines that have the unit."""


UNITS = ("unit", "quantity"), ("first_unit", "first_quantity"), ("second_unit", "second_quantity")


@dataclass(frozen=True, slots=True)
class _Line:
    goods_name: str
    hs8: str
    price_usd: int | None
    row: Mapping[str, Any]

    def quantity(self, unit: str) -> int | None:
        """The quantity in the first of its units that is this one."""
        amount = next((self.row[amount] for own, amount in UNITS if self.row[own] == unit), None)
        return _scaled(amount, USD_PLACES)


@dataclass(frozen=True, slots=True)
class _Order:
    order_id: str
    traded_at: datetime
    buyer: str
    chapters: str
    total_usd: int | None
    lines: tuple[_Line, ...]


@dataclass(slots=True, kw_only=True)
class HistoryLedger:
    """What the database answered, by place; and the orders added since, by client in the order they came.

    `pasts` are of clients nobody had to ask for; orders added go into them too, and `follow` is told of the client.
    """

    sums: Mapping[Place, Sequence[Past]]
    samples: Mapping[Place, OrderSample]
    goods: Mapping[tuple[str, datetime, str], GoodsSample]
    quantities: Mapping[str, Quantity]
    own: Mapping[str, Past]
    pasts: Mapping[str, ClientPast] = field(default_factory=dict)
    follow: Callable[[str], None] = lambda _: None
    _added: dict[str, list[_Order]] = field(default_factory=lambda: defaultdict(list))

    def add(self, rows: OrderRows) -> None:
        """An order that is being recorded and was not in the database when the ledger was made."""
        row = rows.order
        order = _Order(
            row["order_id"], row["traded_at"], row["buyer"], row["hs_chapters"],
            _scaled(row["total_usd"], USD_PLACES), tuple(map(_line, rows.lines)),
        )  # fmt: skip
        client_id = row["client_id"]
        self._added[client_id].append(order)
        past = self.pasts.get(client_id)
        if past is not None:
            past.add_order(order.traded_at, order.total_usd, order.buyer, order.chapters)
            for line in order.lines:
                past.add_line(order.traded_at, line.goods_name, line.price_usd, line.hs8)
        self.follow(client_id)

    def of(self, key: HistoryKey) -> ClientHistory:
        """The history as it stands now. Values in USD."""
        known = self._added.get(key.client_id)
        added = [order for order in known if order.traded_at <= key.as_of] if known else []
        remembered = self.pasts.get(key.client_id)
        if remembered is not None and key.order_id not in self.own:
            return remembered.of(key, self._quantity(key, added))
        place = (key.client_id, key.as_of)
        past = _without(_summed(self.sums.get(place, ()), added, key.as_of), self.own.get(key.order_id))
        sample = self.samples.get(place, [])
        orders = latest(sample, [(one.traded_at, (one.order_id, one.total_usd, "")) for one in added])
        values = [row[1] for row in orders if row[0] != key.order_id and row[1] is not None]
        goods = {
            name: [row for row in self._goods(key, name, added) if row[0] != key.order_id] for name in key.goods_names
        }
        return _history(past, values, goods, self._quantity(key, added))

    def _goods(self, key: HistoryKey, name: str, added: Sequence[_Order]) -> GoodsSample:
        since = key.as_of - timedelta(days=PRICE_DAYS)
        fresh = [
            (one.traded_at, (one.order_id, line.hs8, line.price_usd, int(one.traded_at > since), ""))
            for one in added
            for line in one.lines
            if line.goods_name == name
        ]
        return latest(self.goods.get((key.client_id, key.as_of, name), []), fresh)

    def _quantity(self, key: HistoryKey, added: Sequence[_Order]) -> Decimal | None:
        if not key.capacity_unit:
            return None
        total, lines, measured = self.quantities[key.order_id]
        month = first_of_month(key.as_of)
        for one in added:
            if one.traded_at >= month and one.order_id != key.order_id:
                amounts = [line.quantity(key.capacity_unit) for line in one.lines]
                known = [amount for amount in amounts if amount is not None]
                total, lines, measured = total + sum(known), lines + len(amounts), measured + len(known)
        return unscaled(total, USD_PLACES) if lines == measured else None


def _line(row: Mapping[str, Any]) -> _Line:
    return _Line(row["goods_name"], row["hs8"], _scaled(row["price_usd"], PRICE_PLACES), row)


def _scaled(value: Decimal | None, places: int) -> int | None:
    return None if value is None else scaled(value, places)


def moment(text: str) -> datetime:
    """The time behind its text in an answer of either engine; without a zone it is UTC."""
    read = datetime.fromisoformat(text)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read


def latest(sample: list[Any], fresh: list[tuple[datetime, Any]]) -> list[Any]:
    """The latest SAMPLE of a sample (latest first, time last) and fresh rows; of equal times the later row."""
    if len(sample) + len(fresh) <= SAMPLE:
        return [*(row for _, row in reversed(fresh)), *sample] if fresh else sample
    # only as many as are too many can fall out of what the database gave
    settled = max(0, SAMPLE - len(fresh))
    rest = [(moment(row[-1]), row) for row in sample[settled:]]
    newest = sorted([*reversed(fresh), *rest], key=lambda pair: pair[0], reverse=True)
    return [*sample[:settled], *(row for _, row in newest[: SAMPLE - settled])]


def counted(buyer: str, chapters: str, traded_at: datetime, usd: int, as_of: datetime) -> Past:
    """One order as what it adds to the sums of a moment."""
    _, d30, month, d180 = windows(as_of)
    in_30d, in_month, in_180d = traded_at > d30, traded_at >= month, traded_at > d180
    return Past(buyer, chapters, 1, int(in_30d), usd * in_30d, usd * in_month, usd * in_180d)


def _summed(known: Sequence[Past], added: Sequence[_Order], as_of: datetime) -> Sequence[Past]:
    if not added:
        return known
    groups = {(group.buyer, group.chapters): group for group in known}
    for order in added:
        more = counted(order.buyer, order.chapters, order.traded_at, order.total_usd or 0, as_of)
        group = groups.get((order.buyer, order.chapters))
        groups[order.buyer, order.chapters] = more if group is None else _combined(group, more, 1)
    return list(groups.values())


def _combined(group: Past, other: Past, sign: int) -> Past:
    return Past(
        group.buyer,
        group.chapters,
        group.orders + sign * other.orders,
        group.orders_30d + sign * other.orders_30d,
        group.value_30d + sign * other.value_30d,
        group.value_month + sign * other.value_month,
        group.value_180d + sign * other.value_180d,
    )


def _without(groups: Sequence[Past], own: Past | None) -> Sequence[Past]:
    """The groups after the order itself was taken out of its own."""
    if own is None:
        return groups
    left = []
    for group in groups:
        if (group.buyer, group.chapters) != (own.buyer, own.chapters):
            left.append(group)
        elif group.orders > 1:
            left.append(_combined(group, own, -1))
    return left


def _history(
    past: Iterable[Past], values: Sequence[int], goods: Mapping[str, GoodsSample], quantity: Decimal | None
) -> ClientHistory:
    past = list(past)
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
