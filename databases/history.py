"""History 历史交易库: what a client did before, aggregated over orders and lines in a few set-based queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from risk.facts import ClientHistory


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryKey:
    """Whose history an order needs, up to (and with) `as_of`, without the order itself and cancelled orders."""

    order_id: str
    client_id: str
    as_of: datetime
    goods_names: tuple[str, ...] = ()


class History:
    """Trade history inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def for_orders(self, keys: Sequence[HistoryKey]) -> Mapping[str, ClientHistory]:
        """The history per order id; an unknown client has the empty history. Values in USD.

        `value_month` is the calendar month of `as_of` in Asia/Shanghai; medians look at the latest 500.
        """
        raise NotImplementedError
