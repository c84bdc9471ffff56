"""Any story of duplicates, disorder, kills, zombies and takeovers ends as the model says: lost 0, doubled 0.

The model is one sentence: the state of an order is its highest revision, and every record of the topic is counted once.
"""

import shutil
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

import pytest

from databases.audit import AuditQuery
from databases.paging import PageRequest
from databases.streams import LeaseLost
from integrations.json_events import encode
from integrations.kafka.memory import MemoryBroker, MemoryConsumer
from integrations.kafka.port import ORDERS
from risk.nouns.order import EventType
from tradewarden.pipeline import stream as streaming
from tradewarden.pipeline.apply import Worker
from tradewarden.pipeline.reader import StreamReader
from tradewarden.settings import Settings
from tradewarden.setup import prepare
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import Run, simulate
from tradewarden.wiring import build

from .conftest import NOW

SEEDS = range(24)
STEPS = ("poll", "begin", "apply", "audit", "offset", "commit", "kafka_commit")
LEASE = timedelta(seconds=15)
EVERYTHING = PageRequest(limit=1000)


class Killed(BaseException):
    """The worker died here."""


@dataclass
class Clock:
    now: object = NOW

    def __call__(self):
        return self.now


@dataclass
class Story:
    """A topic with revisions, duplicates and poison in any order, and workers that die while they read it."""

    app: object
    clock: Clock
    rng: Random
    broker: MemoryBroker = field(default_factory=lambda: MemoryBroker(partitions=3))
    readers: dict = field(default_factory=dict)
    kills: int = 0
    zombies: int = 0
    fuse: int = -1

    def fill(self, orders):
        share = self.rng.choice([0, 0.1, 0.3])
        self.events = []
        for item in orders:
            event = as_event(item.order, "test", item.declared_at)
            for revision in range(1, self.rng.randint(1, 3) + 1):
                order = replace(event.order, revision=revision)
                self.events.append(
                    replace(event, event_id=f"{event.order_id}/{revision}", revision=revision, order=order)
                )
            if self.rng.random() < 0.2:
                last = self.events[-1]
                ended = replace(last, event_id=f"{last.order_id}/end", type=EventType.CANCELLED, order=None)
                self.events.append(ended)
        records = [(event.order_id, encode(event)) for event in self.events]
        records += [self.rng.choice(records) for _ in range(int(share * len(records)))]
        self.poison = self.rng.randint(0, 4)
        records += [("poison", b"{%d" % n) for n in range(self.poison)]
        self.rng.shuffle(records)
        for key, value in records:
            self.broker.append(ORDERS, key.encode(), value, {})
            if self.rng.random() < 0.05:
                self.broker.skip((ORDERS, self.rng.randrange(3)))
        self.sent = len(records)

    def reach(self, _name):
        self.fuse -= 1
        if self.fuse == 0:
            raise Killed

    def reader(self, name):
        if name not in self.readers:
            worker = Worker(name=name, batch_size=self.rng.choice([1, 3, 8]))
            self.readers[name] = StreamReader(
                app=self.app, worker=worker, connect=lambda: MemoryConsumer(self.broker, "g"), topics=[ORDERS]
            )
        return self.readers[name]

    def step(self):
        name = self.rng.choice(["a", "b", "c"])
        fate = self.rng.random()
        self.fuse = self.rng.randint(1, 2 * len(STEPS)) if fate < 0.6 else -1
        if 0.6 < fate < 0.7:
            self.clock.now += LEASE * 2  # everybody's lease runs out: whoever reads next takes over
        if 0.7 < fate < 0.8:
            self.be_a_zombie(name)
        try:
            self.reader(name).read(0)
        except Killed:
            self.kills += 1
            del self.readers[name]
            if self.rng.random() < 0.5:
                self.broker.committed.clear()
        self.clock.now += timedelta(seconds=self.rng.choice([0, 1, 5]))

    def be_a_zombie(self, name):
        """A worker that polled, slept past its lease, and wakes up when another has read on."""
        reader = self.reader(name)
        consumer = reader.ready()
        other = self.reader("d")
        self.clock.now += LEASE * 2
        self.fuse = -1
        other.read(0)
        try:
            if streaming.consume(self.app, reader.worker, consumer, reader.reading, 0).polled:
                return  # what it held was not taken from it, so it may
        except LeaseLost:
            self.zombies += 1

    def finish(self):
        self.fuse = -1
        self.clock.now += LEASE * 2
        last = self.reader("last")
        while last.read(0).polled:
            pass


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("template")
    app = build(Settings(data_dir=folder), clock=lambda: NOW)
    prepare(app)
    app.database.dispose()
    return folder


@pytest.fixture(scope="module")
def orders():
    return [item for item, _ in zip(simulate(Run(seed=9, orders=40, clients=10)), range(20), strict=False)]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_end_is_what_the_model_says(seed, template, orders, tmp_path, monkeypatch):
    shutil.copytree(template, tmp_path / "data")
    clock = Clock()
    app = build(Settings(data_dir=tmp_path / "data", dead_ratio=1), clock=clock)
    story = Story(app=app, clock=clock, rng=Random(seed))
    monkeypatch.setattr(streaming, "reach", story.reach)
    story.fill(orders)
    for _ in range(50):
        story.step()
    story.finish()
    compare(story)
    app.database.dispose()


def compare(story):
    highest = {}
    for event in story.events:
        rank = 2 * event.revision + (event.type is EventType.CANCELLED)
        highest[event.order_id] = max(highest.get(event.order_id, 0), rank)
    with story.app.database.reading() as uow:
        counts = uow.inbox.counts()
        heads = uow.orders.heads(list(highest))
        decided = [
            (entry.object_id, entry.details)
            for entry in uow.audit.search(AuditQuery(action="order.decided"), EVERYTHING).items
        ]
        moved = uow.audit.search(AuditQuery(action="stream.received"), EVERYTHING).items
        letters = uow.dead_letters.list(page=EVERYTHING).items
        ends = {(state.topic, state.partition): state.next_offset for state in uow.streams.partitions()}
        broken = [problem for head in uow.audit.streams() for problem in uow.audit.verify(head.stream)]
    assert {order_id: head.standing for order_id, head in heads.items()} == highest
    assert counts.balanced
    assert (counts.received, counts.applied, counts.dead) == (story.sent, len(story.events), story.poison)
    assert counts.duplicate == story.sent - len(story.events) - story.poison
    assert counts.conflicts == counts.pending == 0
    assert max(Counter(decided).values()) == 1
    assert len({letter.place for letter in letters}) == story.poison
    assert all(ends[partition] == log[-1].offset + 1 for partition, log in story.broker.records.items())
    assert moved
    assert not broken


def test_the_stories_hold_kills_and_zombies(template, orders, tmp_path, monkeypatch):
    """Otherwise the test above would prove little."""
    kills = zombies = 0
    for seed in (0, 1, 2):
        shutil.copytree(template, tmp_path / str(seed))
        clock = Clock()
        app = build(Settings(data_dir=tmp_path / str(seed), dead_ratio=1), clock=clock)
        story = Story(app=app, clock=clock, rng=Random(seed))
        with monkeypatch.context() as patch:
            patch.setattr(streaming, "reach", story.reach)
            story.fill(orders)
            for _ in range(50):
                story.step()
        kills, zombies = kills + story.kills, zombies + story.zombies
        app.database.dispose()
    assert kills >= 5
    assert zombies >= 1
