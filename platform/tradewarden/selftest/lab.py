"""The laboratory: everything that is started for a self-test, and the stage a case is played on."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from risk.nouns.status import StatusEvent
from tradewarden.pipeline.batch import Worker, process_batch
from tradewarden.pipeline.verification import attach_waiting_events, verify_customs
from tradewarden.selftest.broker import Broker
from tradewarden.selftest.children import Task
from tradewarden.selftest.doors import Door, InboxDoor, StreamDoor
from tradewarden.selftest.evidence import Evidence, read
from tradewarden.selftest.judgement import Verdict, judge_case
from tradewarden.selftest.nursery import Child, Nursery
from tradewarden.selftest.places import Engine, Place, Places
from tradewarden.selftest.postgres import Postgres
from tradewarden.selftest.table import Row
from tradewarden.selftest.topics import Topics
from tradewarden.selftest.traffic import Sent, Trouble, today_in_utc, traffic

DRAIN_SECONDS = 90
KEPT_LOG = 400
ATTACH_ROUNDS = 3
"""News may wait for a number that other news brings, which waited for another one."""


@dataclass(slots=True, kw_only=True)
class Lab:
    """What cases need. `postgres` is None when the server is not ours to kill; `broker` and `topics` may be missing."""

    folder: Path
    seed: int
    places: Places
    nursery: Nursery
    broker: Broker | None = None
    topics: Topics | None = None
    postgres: Postgres | None = None

    def traffic(self, case: str, orders: int, trouble: Trouble | None = None) -> list[Sent]:
        """The messages of a case."""
        today = today_in_utc(self.places.clock())
        return traffic(f"{self.seed} {case}", orders, today, trouble or Trouble())

    def rng(self, case: str) -> Random:
        """The chance of a case."""
        return Random(f"{self.seed} {case}")  # noqa: S311 - which hit dies, not a secret

    def stage(self, case: str, engine: Engine) -> "Stage":
        """A fresh stage for a case."""
        place = self.places.make(engine, self.broker.servers if self.broker else "")
        door: Door = StreamDoor(place, self.topics) if self.topics else InboxDoor(place)
        return Stage(lab=self, case=case, place=place, door=door)

    def clean_run(self, events: Sequence[Any], told: Sequence[StatusEvent] = ()) -> Evidence:
        """The same events on a fresh database, one by one in one process and without faults; the news after them."""
        place = self.places.make("sqlite")
        InboxDoor(place).feed([Sent(topic="", key="", value=None, kind="event", event=event) for event in events])
        while process_batch(place.app, Worker(name="clean", batch_size=1)).claimed:
            pass
        InboxDoor(place).feed([Sent(topic="", key="", value=None, kind="event", status=event) for event in told])
        settle(place)
        found = read(place)
        place.close()
        return found


def settle(place: Place) -> None:
    """What the scheduler does sooner or later: news that waits for a number is attached, what is new is compared."""
    if not _any_news(place):
        return
    for _ in range(ATTACH_ROUNDS):
        with place.app.database.writing() as uow:
            attach_waiting_events(uow, place.app.clock())
            verify_customs(uow, place.app.clock())


def _any_news(place: Place) -> bool:
    with place.app.database.reading() as uow:
        return bool(uow.trade_events.counts())


@dataclass(slots=True, kw_only=True)
class Stage:
    """One database behind one door, with children that work on it."""

    lab: Lab
    case: str
    place: Place
    door: Door
    sent: list[Sent] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    @property
    def folder(self) -> Path:
        return self.place.settings.data_dir

    def feed(self, messages: Sequence[Sent]) -> None:
        """Send messages in."""
        self.door.feed(messages)
        self.sent += messages

    def task(self, name: str = "worker", **more: Any) -> Task:
        """A task on this stage."""
        settings = self.place.settings
        return Task(
            name=name,
            data_dir=str(settings.data_dir),
            database_url=settings.database_url,
            kafka_servers=settings.kafka_servers,
            report=str(self.folder / "fail_points"),
            log=str(self.folder / "children.log"),
            **more,
        )

    def start(self, task: Task) -> Child:
        """Start a child."""
        return self.lab.nursery.start(task)

    def hits(self) -> "Counter[str]":
        """How often each fail point struck so far."""
        report = self.folder / "fail_points"
        lines = report.read_text(encoding="utf-8").splitlines() if report.exists() else []
        return Counter(line.rpartition(" ")[2] for line in lines)

    def until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Wait for a condition; False when it does not come true in time."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def rest(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)

    def survived(self, child: Child, seconds: float) -> None:
        """A child that went through a fault works off what waits, and stops when asked."""
        self.until(lambda: self.door.waiting() <= 0 or child.wait(0) != "running", seconds)
        if child.wait(0) != "running":
            self.problem(f"a worker that was to go on was {child.status}")
        elif (status := child.stop()) != "done":
            self.problem(f"a worker asked to stop ended as {status}")

    def drain(self, names: Sequence[str] = ("worker",)) -> None:
        """Let unarmed workers finish what waits, then stop them in order; what goes wrong is a problem of the case."""
        children = [self.start(self.task(name, batch_size=64)) for name in names]
        self.drain_with(children)

    def drain_with(self, children: Sequence[Child]) -> None:
        """Let running children finish what waits, then stop them."""
        if not self.until(lambda: self.door.waiting() <= 0 and self.door.waiting(final=True) <= 0, DRAIN_SECONDS):
            left = self.door.waiting(final=True)
            self.problem(f"{left} messages were not worked off in {DRAIN_SECONDS} s")
        for child in children:
            if (status := child.stop()) != "done":
                self.problem(f"a worker asked to stop ended as {status}")

    def problem(self, what: str) -> None:
        """Something that should not be, with the last words of the children."""
        log = self.folder / "children.log"
        last = log.read_text(encoding="utf-8", errors="replace")[-KEPT_LOG:] if log.exists() else ""
        self.problems.append(f"{what}. Last words: {' '.join(last.split())}" if last else what)

    def row(self, kills: int, extra: Verdict | None = None) -> Row:
        """Judge what the case left behind."""
        arrived, events = self.door.arrived()
        settle(self.place)
        found = read(self.place)
        verdict = judge_case(self.sent, arrived, found, self.lab.clean_run(events, arrived.told))
        if extra is not None:
            verdict.add(extra)
        self.place.close()
        return Row(
            case=self.case,
            engine=self.place.engine,
            door=self.door.name,
            kills=kills,
            lost=verdict.lost,
            doubled=verdict.doubled,
            wrongly_released=verdict.wrongly_released,
            events=arrived.total,
            seconds=round(time.monotonic() - self.began, 1),
            hits=dict(self.hits()),
            books_balanced=found.balanced and not found.pending,
            audit_intact=not found.broken_chains,
            notes=(*verdict.notes, *self.problems),
        )
