"""How connections behave on each engine, and what their errors mean in our words."""

import sqlite3
from time import sleep
from typing import Any

import psycopg
from psycopg import errors as pg
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import StatementError, TimeoutError

from databases.errors import DatabaseUnavailable, ReadOnlyStorage, StorageBusy, StorageError

WAL_ATTEMPTS = 200
WAL_PAUSE_S = 0.05


def sqlite_listeners(engine: Engine, read_only: bool) -> None:
    """WAL, full sync, foreign keys, and transactions we begin ourselves.

    A writer begins IMMEDIATE: it takes the write lock before it reads, so it never finds its reading outdated when it
    comes to write. synchronous=FULL: a committed order survives a power cut.
    """

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        if not read_only:
            _use_wal(cursor)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.execute("PRAGMA cache_size=-65536")
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _use_wal(cursor: sqlite3.Cursor) -> None:
    """Switch a new file to WAL. SQLite does not wait here as it does elsewhere, so two first users must take turns."""
    for _ in range(WAL_ATTEMPTS - 1):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            sleep(WAL_PAUSE_S)
        else:
            return
    cursor.execute("PRAGMA journal_mode=WAL")


def translated(error: Exception, url: str, purpose: str) -> StorageError:
    """Our error for a driver's error; `purpose` is read, write or upgrade."""
    original: BaseException = error
    if isinstance(error, StatementError) and error.orig is not None:
        original = error.orig
    if isinstance(original, StorageError):
        return original
    if isinstance(original, sqlite3.Error):
        return _from_sqlite(str(original), url, purpose)
    if isinstance(original, psycopg.Error):
        return _from_postgres(original, url, purpose)
    if isinstance(error, TimeoutError):
        return DatabaseUnavailable(f"{url}: no free connection within the pool's time; start fewer requests at once")
    return StorageError(f"{url}: {error}")


def _from_sqlite(text: str, url: str, purpose: str) -> StorageError:
    if "readonly database" in text and purpose == "read":
        return StorageError(f"{url}: a reading unit of work was asked to write")
    if "readonly" in text or "unable to open" in text:
        return ReadOnlyStorage(
            f"{url}: the database file can't be written or opened ({text}); give this user write access to the file "
            "and its folder, or choose another folder with TRADEWARDEN_DATA_DIR"
        )
    if "full" in text:
        return ReadOnlyStorage(f"{url}: the disk is full ({text}); make room, nothing recorded so far is lost")
    if "locked" in text:
        return StorageBusy(f"{url}: another process holds the write lock for too long ({text}); try again")
    if "not a database" in text or "malformed" in text:
        return DatabaseUnavailable(f"{url}: the file is no intact SQLite database ({text}); restore the last backup")
    return StorageError(f"{url}: {text}")


def _from_postgres(error: psycopg.Error, url: str, purpose: str) -> StorageError:
    first_line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    if isinstance(error, pg.ReadOnlySqlTransaction):
        if purpose == "read":
            return StorageError(f"{url}: a reading unit of work was asked to write")
        return ReadOnlyStorage(f"{url}: the server accepts no writing ({first_line}); is it a standby?")
    if isinstance(error, pg.DiskFull):
        return ReadOnlyStorage(f"{url}: the server's disk is full ({first_line})")
    if isinstance(error, pg.DeadlockDetected | pg.SerializationFailure | pg.LockNotAvailable):
        return StorageBusy(f"{url}: another transaction was in the way ({first_line}); try again")
    if isinstance(error, psycopg.OperationalError | pg.IdleInTransactionSessionTimeout):
        return DatabaseUnavailable(
            f"{url}: the server does not answer ({first_line}); check that it runs and that TRADEWARDEN_DATABASE_URL "
            "names host, port, user and database"
        )
    return StorageError(f"{url}: {first_line}")
