"""An application on a fresh SQLite database through the migrations, with synthetic clients and lists."""

from datetime import UTC, datetime

import pytest

from tradewarden.demo import client_of_profile, synthetic_lists
from tradewarden.settings import Settings
from tradewarden.setup import prepare
from tradewarden.simulate.generate import Run, factories
from tradewarden.wiring import build

NOW = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)


@pytest.fixture
def run():
    return Run(seed=3, orders=120, clients=25, fraud_share=0.25)


@pytest.fixture
def app(tmp_path, run):
    """The application with the clients and lists of `run`; its clock stands at NOW."""
    application = build(Settings(data_dir=tmp_path / "data"), clock=lambda: NOW)
    prepare(application)
    with application.database.writing() as uow:
        uow.clients.save_many([client_of_profile(item.profile) for item in factories(run)], "test", NOW)
        for imported in synthetic_lists(NOW):
            uow.watchlists.import_version(imported, "test", NOW)
    yield application
    application.database.dispose()
