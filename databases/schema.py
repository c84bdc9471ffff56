"""The schema's revision and the migrations that lead to it (Alembic, found inside the installed package)."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from databases.errors import MigrationMissing

Progress = Callable[[str, int, int], None]
"""What is being done, how many steps are done, how many there are."""

MIGRATIONS = Path(__file__).parent / "migrations"
UPGRADE_LOCK = 7_423_611


def config(connection: Connection | None = None, applied: Callable[..., None] | None = None) -> Config:
    """Alembic's settings without any file; env.py takes the connection out of the attributes."""
    made = Config()
    # Alembic interpolates %, and a checkout may live in a folder with one
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    made.set_main_option("path_separator", "newline")
    made.attributes["connection"] = connection
    made.attributes["on_version_apply"] = applied
    return made


@cache
def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(config())


def head() -> str:
    """The newest revision; there is exactly one."""
    found = _script().get_current_head()
    if found is None:
        raise MigrationMissing(f"{MIGRATIONS}: no migration found; the installation is incomplete, install it again")
    return found


def revision(connection: Connection) -> str | None:
    """The revision of a database, None when it has no schema yet."""
    return MigrationContext.configure(connection).get_current_revision()


def require_known(found: str | None, url: str) -> None:
    """Raises MigrationMissing when a newer code than this one has been at the database."""
    if found is not None and found not in {script.revision for script in _script().walk_revisions()}:
        raise MigrationMissing(
            f"{url}: the schema is at revision {found}, newer than this code (which knows up to {head()}); "
            "install the newer version, or restore a backup and run `tradewarden db upgrade`"
        )


def alone(connection: Connection) -> None:
    """Let two processes that upgrade at once wait for each other (on SQLite the write transaction does)."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})


def upgrade(connection: Connection, progress: Progress | None) -> None:
    """Run what is missing, on a connection in a transaction that holds `alone`."""
    done = 0
    total = sum(1 for _ in _script().iterate_revisions("head", revision(connection) or "base"))

    def applied(step: Any, **_: Any) -> None:
        nonlocal done
        done += 1
        if progress is not None:
            progress(f"schema {step.up_revision_id}", done, total)

    command.upgrade(config(connection, applied), "head")
