"""Writing many rows at once and asking for many keys at once, the same on both engines.

PostgreSQL takes rows by binary COPY (half the time of a textual one), SQLite by a prepared executemany. Keys travel
as one JSON array, so a question has the same few statements for one key and for a thousand.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from operator import itemgetter
from typing import Any, TypeVar, cast

from sqlalchemy import BigInteger, Connection, Date, Dialect, Integer, LargeBinary, Row, Select, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine

from databases.columns import Exact, Scaled, UtcTime, Words, checked

T = TypeVar("T")
COPY_FROM = 4
CHUNK = 500

Values = Mapping[str, Any]


def insert_rows(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows that all have the same keys; columns that are left out take their default.

    Raises UnstorableText, and what the driver raises on a violated constraint; the transaction is lost then.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql" and len(rows) < COPY_FROM:
        connection.execute(table.insert(), [dict(row) for row in rows])
        return
    plan = _plan(table, tuple(rows[0]), connection.dialect)
    values = plan.values(rows)
    if connection.dialect.name != "postgresql":
        connection.exec_driver_sql(plan.insert, values)
        return
    driver: Any = connection.connection.cursor()
    with driver as cursor, cursor.copy(plan.copy) as copy:
        copy.set_types(plan.types)
        write_row = copy.write_row
        for row in values:
            write_row(row)


def insert_new(
    connection: Connection, table: Table, rows: Sequence[Values], unique: Sequence[str], returning: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Insert the rows whose `unique` columns are not there yet; the `returning` columns of those that were inserted.

    All rows have the same keys and none of them twice. A row of another transaction that is still open is waited for.
    PostgreSQL gets the rows as one array for each column: a few parameters instead of ten for each row. Raises
    UnstorableText.
    """
    if not rows:
        return []
    if connection.dialect.name != "postgresql":
        statement = upsert(connection, table).on_conflict_do_nothing(index_elements=list(unique))
        answers = connection.execute(statement.returning(*(table.c[name] for name in returning)), list(rows))
        return [tuple(row) for row in answers]
    plan = _plan(table, tuple(rows[0]), connection.dialect)
    arrays = tuple(map(list, zip(*plan.values(rows), strict=True)))
    added = f"{plan.insert_arrays} ON CONFLICT ({_quoted(unique)}) DO NOTHING RETURNING {_quoted(returning)}"
    return [tuple(row) for row in connection.exec_driver_sql(added, arrays)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """How rows of one table with these keys reach the driver; worked out once, because it runs for every order."""

    names: tuple[str, ...]
    words: tuple[str, ...]
    converted: tuple[tuple[int, Callable[[Any], Any]], ...]
    types: tuple[str, ...]
    insert: str
    insert_arrays: str
    copy: str

    def values(self, rows: Sequence[Values]) -> list[tuple[Any, ...]]:
        """The rows as the driver takes them. Raises UnstorableText."""
        self._check(rows)
        pick = itemgetter(*self.names) if len(self.names) > 1 else lambda row: (row[self.names[0]],)
        made: list[tuple[Any, ...]] = list(map(pick, rows))
        if not self.converted:
            return made
        mended = []
        for values in made:
            row = list(values)
            for place, convert in self.converted:
                row[place] = convert(row[place])
            mended.append(tuple(row))
        return mended

    def _check(self, rows: Sequence[Values]) -> None:
        """All texts at once: that one of them can't be kept is rare, and only then is it worth finding which."""
        texts = "".join([row[name] or "" for row in rows for name in self.words])
        if "\0" in texts or not _encodes(texts):
            for row in rows:
                for name in self.words:
                    checked(row[name] or "", name)


def _encodes(texts: str) -> bool:
    try:
        texts.encode()
    except UnicodeEncodeError:
        return False
    return True


# the types as the columns are made in the migrations; binary COPY takes nothing else
_COPY_TYPES: Mapping[type[TypeEngine[Any]], str] = {
    Words: "text",
    Exact: "text",
    UtcTime: "timestamptz",
    Scaled: "int8",
    BigInteger: "int8",
    Integer: "int4",
    Date: "date",
    LargeBinary: "bytea",
}


@cache
def _plan(table: Table, names: tuple[str, ...], dialect: Dialect) -> _Plan:
    columns = [table.c[name] for name in names]
    quoted = _quoted(names)
    converted = []
    for place, column in enumerate(columns):
        convert = None if isinstance(column.type, Words | LargeBinary) else _processor(column.type, dialect)
        if convert is not None:
            converted.append((place, convert))
    types = tuple(next(sort for kind, sort in _COPY_TYPES.items() if isinstance(c.type, kind)) for c in columns)
    arrays = ", ".join(f"%b::{sort}[]" for sort in types)
    return _Plan(
        names=names,
        words=tuple(column.name for column in columns if isinstance(column.type, Words)),
        converted=tuple(converted),
        types=types,
        insert=f'INSERT INTO "{table.name}" ({quoted}) VALUES ({", ".join("?" * len(names))})',  # noqa: S608
        insert_arrays=f'INSERT INTO "{table.name}" ({quoted}) SELECT * FROM unnest({arrays})',  # noqa: S608
        copy=f'COPY "{table.name}" ({quoted}) FROM STDIN (FORMAT BINARY)',
    )


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _processor(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What turns our value into the driver's, None when the driver takes it as it is."""
    return kind.dialect_impl(dialect).bind_processor(dialect)


def upsert(connection: Connection, table: Table) -> postgresql.Insert:
    """The engine's INSERT that knows ON CONFLICT; both have the same methods."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return cast("postgresql.Insert", sqlite.insert(table))


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
        # OFFSET 0 keeps the casts here, once a key; else they are done again for every row a key is joined with
        listed = "jsonb_array_elements(CAST(:keys AS jsonb)) AS given(value)"
        return f"(SELECT {', '.join(parts)} FROM {listed} OFFSET 0)"  # noqa: S608
    parts = [f"json_extract(value, '$[{i}]') AS {name}" for i, name in enumerate(columns)]
    return f"(SELECT {', '.join(parts)} FROM json_each(:keys))"  # noqa: S608


def rows_as_json(connection: Connection, *columns: str) -> str:
    """SQL of an aggregate that gathers rows into one JSON array of arrays, as text; null when there is no row."""
    listed = ", ".join(columns)
    if connection.dialect.name == "postgresql":
        return f"CAST(json_agg(json_build_array({listed})) AS text)"
    return f"json_group_array(json_array({listed}))"


@contextmanager
def by_index(connection: Connection) -> Iterator[None]:
    """The latest few of many rows are read in the order of an index, from its end.

    PostgreSQL takes the rows behind one key for few, gathers all of them and sorts; with long histories that takes ten
    times as long.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    connection.exec_driver_sql("SET LOCAL enable_bitmapscan = off")
    yield
    connection.exec_driver_sql("SET LOCAL enable_bitmapscan TO DEFAULT")


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
