"""A real Kafka broker (KRaft, one node) for the tests marked `broker`: one for the run, one topic for each test."""

import uuid
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import make_url

from tradewarden.errors import CannotStart
from tradewarden.selftest.broker import Broker
from tradewarden.selftest.jars import jars


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A running broker."""
    try:
        libs = jars()
    except CannotStart as error:
        pytest.skip(str(error))
    with Broker(tmp_path_factory.mktemp("broker"), libs) as running:
        yield running


@pytest.fixture
def topic() -> str:
    """The name of a topic no other test uses; the broker makes it on first use."""
    return f"test.{uuid.uuid4().hex[:12]}"


@pytest.fixture
def fresh_postgres(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database of its own."""
    server = request.getfixturevalue("postgres_server")
    name = f"stream_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield make_url(server).set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
