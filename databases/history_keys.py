"""What a history is asked for, and the windows it looks at."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from risk.days import SHANGHAI, china_day

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


def windows(as_of: datetime) -> tuple[datetime, datetime, datetime, datetime]:
    """The end, 30 days before, the beginning of the month, 180 days before."""
    return as_of, as_of - timedelta(days=30), first_of_month(as_of), as_of - timedelta(days=180)


def first_of_month(as_of: datetime) -> datetime:
    """The first moment of the calendar month in China."""
    day = china_day(as_of)
    return datetime(day.year, day.month, 1, tzinfo=SHANGHAI)
