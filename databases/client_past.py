"""What one client did before, held in memory: every order and line that counts, in the order of time.

Pure. A question about any moment is answered by looking up its place in the times, so it costs the same after ten
orders and after ten thousand. `HistoryMemory` keeps the pasts of a worker's clients between its units of work.
"""

import threading
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from sys import intern

from databases.client_changes import Mark
from databases.columns import PRICE_PLACES, USD_PLACES, unscaled
from databases.history_keys import PRICE_DAYS, SAMPLE, HistoryKey, windows
from databases.quantiles import median_of_sorted
from risk.facts import ClientHistory

UNKNOWN = -(2**63)
"""Stands for a value or price that is not known; nothing kept can be so small."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
MOST_ROWS = 400_000
"""Orders and lines remembered in all, about 35 bytes each; beyond that the clients asked longest ago are forgotten."""


def microseconds(at: datetime) -> int:
    """A time as whole microseconds since 1970."""
    return (at - EPOCH) // MICROSECOND


@dataclass(slots=True)
class _Lines:
    """The lines of one goods name, by time."""

    times: "array[int]" = field(default_factory=lambda: array("q"))
    prices: "array[int]" = field(default_factory=lambda: array("q"))
    codes: list[str] = field(default_factory=list)

    def add(self, at: int, price: int | None, code: str) -> None:
        place = _place(self.times, at)
        self.times.insert(place, at)
        self.prices.insert(place, UNKNOWN if price is None else price)
        self.codes.insert(place, code)


@dataclass(slots=True)
class _First:
    """Since when something is known, and the set of all such things as last given out."""

    at: dict[str, int] = field(default_factory=dict)
    last: int = UNKNOWN
    all: frozenset[str] = frozenset()

    def add(self, names: Iterable[str], at: int) -> None:
        for name in names:
            if at < self.at.get(name, at + 1):
                self.at[name] = at
                self.last = max(self.at.values())
                self.all = frozenset(self.at)

    def until(self, at: int) -> frozenset[str]:
        """Those known at this time."""
        return self.all if self.last <= at else frozenset(name for name, since in self.at.items() if since <= at)


class ClientPast:
    """The orders of one client that are not cancelled, and their lines. Values in 10^-4 USD, prices in 10^-8 USD."""

    def __init__(self) -> None:
        self._times, self._values = array("q"), array("q")
        self._sums = [0]  # of the values before each order, and of all
        self._buyers, self._chapters = _First(), _First()
        self._goods: dict[str, _Lines] = {}
        self.rows = 0

    def add_order(self, traded_at: datetime, value: int | None, buyer: str, chapters: str) -> None:
        """An order; of equal times it is the later one."""
        at = microseconds(traded_at)
        place = _place(self._times, at)
        self._times.insert(place, at)
        self._values.insert(place, UNKNOWN if value is None else value)
        del self._sums[place + 1 :]
        for known in self._values[place:]:
            self._sums.append(self._sums[-1] + (0 if known == UNKNOWN else known))
        self._buyers.add((buyer,) if buyer else (), at)
        self._chapters.add((chapter for chapter in chapters.split(",") if chapter), at)
        self.rows += 1

    def add_line(self, traded_at: datetime, goods_name: str, price: int | None, hs8: str) -> None:
        """A line of an order; of equal times it is the later one."""
        lines = self._goods.get(goods_name)
        if lines is None:
            lines = self._goods[goods_name] = _Lines()
        # a client trades under few codes: one text for each of them, not one for each line
        lines.add(microseconds(traded_at), price, intern(hs8))
        self.rows += 1

    def of(self, key: HistoryKey, quantity_month: Decimal | None) -> ClientHistory:
        """The history up to and with `as_of`, of an order that is not among those added. Values in USD."""
        as_of, d30, month, d180 = map(microseconds, windows(key.as_of))
        times, sums = self._times, self._sums
        end = bisect_right(times, as_of)
        after_d30 = bisect_right(times, d30)
        goods = {name: lines for name in key.goods_names if (lines := self._goods.get(name)) is not None}
        codes = {name: _codes(lines, as_of) for name, lines in goods.items()}
        since = microseconds(key.as_of - timedelta(days=PRICE_DAYS))
        prices = {name: _median(_recent(lines, since, as_of), PRICE_PLACES) for name, lines in goods.items()}
        return ClientHistory(
            orders_total=end,
            orders_30d=end - after_d30,
            value_30d=unscaled(sums[end] - sums[after_d30], USD_PLACES),
            value_month=unscaled(sums[end] - sums[bisect_left(times, month)], USD_PLACES),
            value_180d=unscaled(sums[end] - sums[bisect_right(times, d180)], USD_PLACES),
            median_order_value=_median(self._values[max(0, end - SAMPLE) : end], USD_PLACES),
            quantity_month=quantity_month,
            buyers=self._buyers.until(as_of),
            hs_chapters=self._chapters.until(as_of),
            hs8_by_goods_name={name: found for name, found in codes.items() if found},
            median_price_90d={name: price for name, price in prices.items() if price is not None},
        )


def _place(times: "array[int]", at: int) -> int:
    """Behind everything not later; at the end nearly always."""
    return len(times) if not times or times[-1] <= at else bisect_right(times, at)


def _codes(lines: _Lines, as_of: int) -> frozenset[str]:
    end = bisect_right(lines.times, as_of)
    return frozenset(filter(None, lines.codes[max(0, end - SAMPLE) : end]))


def _recent(lines: _Lines, since: int, as_of: int) -> "array[int]":
    """The prices after `since`, of the latest lines."""
    end = bisect_right(lines.times, as_of)
    return lines.prices[max(0, end - SAMPLE, bisect_right(lines.times, since)) : end]


def _median(values: "array[int]", places: int) -> Decimal | None:
    ordered = sorted(values)
    return median_of_sorted(ordered[bisect_right(ordered, UNKNOWN) :], places)


@dataclass(frozen=True, slots=True)
class _Met:
    """A client as this thread left it: under which mark, its past where it is remembered, how much that was."""

    mark: Mark
    past: ClientPast | None
    rows: int


class HistoryMemory(threading.local):
    """The pasts that a thread remembers; each thread of a process has its own.

    A client is remembered from the second time on, if nobody else changed its orders in between: with several workers
    on the same clients remembering would cost more than asking.
    """

    def __init__(self, most_rows: int = MOST_ROWS) -> None:
        super().__init__()
        self._most_rows, self._rows = most_rows, 0
        self._met: dict[str, _Met] = {}

    def recall(self, client_id: str, mark: Mark | None) -> tuple[bool, ClientPast | None]:
        """Whether the client stands as this thread left it, and its past if it is remembered."""
        met = self._met.get(client_id)
        return (True, met.past) if met is not None and met.mark == mark else (False, None)

    def keep(self, client_id: str, mark: Mark, past: ClientPast | None) -> None:
        """The client stands under this mark from now on; whoever was kept longest ago is forgotten first."""
        self.forget(client_id)
        rows = 1 + (past.rows if past else 0)
        self._met[client_id] = _Met(mark, past, rows)
        self._rows += rows
        while self._rows > self._most_rows:
            self.forget(next(iter(self._met)))

    def forget(self, client_id: str) -> None:
        """What is known of the client does not hold."""
        met = self._met.pop(client_id, None)
        self._rows -= met.rows if met else 0
