"""How values look on a page: times in Shanghai, amounts with separators, long texts shortened."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(value: datetime) -> datetime:
    """The moment on a Shanghai clock."""
    return value.astimezone(SHANGHAI)


def moment(value: datetime | None) -> str:
    """`2026-03-08 12:00`; a dash when there is none."""
    return local(value).strftime("%Y-%m-%d %H:%M") if value else "–"


def moment_s(value: datetime | None) -> str:
    """`2026-03-08 12:00:05`, for lists in which seconds matter."""
    return local(value).strftime("%Y-%m-%d %H:%M:%S") if value else "–"


def clock_time(value: datetime | None) -> str:
    return local(value).strftime("%H:%M:%S") if value else "–"


def day(value: date | None) -> str:
    return value.isoformat() if value else "–"


def plain_date(raw: str) -> str:
    """A declaration's `yyyyMMdd` text as `2026-03-08`; anything else as it stands."""
    return f"{raw[:4]}-{raw[4:6]}-{raw[6:]}" if len(raw) == 8 and raw.isdigit() else raw


def number(value: Decimal | int | None) -> str:
    """With thousands separators and without trailing zeros; a dash when there is none."""
    if value is None:
        return "–"
    text = format(value, ",f") if isinstance(value, Decimal) else format(value, ",")
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(value: Decimal | int | None) -> str:
    """Money: thousands separators and at least two decimals."""
    if value is None:
        return "–"
    exact = Decimal(value)
    exponent = exact.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 2
    return format(exact, f",.{min(max(places, 2), 6)}f")


def usd(value: Decimal | None) -> str:
    """A comparable value in USD: thousands separators, cents."""
    return format(value, ",.2f") if value is not None else "–"


def short(value: str, length: int = 60) -> str:
    """At most `length` characters, the cut shown as an ellipsis."""
    return value if len(value) <= length else value[: length - 1] + "…"
