"""Column types that mean the same on SQLite and PostgreSQL, and the one MetaData of all tables.

Times are aware and kept in UTC. Money and prices are scaled 64-bit integers, because SQLite has no exact decimal it
can sort and sum. Text is checked at this border, because PostgreSQL refuses what SQLite would swallow.
"""

from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Integer, LargeBinary, MetaData, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from databases.errors import UnstorableText

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

USD_PLACES = 4
PRICE_PLACES = 8
LARGEST = 2**63 - 1

REPEATS = "repeats"
"""Mark (in a column's `info`) of a column that repeats for questions what the row's body says; it is no evidence."""

# only an INTEGER primary key counts up by itself on SQLite
ROW_ID = BigInteger().with_variant(Integer, "sqlite")


class Words(TypeDecorator[str]):
    """Text without NUL and lone surrogates; `label` names the column in the error."""

    impl = Text
    cache_ok = True

    def __init__(self, label: str = "text") -> None:
        super().__init__()
        self.label = label

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Raises UnstorableText."""
        return None if value is None else checked(value, self.label)


def checked(value: str, label: str) -> str:
    """The text itself when both engines can keep it. Raises UnstorableText naming the place of the first bad letter."""
    if value.isascii() and "\0" not in value:
        return value
    place = value.find("\0")
    if place < 0:
        place = next((i for i, letter in enumerate(value) if "\ud800" <= letter <= "\udfff"), -1)
    if place >= 0:
        raise UnstorableText(
            f"{label}: character {place + 1} is U+{ord(value[place]):04X}, seen {value[:40]!r}; expected text without "
            "NUL and without half surrogate pairs; correct the source and send it again"
        )
    return value


def printable(value: str) -> str:
    """The text with every letter that can't be kept shown as its escape, for error records."""
    return "".join(repr(c)[1:-1] if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in value)


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC with microseconds."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Raises ValueError for a time without zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without zone can't be stored: {value.isoformat()}")
        moved = value.astimezone(UTC)
        return moved.replace(tzinfo=None) if dialect.name == "sqlite" else moved

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Exact(TypeDecorator[Decimal]):
    """A decimal exactly as given, kept as text; for values that are looked up, never sorted or summed in SQL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        return None if value is None else Decimal(value)


class Scaled(TypeDecorator[Decimal]):
    """A decimal as an integer of 10^-places; exact to its places, sortable and summable on both engines.

    Values beyond 64 bits (about 9·10^14 USD) are kept at the bound: these columns serve search and statistics, the
    exact figures stay in the stored order.
    """

    impl = BigInteger
    cache_ok = True

    def __init__(self, places: int = USD_PLACES) -> None:
        super().__init__()
        self.places = places

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else scaled(value, self.places)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        return None if value is None else unscaled(int(value), self.places)


def scaled(value: Decimal, places: int) -> int:
    """`value` · 10^places, rounded half to even and held within 64 bits."""
    if value.adjusted() + places > 18:
        return LARGEST if value > 0 else -LARGEST
    whole = int(value.scaleb(places).to_integral_value(ROUND_HALF_EVEN))
    return max(-LARGEST, min(LARGEST, whole))


def unscaled(value: int, places: int) -> Decimal:
    """The decimal behind a scaled integer."""
    return Decimal(value).scaleb(-places)


def words(name: str, foreign_key: str = "", **options: Any) -> Column[Any]:
    """A text column; not null and empty unless told otherwise (empty text means "not given", as in the nouns)."""
    if "primary_key" not in options and not options.get("nullable"):
        options = {"nullable": False, "server_default": "", **options}
    keys = (ForeignKey(foreign_key),) if foreign_key else ()
    return Column(name, Words(name), *keys, **options)


def time(name: str, **options: Any) -> Column[Any]:
    """An aware UTC time, not null unless told otherwise."""
    return Column(name, UtcTime(), **{"nullable": False, **options})


def number(name: str, foreign_key: str = "", **options: Any) -> Column[Any]:
    """A whole number, not null unless told otherwise; `foreign_key` is "table.column"."""
    keys = (ForeignKey(foreign_key),) if foreign_key else ()
    return Column(name, BigInteger, *keys, **{"nullable": False, **options})


def body(name: str, **options: Any) -> Column[Any]:
    """Bytes kept exactly as they came or were hashed."""
    return Column(name, LargeBinary, **{"nullable": False, **options})


def row_id(name: str = "id") -> Column[Any]:
    """A primary key that counts up by itself."""
    return Column(name, ROW_ID, primary_key=True, autoincrement=True)
