"""The inbox against a model, over any sequence of deliveries, decisions and crashes: nothing lost, nothing doubled."""

import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from databases.dead_letters import NewDeadLetter
from databases.engine import Database
from databases.inbox import Finished, IncomingEvent

NOW = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)
ENDS = ("applied", "stored_older", "cancelled", "dead")
DELIVERY = st.tuples(st.sampled_from("AB"), st.integers(1, 6), st.sampled_from("xxxy"))


class Crash(Exception):
    """The worker dies in mid-transaction."""


class InboxMachine(RuleBasedStateMachine):
    """Deliveries with repeats and conflicts; items end in every way; transactions die at will."""

    template: Path

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.template, self.folder / "inbox.db")
        self.database = Database(f"sqlite:///{self.folder / 'inbox.db'}")
        self.state: dict[tuple[str, str], str] = {}
        self.payload: dict[tuple[str, str], str] = {}
        self.received = self.duplicates = self.conflicts = self.undecoded = 0

    def teardown(self):
        self.database.dispose()
        shutil.rmtree(self.folder)

    @rule(deliveries=st.lists(DELIVERY, max_size=5), lane=st.sampled_from(["live", "bulk"]), crash=st.booleans())
    def deliver(self, deliveries, lane, crash):
        events = [
            IncomingEvent(
                source=source,
                event_id=str(number),
                order_id=str(number),
                revision=1,
                client_key="C",
                raw=payload.encode(),
                payload_hash=payload,
                lane=lane,
            )
            for source, number, payload in deliveries
        ]
        if not self._dies(lambda unit: unit.inbox.accept(events, NOW), crash):
            for one in events:
                self._count(one)

    def _count(self, one):
        key = (one.source, one.event_id)
        self.received += 1
        if key not in self.state:
            self.state[key], self.payload[key] = "pending", one.payload_hash
        elif self.payload[key] == one.payload_hash:
            self.duplicates += 1
        else:
            self.conflicts += 1

    @rule(limit=st.integers(1, 4), ends=st.lists(st.sampled_from(ENDS), min_size=4, max_size=4), crash=st.booleans())
    def work(self, limit, ends, crash):
        done = {}

        def batch(unit):
            for item, end in zip(unit.inbox.claim(limit), ends, strict=False):
                done[item.source, item.event_id] = end
                if end == "dead":
                    unit.inbox.mark_dead([item.inbox_id], NOW)
                else:
                    unit.inbox.mark_applied([Finished(item.inbox_id, end)], NOW)

        if not self._dies(batch, crash):
            assert all(self.state[key] == "pending" for key in done)
            self.state.update(done)

    @rule(crash=st.booleans())
    def undecodable(self, crash):
        letter = NewDeadLetter(source="A", place="1", reason="no JSON", raw=b"{")
        if not self._dies(lambda unit: unit.dead_letters.add([letter], NOW), crash):
            self.received += 1
            self.undecoded += 1

    def _dies(self, step, crash):
        try:
            with self.database.writing() as unit:
                step(unit)
                if crash:
                    raise Crash
        except Crash:
            return True
        return False

    @invariant()
    def counts_add_up(self):
        with self.database.reading() as unit:
            counts = unit.inbox.counts()
        ends = list(self.state.values())
        assert counts.balanced
        assert counts.received == self.received
        assert counts.applied == sum(ends.count(end) for end in ("applied", "stored_older", "cancelled"))
        assert counts.stored_older == ends.count("stored_older")
        assert counts.duplicate == self.duplicates + self.conflicts
        assert counts.conflicts == self.conflicts
        assert counts.dead == self.undecoded + ends.count("dead")
        assert counts.pending == ends.count("pending")


@pytest.fixture(autouse=True)
def _template(sqlite_template):
    InboxMachine.template = sqlite_template


InboxMachine.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestInbox = InboxMachine.TestCase
