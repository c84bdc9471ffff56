"""The books against a model, over any sequence of deliveries, deaths, mendings, replays and discards."""

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from databases.dead_letters import NewDeadLetter
from databases.inbox import Finished
from integrations.json_events import encode
from risk.nouns.order import EventType, OrderEvent
from tradewarden.pipeline.intake import take
from tradewarden.pipeline.replay_letters import Replay, discard, replay
from tradewarden.settings import Settings
from tradewarden.setup import prepare
from tradewarden.wiring import build

NOW = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)
DOORS = ("kafka:trade.orders", "rest")
NUMBERS = st.integers(1, 4)
REVISIONS = st.sampled_from([1, 1, 1, 2])


def event(number, revision):
    """A cancellation: the smallest event there is; another revision under the same id is other content."""
    return OrderEvent(
        event_id=f"E-{number}", source="erp", occurred_at=NOW, order_id=f"O-{number}", revision=revision,
        type=EventType.CANCELLED,
    )  # fmt: skip


class BooksMachine(RuleBasedStateMachine):
    """What comes in from outside is counted once, whatever is done with it afterwards."""

    template: Path

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copytree(self.template, self.folder / "data")
        self.app = build(Settings(data_dir=self.folder / "data"), clock=lambda: NOW)
        self.came = 0

    def teardown(self):
        self.app.database.dispose()
        shutil.rmtree(self.folder)

    @rule(number=NUMBERS, revision=REVISIONS, door=st.sampled_from(DOORS))
    def deliver(self, number, revision, door):
        with self.app.database.writing() as uow:
            take(uow, [event(number, revision)], door, "test", NOW)
        self.came += 1

    @rule(door=st.sampled_from(DOORS))
    def deliver_nonsense(self, door):
        with self.app.database.writing() as uow:
            uow.dead_letters.add([NewDeadLetter(source=door, place="", reason="", raw=b"{")], NOW)
        self.came += 1

    @rule(dies=st.booleans())
    def work(self, dies):
        with self.app.database.writing() as uow:
            for item in uow.inbox.claim(1):
                if dies:
                    letter = NewDeadLetter(source="erp", place="", reason="", raw=item.raw, inbox_id=item.inbox_id)
                    uow.dead_letters.add([letter], NOW)
                    uow.inbox.mark_dead([item.inbox_id], NOW)
                else:
                    uow.inbox.mark_applied([Finished(item.inbox_id)], NOW)

    @rule(which=st.integers(0, 9), number=NUMBERS, revision=REVISIONS, mended=st.booleans())
    def replay_one(self, which, number, revision, mended):
        letters = self.letters()
        if letters:
            raw = encode(event(number, revision)) if mended else None
            letter_id = letters[which % len(letters)]
            result = replay(
                self.app, Replay(letter_id=letter_id, actor="ops", reason="mended", raw=raw, other_order=True)
            )
            assert (letter_id in self.letters()) is not result.done

    @rule(which=st.integers(0, 9))
    def discard_one(self, which):
        letters = self.letters()
        if letters:
            discard(self.app, letters[which % len(letters)], "ops", "no use")

    def letters(self):
        with self.app.database.reading() as uow:
            return [letter.letter_id for letter in uow.dead_letters.list().items]

    @invariant()
    def the_books_balance(self):
        with self.app.database.reading() as uow:
            counts, doors = uow.inbox.counts(), uow.books.doors()
            accepted = sum(one.accepted for one in uow.books.sources())
            dead = {(one.state, one.source): one.count for one in uow.dead_letters.tally()}
        assert counts.balanced
        assert counts.received == self.came
        assert all(door.balanced for door in doors)
        assert sum(door.accepted for door in doors) == accepted
        assert all(min(door.received, door.accepted, door.duplicate, door.dead) >= 0 for door in doors)
        lost = sum(count for (state, _), count in dead.items() if state != "replayed")
        assert counts.dead <= lost, "whatever is dead has a letter that is open or discarded"


@pytest.fixture(autouse=True)
def _template(tmp_path):
    app = build(Settings(data_dir=tmp_path / "data"), clock=lambda: NOW)
    prepare(app)
    app.database.dispose()
    BooksMachine.template = tmp_path / "data"


BooksMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestBooks = BooksMachine.TestCase
