"""The self-test as a whole: starts what is needed, plays the cases, stops and deletes everything in the end."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tradewarden.errors import CannotStart
from tradewarden.selftest.broker import Broker
from tradewarden.selftest.jars import jars
from tradewarden.selftest.lab import Lab
from tradewarden.selftest.nursery import Nursery
from tradewarden.selftest.places import Engine, Places, Server
from tradewarden.selftest.plan import cases, play
from tradewarden.selftest.postgres import Postgres
from tradewarden.selftest.table import Row
from tradewarden.selftest.topics import Topics

FSYNC_OFF = {"fsync": "off"}
"""A killed process loses nothing the system took; only a machine that falls would, and none falls here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was asked for. `postgres_url` names a server of the user's, `libs` the jars of a broker."""

    chaos: int
    seed: int
    engines: Sequence[Engine] = ("sqlite", "postgres")
    with_broker: bool = True
    postgres_url: str = ""
    libs: Path | None = None


@dataclass(frozen=True, slots=True)
class _Named:
    """A server that runs already."""

    address: str


def selftest(wish: Wish) -> Iterator[Row]:
    """Play every case and hand out its row. What can't be started makes rows that were not run.

    Works in temporary folders and on databases of its own; the installation's data are not touched.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="selftest-")))
        nursery = stack.enter_context(Nursery())
        engines = list(wish.engines)
        postgres: Postgres | None = None
        server: Server | None = _Named(wish.postgres_url) if wish.postgres_url else None
        if "postgres" in engines and server is None:
            try:
                server = postgres = stack.enter_context(Postgres(FSYNC_OFF))
            except CannotStart as error:
                engines.remove("postgres")
                yield Row(case="everything on PostgreSQL", engine="postgres", not_run=str(error))
        places = Places(folder=folder, server=server)
        if wish.postgres_url:
            stack.callback(places.drop)
        broker: Broker | None = None
        topics: Topics | None = None
        if wish.with_broker:
            try:
                broker = stack.enter_context(Broker(_made(folder / "broker"), jars(wish.libs)))
                topics = stack.enter_context(Topics(broker.servers))
            except CannotStart as error:
                yield Row(case="everything on a broker", engine="all", not_run=str(error))
        lab = Lab(
            folder=folder,
            seed=wish.seed,
            places=places,
            nursery=nursery,
            broker=broker,
            topics=topics,
            postgres=postgres,
        )
        for case in cases(lab, engines, wish.chaos):
            yield play(case)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
