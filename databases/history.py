"""History 历史交易库: what a client did before, aggregated over orders and lines in four set-based questions.

The sums run over all of a client's orders in one index; medians and goods look at the latest `SAMPLE` only. The order
in question is taken out afterwards, so a revision is judged like the first one was. The answers come as a ledger to
which the orders that are recorded meanwhile can be added.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, select, text

from databases.bulk import by_index, chunks, json_keys, keys_table, rows_as_json, time_key
from databases.client_changes import ClientChanges
from databases.client_past import HistoryMemory
from databases.columns import USD_PLACES
from databases.history_keys import PRICE_DAYS, SAMPLE, HistoryKey, first_of_month, windows
from databases.history_ledger import (
    GoodsSample,
    HistoryLedger,
    OrderSample,
    Past,
    Place,
    Quantity,
    counted,
)
from databases.order_tables import orders
from databases.pasts import NOTHING, Remembered, remembered
from risk.facts import ClientHistory

__all__ = ["History", "HistoryKey", "HistoryLedger", "HistoryMemory"]
# made while one thread imports: the library does not guard the first use of a type against a second thread
_ORDERS = msgspec.json.Decoder(OrderSample)
_GOODS = msgspec.json.Decoder(GoodsSample)


class History:
    """Trade history inside one unit of work, whose changes so far are `changes`."""

    def __init__(self, connection: Connection, changes: ClientChanges) -> None:
        self.connection = connection
        self._changes = changes

    def for_orders(self, keys: Sequence[HistoryKey]) -> Mapping[str, ClientHistory]:
        """The history per order id; an unknown client has the empty history. Values in USD.

        `value_month` and `quantity_month` are of the calendar month of `as_of` in Asia/Shanghai. `quantity_month` is
        None without `capacity_unit`, and when a line of the month has no quantity in that unit.
        """
        ledger = self.ledger(keys)
        return {key.order_id: ledger.of(key) for key in keys}

    def ledger(self, keys: Sequence[HistoryKey], memory: HistoryMemory | None = None) -> HistoryLedger:
        """All that these keys, and no others, can be answered with.

        With a `memory`, clients it remembers are not asked for as long as nobody else changed their orders; then the
        orders added to the ledger must be recorded in this unit of work.
        """
        own = self._own(keys)
        known = self._remembered(keys, memory)
        # another revision of an order the database has: only the database can tell it from the client's others
        asked = [key for key in keys if key.client_id not in known.pasts or key.order_id in own]
        places = list(dict.fromkeys((key.client_id, key.as_of) for key in asked))
        samples, goods = self._latest(places, asked)
        return HistoryLedger(
            sums=self._sums(places),
            samples=samples,
            goods=goods,
            quantities=self._quantities(keys),
            own=own,
            pasts=known.pasts,
            follow=known.follow,
        )

    def _remembered(self, keys: Sequence[HistoryKey], memory: HistoryMemory | None) -> Remembered:
        if memory is None:
            return NOTHING
        return remembered(self.connection, self._changes, memory, sorted({key.client_id for key in keys}))

    def _latest(
        self, places: Sequence[Place], keys: Sequence[HistoryKey]
    ) -> tuple[dict[Place, OrderSample], dict[tuple[str, datetime, str], GoodsSample]]:
        if not places:
            return {}, {}
        with by_index(self.connection):
            return self._samples(places), self._goods(keys)

    def _sums(self, places: Sequence[Place]) -> dict[Place, list[Past]]:
        if not places:
            return {}
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
            (n, client_id, *(self._at(at) for at in windows(as_of))) for n, (client_id, as_of) in enumerate(places)
        ]
        found: dict[Place, list[Past]] = {}
        for n, buyer, chapters, *numbers in self.connection.execute(query, {"keys": json_keys(rows)}):
            found.setdefault(places[n], []).append(Past(buyer, chapters, *map(int, numbers)))
        return found

    def _samples(self, places: Sequence[Place]) -> dict[Place, OrderSample]:
        keys = keys_table(self.connection, n="bigint", client_id="text", as_of="timestamptz")
        gathered = rows_as_json(self.connection, "t.order_id", "t.total_usd", "t.traded_at")
        query = text(
            f"SELECT k.n, (SELECT {gathered} FROM (SELECT o.order_id, o.total_usd, o.traded_at FROM orders AS o "  # noqa: S608
            "WHERE o.client_id = k.client_id AND o.traded_at <= k.as_of AND o.state <> 'cancelled' "
            f"ORDER BY o.traded_at DESC LIMIT {SAMPLE}) AS t) FROM {keys} AS k"
        )
        rows = [(n, client_id, self._at(as_of)) for n, (client_id, as_of) in enumerate(places)]
        answers = self.connection.execute(query, {"keys": json_keys(rows)})
        return {places[n]: _ORDERS.decode(sample) for n, sample in answers if sample is not None}

    def _goods(self, keys: Sequence[HistoryKey]) -> dict[tuple[str, datetime, str], GoodsSample]:
        wanted = list(dict.fromkeys((key.client_id, key.as_of, name) for key in keys for name in key.goods_names))
        if not wanted:
            return {}
        table = keys_table(
            self.connection, n="bigint", client_id="text", name="text", as_of="timestamptz", d90="timestamptz"
        )
        gathered = rows_as_json(self.connection, "t.order_id", "t.hs8", "t.price_usd", "t.recent", "t.traded_at")
        query = text(
            f"SELECT k.n, (SELECT {gathered} FROM (SELECT l.order_id, l.hs8, l.price_usd, "  # noqa: S608
            "CASE WHEN l.traded_at > k.d90 THEN 1 ELSE 0 END AS recent, l.traded_at FROM order_lines AS l "
            "WHERE l.client_id = k.client_id AND l.goods_name = k.name AND l.traded_at <= k.as_of "
            f"ORDER BY l.traded_at DESC LIMIT {SAMPLE}) AS t) FROM {table} AS k"
        )
        rows = [
            (n, client_id, name, self._at(as_of), self._at(as_of - timedelta(days=PRICE_DAYS)))
            for n, (client_id, as_of, name) in enumerate(wanted)
        ]
        answers = self.connection.execute(query, {"keys": json_keys(rows)})
        return {wanted[n]: _GOODS.decode(sample) for n, sample in answers if sample is not None}

    def _quantities(self, keys: Sequence[HistoryKey]) -> dict[str, Quantity]:
        wanted = [key for key in keys if key.capacity_unit]
        if not wanted:
            return {}
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
            (
                n,
                key.order_id,
                key.client_id,
                key.capacity_unit,
                self._at(key.as_of),
                self._at(first_of_month(key.as_of)),
            )
            for n, key in enumerate(wanted)
        ]
        answers = self.connection.execute(query, {"keys": json_keys(rows)})
        return {wanted[n].order_id: (int(total), lines, measured) for n, total, lines, measured in answers}

    def _own(self, keys: Sequence[HistoryKey]) -> dict[str, Past]:
        """What earlier revisions of the orders themselves add to the sums."""
        by_order = {key.order_id: key for key in keys}
        c = orders.c
        query = select(c.order_id, c.client_id, c.traded_at, c.buyer, c.hs_chapters, c.total_usd)
        found: dict[str, Past] = {}
        for piece in chunks(list(by_order)):
            for row in self.connection.execute(query.where(c.order_id.in_(piece), c.state != "cancelled")):
                key = by_order[row.order_id]
                if row.client_id != key.client_id or row.traded_at > key.as_of:
                    continue
                usd = 0 if row.total_usd is None else int(row.total_usd.scaleb(USD_PLACES))
                found[row.order_id] = counted(row.buyer, row.hs_chapters, row.traded_at, usd, key.as_of)
        return found

    def _at(self, moment: datetime) -> str:
        return time_key(self.connection, moment)
