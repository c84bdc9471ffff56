"""Price history 价格数据库: robust bands of unit prices from own past lines (LC054, LC055).

Comparable are lines of the same commodity code and unit within 12 months before `as_of`; when fewer than `minimum`
exist, the eight-digit and then the six-digit code is taken. At most the latest `SAMPLE` lines count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from risk.facts import PriceBand

SAMPLE = 500
WINDOW_DAYS = 365
MINIMUM = 20


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
        raise NotImplementedError
