"""A client's past that a worker remembers says what the database would say, whoever changed it in between."""

import contextlib
import random
from dataclasses import replace
from datetime import timedelta

import pytest

from databases.client_changes import NEVER, Mark
from databases.client_past import HistoryMemory
from databases.history import HistoryKey
from databases.orders import described_rows

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NAMES = ("床单", "手机")


class Stop(Exception):
    """Rolls a unit of work back."""


def key(order_id, as_of, client_id="C"):
    return HistoryKey(order_id=order_id, client_id=client_id, as_of=as_of, goods_names=NAMES)


@pytest.fixture
def made(clean_order, trade, reference):
    """A recorded order of some client, goods, buyer and value."""

    def make(order_id, at, rng, client_id="C", revision=1):
        priced = trade.priced(clean_order, f"{rng.randint(100, 900)}.{rng.randint(0, 99):02}", str(rng.randint(1, 20)))
        order = trade.changed(
            priced,
            order_id=order_id,
            client_uscc=client_id,
            revision=revision,
            line__hs_code=rng.choice(["6302101000", "8517130000"]),
            line__goods_name=rng.choice(NAMES),
            parties=(replace(clean_order.parties[1], name=rng.choice(["A Ltd", "B Ltd"])),),
        )
        record = trade.recorded(order, at, reference)
        return replace(record, rows=described_rows(record))

    return make


def work(unit, memory, records):
    """Ask, add and record as a worker does; every answer against the one without memory."""
    keys = [key(record.order_id, record.as_of, record.client_id) for record in records]
    ledger, plain = unit.history.ledger(keys, memory), unit.history.ledger(keys)
    for one, record in zip(keys, records, strict=True):
        assert ledger.of(one) == plain.of(one), one
        ledger.add(record.rows)
        plain.add(record.rows)
    unit.orders.record(records)
    return ledger


@pytest.mark.parametrize("seed", range(3))
def test_two_workers_and_everything_that_happens_to_orders(database, now, made, trade, seed):
    rng = random.Random(seed)
    memories = [HistoryMemory(), HistoryMemory()]
    ids, used = [], 0
    for step in range(40):
        memory = memories[rng.random() < 0.2]
        at = now + step * MINUTE - rng.choice([0, 0, 0, 20, 200]) * DAY
        fresh = [made(f"O{step}-{n}", at - n * MINUTE, rng, f"C{n}") for n in range(rng.randint(1, 5))]
        happens = rng.random()
        try:
            with database.writing() as unit:
                used += len(work(unit, memory, fresh).pasts)
                if happens < 0.2 and ids:
                    unit.orders.record([trade.cancelled(rng.choice(ids), 1, now)])
                if happens > 0.8:
                    raise Stop
                # a second round of questions in the same transaction
                work(unit, memory, [made(f"P{step}", at + MINUTE, rng, "C0")])
        except Stop:
            continue
        ids += [one.order_id for one in fresh]
        if 0.2 < happens < 0.4:
            with database.writing() as unit:
                work(unit, memory, [made(ids.pop(), at, rng, rng.choice(["C0", "C1"]), revision=2)])
    assert used > 40


def test_a_client_is_remembered_from_the_second_time_on_until_somebody_else_writes(database, now, made):
    rng, memory = random.Random(1), HistoryMemory()
    remembered = []
    for step in range(6):
        with database.writing() as unit:
            remembered.append(bool(work(unit, memory, [made(f"O{step}", now + step * MINUTE, rng)]).pasts))
        if step == 3:
            with database.writing() as unit:
                unit.orders.record([made("other", now, rng)])
    assert remembered == [False, True, True, True, False, True]


def test_what_was_rolled_back_is_not_remembered(database, now, made):
    rng, memory = random.Random(1), HistoryMemory()
    for step in range(3):
        with database.writing() as unit:
            work(unit, memory, [made(f"O{step}", now, rng)])
    with contextlib.suppress(Stop), database.writing() as unit:
        work(unit, memory, [made("gone", now, rng)])
        raise Stop
    with database.writing() as unit:
        assert unit.history.ledger([key("new", now)], memory).of(key("new", now)).orders_total == 3


def test_the_clients_asked_longest_ago_are_forgotten_first():
    memory = HistoryMemory(most_rows=2)
    for name in "abc":
        memory.keep(name, Mark(1, "u"), None)
    assert [memory.recall(name, Mark(1, "u"))[0] for name in "abc"] == [False, True, True]


def test_marks_count_what_happened_and_a_reader_leaves_none(database, now, made, trade):
    rng = random.Random(1)
    with database.reading() as unit:
        assert unit.changes.marks(["C"]) == {}
        assert unit.changes.since("C", NEVER) == NEVER
    with database.writing() as unit:
        unit.orders.record([made("one", now, rng), made("two", now, rng)])
        added, name = unit.changes.since("C", NEVER), unit.changes.name
    with database.writing() as unit:
        assert unit.changes.marks(["C"]) == {"C": Mark(2, name)} == {"C": added}
        unit.orders.record([trade.cancelled("one", 1, now)])
        assert unit.changes.since("C", Mark(2, name)) is None
    with database.reading() as unit:
        assert unit.changes.marks(["C"])["C"].changes > 3
