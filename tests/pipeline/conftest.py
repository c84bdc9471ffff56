"""An application on a fresh migrated database of either engine, with synthetic clients and lists."""

from datetime import UTC, datetime
from itertools import count

import psycopg
import pytest
from sqlalchemy import make_url

from tradewarden.demo import client_of_profile, synthetic_lists
from tradewarden.settings import Settings
from tradewarden.setup import prepare
from tradewarden.simulate.generate import Run, factories
from tradewarden.wiring import build

from ..engines import ENGINES

NUMBERS = count(1)
NOW = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)


@pytest.fixture
def run():
    return Run(seed=3, orders=120, clients=25, fraud_share=0.25)


@pytest.fixture(params=ENGINES)
def url(request, tmp_path):
    """A fresh database of either engine; empty text is SQLite in the data folder."""
    if request.param == "sqlite":
        yield ""
        return
    server = request.getfixturevalue("postgres_server")
    name = f"pipeline_{next(NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield make_url(server).set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def app(tmp_path, run, url):
    """The application with the clients and lists of `run`; its clock stands at NOW."""
    application = build(Settings(data_dir=tmp_path / "data", database_url=url), clock=lambda: NOW)
    prepare(application)
    with application.database.writing() as uow:
        uow.clients.save_many([client_of_profile(item.profile) for item in factories(run)], "test", NOW)
        for imported in synthetic_lists(NOW):
            uow.watchlists.import_version(imported, "test", NOW)
    yield application
    application.database.dispose()
