"""Kill -9 of the real command in mid-batch: nothing lost or doubled (P1, P2, P8); the self-test has the figures."""

import os
import signal
import subprocess
import sys
import time
from random import Random

import pytest

from databases.engine import Database
from tradewarden.pipeline.batch import Worker, process_batch
from tradewarden.pipeline.intake import take
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import Run, simulate

from .conftest import NOW

KILLS = 3
ORDERS = 700
WORKER = "from tradewarden.cli.main import main; main()"


def _start(settings):
    environment = {
        **os.environ,
        "TRADEWARDEN_DATA_DIR": str(settings.data_dir),
        "TRADEWARDEN_DATABASE_URL": settings.database_url,
        "TRADEWARDEN_BATCH_SIZE": "24",
        "TRADEWARDEN_LEASE_SECONDS": "3",  # what a restart under the same name waits for
    }
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, "worker"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _applied(database: Database) -> int:
    with database.reading() as uow:
        return uow.inbox.counts().applied


def _killed_in_the_middle(settings, database: Database, rng: Random) -> int:
    """Start a worker, wait until it has got somewhere, kill it at a random moment; returns how far it got."""
    before = _applied(database)
    worker = _start(settings)
    try:
        deadline = time.monotonic() + 30
        while before == _applied(database) < ORDERS and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(rng.uniform(0, 0.15))
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    return _applied(database)


@pytest.mark.timeout(180)
def test_kills_in_mid_batch(app):
    rng = Random(20)
    run = Run(seed=5, orders=ORDERS, clients=25, fraud_share=0.1)
    events = [as_event(item.order, "test", item.declared_at) for item in simulate(run)]
    with app.database.writing() as uow:
        take(uow, events, "test", "tester", NOW)
    interrupted = 0
    for _ in range(KILLS):
        interrupted += _killed_in_the_middle(app.settings, app.database, rng) < ORDERS
    while process_batch(app, Worker(batch_size=64)).claimed:
        pass
    with app.database.reading() as uow:
        books = uow.inbox.counts()
        assert books.balanced
        assert (books.applied, books.pending, books.dead) == (ORDERS, 0, 0)
        decisions = {item.summary.order_id for event in events for item in uow.decisions.of_order(event.order_id)}
        assert decisions == {event.order_id for event in events}
        # a process has several hands, each with its own chain
        chains = [head.stream for head in uow.audit.streams() if head.stream.split(".")[0] == "worker"]
        entries = [entry for stream in chains for entry in uow.audit.of_stream(stream)]
        decided = [entry for entry in entries if entry.action == "order.decided"]
        assert len(decided) == len({entry.object_id for entry in decided}) == ORDERS
        assert not [problem for stream in chains for problem in uow.audit.verify(stream)]
    assert interrupted >= KILLS - 1, "most kills must hit a worker that still had something to do"
