"""The supervision ratio is counted at every batch of a small month, and of a large one when it could have moved."""

from datetime import timedelta
from itertools import islice

import pytest

from databases.loading import Loadings, SupervisionRatio
from tradewarden.pipeline.batch import Worker, process_batch
from tradewarden.pipeline.intake import take
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import simulate


@pytest.fixture
def counted(monkeypatch):
    """How often it was counted; the month has as many declarations as `of` says."""
    calls = {"of": 10_000, "times": 0}

    def ratio(_, since, until):
        calls["times"] += 1
        return SupervisionRatio(
            since=since, until=until, declarations=calls["of"], supervised=0, planned=calls["of"] // 8
        )

    monkeypatch.setattr(Loadings, "ratio", ratio)
    return calls


@pytest.mark.parametrize(
    ("declarations", "decided", "later", "times"),
    [
        (1_999, 0, timedelta(0), 2),
        (10_000, 0, timedelta(0), 1),
        (10_000, 200, timedelta(0), 1),
        (10_000, 201, timedelta(0), 2),
        (10_000, 0, timedelta(seconds=59), 1),
        (10_000, 0, timedelta(seconds=60), 2),
        (10_000, 0, timedelta(seconds=-1), 2),
        (10_000, 0, timedelta(days=1), 2),
    ],
)
def test_when_it_is_counted_anew(app, counted, declarations, decided, later, times):
    counted["of"] = declarations
    with app.database.reading() as uow:
        first = app.standing.context(uow, app.checks, app.clock())
        app.standing.decided += decided
        second = app.standing.context(uow, app.checks, app.clock() + later)
    assert counted["times"] == times
    assert first.supervision_ratio == second.supervision_ratio


def test_a_batch_tells_how_many_it_decided(app, run):
    events = [as_event(item.order, "test", item.declared_at) for item in islice(simulate(run), 5)]
    with app.database.writing() as uow:
        take(uow, events, "test", "test", app.clock())
    process_batch(app, Worker(batch_size=3))
    assert app.standing.decided == 3
    process_batch(app, Worker(batch_size=3))
    assert app.standing.decided == 5
