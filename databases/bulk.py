"""Writing many rows at once and asking for many keys at once, the same on both engines.

PostgreSQL takes rows by COPY (measured about five times an executemany), SQLite by a prepared executemany. Keys travel
as one JSON array, so a question has the same few statements for one key and for a thousand.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Dialect, Row, Select, Table
from sqlalchemy.dialects import postgresql, sqlite

from databases.columns import checked

T = TypeVar("T")
COPY_FROM = 4
CHUNK = 500

Values = Mapping[str, Any]


def insert_rows(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows that all have the same keys; columns that are left out take their default.

    Raises what the driver raises on a violated constraint; the transaction is lost then.
    """
    if not rows:
        return
    if connection.dialect.name != "postgresql" or len(rows) < COPY_FROM:
        connection.execute(table.insert(), [dict(row) for row in rows])
        return
    names = tuple(rows[0])
    processors = _processors(table, names, connection.dialect)
    columns = ", ".join(f'"{name}"' for name in names)
    driver: Any = connection.connection.cursor()
    with driver as cursor, cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row([process(row[name]) if process else row[name] for name, process in processors])


def upsert(connection: Connection, table: Table) -> postgresql.Insert:
    """The engine's INSERT that knows ON CONFLICT; both have the same methods."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return cast("postgresql.Insert", sqlite.insert(table))


@cache
def _processors(
    table: Table, names: tuple[str, ...], dialect: Dialect
) -> tuple[tuple[str, Callable[[Any], Any] | None], ...]:
    return tuple((name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names)


def json_keys(rows: Sequence[Sequence[str | int | None]]) -> str:
    """Keys as the JSON text that `keys_table` reads. Raises UnstorableText for text no column could hold."""
    for row in rows:
        for value in row:
            if isinstance(value, str):
                checked(value, "search key")
    return json.dumps(rows, separators=(",", ":"))


def keys_table(connection: Connection, **columns: str) -> str:
    """SQL of a derived table over the bound parameter `:keys`; `columns` are names with their PostgreSQL types."""
    if connection.dialect.name == "postgresql":
        parts = [f"CAST(value->>{i} AS {kind}) AS {name}" for i, (name, kind) in enumerate(columns.items())]
        return f"(SELECT {', '.join(parts)} FROM jsonb_array_elements(CAST(:keys AS jsonb)) AS given(value))"  # noqa: S608
    parts = [f"json_extract(value, '$[{i}]') AS {name}" for i, name in enumerate(columns)]
    return f"(SELECT {', '.join(parts)} FROM json_each(:keys))"  # noqa: S608


def rows_as_json(connection: Connection, *columns: str) -> str:
    """SQL of an aggregate that gathers rows into one JSON array of arrays, as text; null when there is no row."""
    listed = ", ".join(columns)
    if connection.dialect.name == "postgresql":
        return f"CAST(json_agg(json_build_array({listed})) AS text)"
    return f"json_group_array(json_array({listed}))"


def time_key(connection: Connection, at: datetime) -> str:
    """A time as it stands in JSON keys: comparable with a stored time on either engine."""
    moved = at.astimezone(UTC)
    return moved.strftime("%Y-%m-%d %H:%M:%S.%f") if connection.dialect.name == "sqlite" else moved.isoformat()


def streamed(connection: Connection, query: Select[Any], batch: int = 1000) -> Iterator[Row[Any]]:
    """The rows of a query in batches; the cursor is closed even when the reader stops half way."""
    with connection.execute(query, execution_options={"yield_per": batch}) as rows:
        yield from rows


def writes(connection: Connection) -> bool:
    """Whether this transaction may lock rows (a reading one on PostgreSQL may not)."""
    return connection.dialect.name == "postgresql" and not connection.get_execution_options().get("postgresql_readonly")


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """The values in pieces an IN list can carry."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
