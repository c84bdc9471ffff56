"""The database: SQLite by default, PostgreSQL in production, one code. Opens transactions and runs the migrations."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from databases.unit_of_work import UnitOfWork

Progress = Callable[[str, int, int], None]
"""What is being done, how many steps are done, how many there are."""


class Database:
    """One database by its SQLAlchemy URL (`sqlite:///path/file.db`, `postgresql://user:password@host/name`).

    Opening connects to nothing; the first use does. Safe to share between threads.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    def upgrade(self, progress: Progress | None = None) -> None:
        """Bring the schema to the newest revision and load the shipped reference data; does nothing when current."""
        raise NotImplementedError

    def revision(self) -> str | None:
        """The schema revision of the database; None when it is empty."""
        raise NotImplementedError

    def head(self) -> str:
        """The schema revision this code works with."""
        raise NotImplementedError

    def writing(self) -> AbstractContextManager[UnitOfWork]:
        """A unit of work that commits on clean exit and rolls back on any exception.

        On SQLite it holds the one write lock from its beginning. Raises MigrationMissing, DatabaseUnavailable,
        ReadOnlyStorage.
        """
        raise NotImplementedError

    def reading(self) -> AbstractContextManager[UnitOfWork]:
        """A unit of work that sees one consistent state and can't write."""
        raise NotImplementedError

    def dispose(self) -> None:
        """Close all connections."""
        raise NotImplementedError
