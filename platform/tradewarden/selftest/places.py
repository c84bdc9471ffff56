"""Where the self-test works: fresh databases of either engine, all alike, never the ones of the installation."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Literal, Protocol

import psycopg

from tradewarden.demo import client_of_profile, synthetic_lists
from tradewarden.errors import CannotDo
from tradewarden.selftest.children import OwnSettings
from tradewarden.selftest.postgres import database_url
from tradewarden.selftest.traffic import clients, today_in_utc
from tradewarden.settings import Settings
from tradewarden.setup import prepare
from tradewarden.wiring import Application, build, utc_now

Engine = Literal["sqlite", "postgres"]


class Server(Protocol):
    """A PostgreSQL server: where its maintenance database is reached."""

    @property
    def address(self) -> str: ...


@contextmanager
def connected(server: Server) -> Iterator[psycopg.Connection]:
    """A connection to the maintenance database. Raises CannotDo when the server does not do what it is asked."""
    try:
        with psycopg.connect(server.address, autocommit=True) as connection:
            yield connection
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        raise CannotDo(f"The PostgreSQL server: {reason}. Its user must be allowed to make databases.") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One database with its data folder."""

    engine: Engine
    settings: Settings
    app: Application

    def close(self) -> None:
        """Close the connections of this process."""
        self.app.database.dispose()


@dataclass(slots=True, kw_only=True)
class Places:
    """Makes places below `folder`: each a copy of one that was set up once, with the same keys, clients and lists."""

    folder: Path
    server: Server | None = None
    clock: Callable[[], datetime] = utc_now
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _templates: dict[Engine, str] = field(default_factory=dict)
    _mark: str = ""

    def make(self, engine: Engine, kafka_servers: str = "") -> Place:
        """A fresh place on `engine`."""
        if engine not in self._templates:
            self._templates[engine] = self._prepare(engine)
        number = next(self._numbers)
        data_dir = self.folder / f"case-{number}"
        shutil.copytree(self.folder / f"template-{engine}", data_dir)
        template = self._templates[engine]
        url = self._created(f"{template}_{number}", template) if engine == "postgres" else ""
        return self._open(engine, data_dir, url, kafka_servers)

    def copy(self, place: Place, name: str) -> Place:
        """A copy of a place on SQLite, whose connections are closed."""
        folder = place.settings.data_dir
        shutil.copytree(folder, folder.with_name(name))
        return self._open("sqlite", folder.with_name(name), "", "")

    def drop(self) -> None:
        """Delete the databases made on the server; needed where the server is not ours to delete."""
        if self.server is None or "postgres" not in self._templates:
            return
        with connected(self.server) as connection:
            pattern = self._templates["postgres"].replace("_", r"\_") + "%"
            names = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", (pattern,)).fetchall()
            for (name,) in names:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())

    def _prepare(self, engine: Engine) -> str:
        name = f"ward_{self.folder.name.replace('-', '_').lower()}"
        url = self._created(name) if engine == "postgres" else ""
        other = self.folder / f"template-{'postgres' if engine == 'sqlite' else 'sqlite'}"
        data_dir = self.folder / f"template-{engine}"
        if other.exists():
            # the draw secret lies in the folder: both engines must draw the same orders for supervision
            shutil.copytree(other / "keys", data_dir / "keys")
        place = self._open(engine, data_dir, url, "")
        now = self.clock()
        prepare(place.app)
        with place.app.database.writing() as uow:
            population = clients(today_in_utc(now))
            uow.clients.save_many([client_of_profile(factory.profile) for factory in population], "selftest", now)
            for imported in synthetic_lists(now):
                uow.watchlists.import_version(imported, "selftest", now)
        place.close()
        return name

    def _open(self, engine: Engine, data_dir: Path, url: str, kafka_servers: str) -> Place:
        settings = OwnSettings(  # type: ignore[call-arg]  # the others keep their defaults
            data_dir=data_dir, database_url=url, kafka_servers=kafka_servers
        )
        return Place(engine=engine, settings=settings, app=build(settings, clock=self.clock))

    def _created(self, name: str, template: str = "template1") -> str:
        if self.server is None:
            raise ValueError("no server was given to make PostgreSQL databases on")
        with connected(self.server) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        return database_url(self.server.address, name)
