"""A laboratory with children that are really killed: on SQLite and, where the wheel is installed, PostgreSQL."""

import logging
import shutil
import tempfile
from pathlib import Path

import pytest
import structlog

from tradewarden.selftest.lab import Lab
from tradewarden.selftest.nursery import Nursery
from tradewarden.selftest.places import Places
from tradewarden.selftest.postgres import Postgres


@pytest.fixture(scope="session")
def folder():
    made = Path(tempfile.mkdtemp(prefix="selftest-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def nursery():
    with Nursery() as running:
        yield running


@pytest.fixture(scope="session")
def server():
    """A PostgreSQL of our own, to be killed."""
    with Postgres({"fsync": "off"}) as running:
        yield running


@pytest.fixture
def quiet():
    """What is provoked here is not to fill the screen."""
    before = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.configure(wrapper_class=before)


@pytest.fixture
def lab(request, folder, nursery, quiet):
    """A laboratory without a broker; with a PostgreSQL when the test asks for that engine."""
    wants = getattr(request.node, "callspec", None)
    served = wants is not None and wants.params.get("engine") == "postgres"
    postgres = request.getfixturevalue("server") if served else None
    own = Path(tempfile.mkdtemp(prefix="lab-", dir=folder))
    return Lab(folder=own, seed=7, places=Places(folder=own, server=postgres), nursery=nursery, postgres=postgres)
