"""The database: SQLite by default, PostgreSQL in production, one code. Opens transactions and runs the migrations."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import psycopg
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from databases import schema
from databases.connections import sqlite_listeners, translated
from databases.errors import DatabaseUnavailable, MigrationMissing, ReadOnlyStorage
from databases.schema import Progress
from databases.seed_files import disposition_reasons
from databases.unit_of_work import UnitOfWork

BUSY_TIMEOUT_S = 30
CONNECT_TIMEOUT_S = 10


class Database:
    """One database by its SQLAlchemy URL (`sqlite:///path/file.db`, `postgresql://user:password@host/name`).

    Opening connects to nothing; the first use does. Safe to share between threads, not between forked processes.
    """

    def __init__(self, url: str) -> None:
        self._url = _normal(url)
        self.is_sqlite = self._url.get_backend_name() == "sqlite"
        self._current = False

    @property
    def url(self) -> str:
        """The address without password."""
        return self._url.render_as_string(hide_password=True)

    @cached_property
    def _writer(self) -> Engine:
        if self.is_sqlite:
            engine = create_engine(self._url, hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT_S})
            sqlite_listeners(engine, read_only=False)
            return engine
        return create_engine(
            self._url, hide_parameters=True, pool_pre_ping=True, connect_args={"connect_timeout": CONNECT_TIMEOUT_S}
        )

    @cached_property
    def _reader(self) -> Engine:
        if self.is_sqlite:
            engine = create_engine(self._url, hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT_S})
            sqlite_listeners(engine, read_only=True)
            return engine
        return self._writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def upgrade(self, progress: Progress | None = None, now: datetime | None = None) -> None:
        """Bring the schema to the newest revision and load the shipped reference data; does nothing when current.

        `now` dates the loaded data (default: the clock's, the one place where this room asks it).

        All migrations run in one transaction: killed in the middle, the database is as it was before. Raises
        MigrationMissing when the database is newer than this code.
        """
        self._make_folder()
        with self._translating("upgrade"), self._writer.begin() as connection:
            schema.alone(connection)
            found = schema.revision(connection)
            schema.require_known(found, self.url)
            if found != schema.head():
                schema.upgrade(connection, progress)
            unit = UnitOfWork(connection)
            unit.reference.load_seed(now or datetime.now(UTC), progress)
            unit.alerts.keep_reasons(disposition_reasons())
        self._current = True

    def revision(self) -> str | None:
        """The schema revision of the database; None when it is empty."""
        if self.is_sqlite and not Path(str(self._url.database)).exists():
            return None
        with self._translating("read"), self._reader.connect() as connection:
            return schema.revision(connection)

    def head(self) -> str:
        """The schema revision this code works with."""
        return schema.head()

    def writing(self) -> AbstractContextManager[UnitOfWork]:
        """A unit of work that commits on clean exit and rolls back on any exception.

        On SQLite it holds the one write lock from its beginning. Raises MigrationMissing, DatabaseUnavailable,
        ReadOnlyStorage.
        """
        return self._unit(read_only=False)

    def reading(self) -> AbstractContextManager[UnitOfWork]:
        """A unit of work that sees one consistent state and can't write."""
        return self._unit(read_only=True)

    @contextmanager
    def _unit(self, read_only: bool) -> Iterator[UnitOfWork]:
        self._require_current()
        engine = self._reader if read_only else self._writer
        with self._translating("read" if read_only else "write"), engine.begin() as connection:
            unit = UnitOfWork(connection)
            yield unit
            unit.finish()

    def dispose(self) -> None:
        """Close all connections."""
        self._writer.dispose()
        self._reader.dispose()

    def _require_current(self) -> None:
        if self._current:
            return
        found, wanted = self.revision(), schema.head()
        if found != wanted:
            schema.require_known(found, self.url)
            raise MigrationMissing(
                f"{self.url}: the schema is at revision {found or 'none (empty database)'}, this code needs {wanted}; "
                "run `tradewarden db upgrade`"
            )
        self._current = True

    def _make_folder(self) -> None:
        if not self.is_sqlite:
            return
        folder = Path(str(self._url.database)).parent
        try:
            # orders, names and password hashes lie here: nobody else on the machine reads what we create
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = Path(str(self._url.database))
            if not file.exists():
                file.touch(mode=0o600)
        except OSError as error:
            raise ReadOnlyStorage(
                f"{folder}: the data folder can't be made ({error.strerror}); choose a folder this user may write, "
                "for example with TRADEWARDEN_DATA_DIR"
            ) from error

    @contextmanager
    def _translating(self, purpose: str) -> Iterator[None]:
        """Foreign exceptions are translated here, once."""
        try:
            yield
        except (SQLAlchemyError, psycopg.Error) as error:
            raise translated(error, self.url, purpose) from error


def _normal(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise DatabaseUnavailable(
            f"the database address {url.rsplit('@', maxsplit=1)[-1]!r} can't be read; expected sqlite:///FILE or "
            "postgresql://USER:PASSWORD@HOST/NAME in TRADEWARDEN_DATABASE_URL"
        ) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if parsed.database in {None, "", ":memory:"}:
            raise DatabaseUnavailable(
                "a database in memory can't be shared by the workers; name a file: sqlite:///FILE"
            )
        return parsed
    if backend in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    raise DatabaseUnavailable(f"unknown kind of database {backend!r}; expected sqlite or postgresql")
