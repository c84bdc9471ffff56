"""Databases for tests: real ones, made by the migrations.

Strategy: each engine is migrated once in a session. On SQLite every test gets its own copy of the file; on PostgreSQL
all tests share one database whose rows are put back before each (a third of the time of a database for each), so
tests may commit. PostgreSQL is a real server out of a wheel, listening on a socket in a temporary folder only.
"""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from databases.columns import metadata
from databases.engine import Database
from databases.orders import RevisionRecord
from risk.nouns.order import Order
from risk.reference import Reference

from ..engines import ENGINES

NOW = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)
NUMBERS = count(1)
TABLES = ("alembic_version", *metadata.tables)


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> tuple[str, str]:
    """A migrated database, and the SQL that puts back its rows as the migrations left them.

    Without triggers, which guard the audit tables.
    """
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE migrated")
    url = _named(postgres_server, "migrated")
    database = Database(url)
    database.upgrade(now=NOW)
    database.dispose()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE SCHEMA pristine")
        for name in TABLES:
            if connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone():
                connection.execute(f"CREATE TABLE pristine.{name} AS TABLE {name}")
        steps = ["SET lock_timeout = '10s'", "SET session_replication_role = replica"]
        steps += [f"DELETE FROM {name}" for name in TABLES]
        filled = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'pristine'").fetchall()
        steps += [f"INSERT INTO {name} SELECT * FROM pristine.{name}" for (name,) in filled]
    return url, ";".join(steps)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    database = Database(f"sqlite:///{path}")
    database.upgrade(now=NOW)
    database.dispose()
    return path


def _named(server: str, name: str) -> str:
    address, _, options = server.partition("?")
    return f"{address.rpartition('/')[0]}/{name}" + (f"?{options}" if options else "")


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, engine: str, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any schema."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"empty{next(NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield _named(server, name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def url(request: pytest.FixtureRequest, engine: str, tmp_path: Path) -> str:
    """The address of a migrated database as fresh as its migrations left it."""
    if engine == "sqlite":
        path = tmp_path / "test.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    address, put_back = request.getfixturevalue("postgres_database")
    with psycopg.connect(address) as connection:
        connection.execute(put_back)
    return str(address)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.dispose()


class Trade:
    """Orders to keep and count: the clean order of the root conftest, changed by what a test cares for."""

    @staticmethod
    def changed(order: Order, **values: Any) -> Order:
        """`header__x`, `line__x`, `declaration__x` and plain order attributes."""
        groups: dict[str, dict[str, Any]] = {}
        for name, value in values.items():
            group, mark, attribute = name.partition("__")
            groups.setdefault(group if mark else "", {})[attribute if mark else name] = value
        declaration = replace(order.declaration, **groups.get("declaration", {}))
        declaration = replace(
            declaration,
            header=replace(declaration.header, **groups.get("header", {})),
            lines=tuple(replace(line, **groups.get("line", {})) for line in declaration.lines),
        )
        return replace(order, declaration=declaration, **groups.get("", {}))

    @staticmethod
    def priced(order: Order, usd: str, quantity: str = "1") -> Order:
        """The order with one line of so many units at a unit price in USD."""
        total = Decimal(usd) * Decimal(quantity)
        return Trade.changed(
            order,
            line__unit_price=Decimal(usd),
            line__quantity=Decimal(quantity),
            line__total=total,
            line__currency="USD",
        )

    @staticmethod
    def recorded(order: Order, as_of: datetime, reference: Reference, **values: Any) -> RevisionRecord:
        """A submission of the order, judged at `as_of`; the order declares nothing earlier."""
        order = replace(order, declared_at=values.pop("declared_at", None))
        defaults: dict[str, Any] = {
            "order_id": order.order_id,
            "revision": order.revision,
            "client_id": order.client_uscc,
            "order": order,
            "occurred_at": as_of,
            "as_of": as_of,
            "reference": reference,
        }
        return RevisionRecord(**defaults | values)

    @staticmethod
    def cancelled(order_id: str, revision: int, as_of: datetime, client_id: str = "C") -> RevisionRecord:
        """The cancellation of an order."""
        return RevisionRecord(
            order_id=order_id, revision=revision, client_id=client_id, order=None, occurred_at=as_of, as_of=as_of
        )


@pytest.fixture(scope="session")
def trade() -> type[Trade]:
    return Trade
