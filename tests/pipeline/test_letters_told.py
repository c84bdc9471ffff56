"""A dead letter is found by its order though nobody could read it, and makes one line in the log when it is kept."""

import json
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from databases.dead_letters import LetterQuery
from integrations.json_events import encode
from integrations.kafka.memory import MemoryBroker, MemoryConsumer
from integrations.kafka.port import LOGISTICS, ORDERS
from risk.nouns.order import OrderEvent
from tradewarden.errors import CannotStart
from tradewarden.pipeline import apply
from tradewarden.pipeline.apply import Worker
from tradewarden.pipeline.batch import process_batch
from tradewarden.pipeline.intake import take
from tradewarden.pipeline.reader import StreamReader
from tradewarden.redaction import clean

from .conftest import NOW

WORKER = Worker(name="w1", batch_size=16)


@pytest.fixture
def broker():
    return MemoryBroker(partitions=1)


@pytest.fixture
def read(app, broker):
    reader = StreamReader(
        app=app, worker=WORKER, connect=lambda: MemoryConsumer(broker, "g"), topics=[ORDERS, LOGISTICS]
    )

    def reading():
        with capture_logs() as lines:
            reader.read(0)
        return [line for line in lines if line["event"] == "dead_letters.kept"]

    return reading


@pytest.fixture
def event(clean_order):
    return OrderEvent(
        event_id="E-1", source="erp", occurred_at=NOW, order_id=clean_order.order_id, order=clean_order, revision=1
    )


def found(app, order):
    with app.database.reading() as uow:
        return uow.dead_letters.search(LetterQuery(order=order)).items


def test_a_letter_is_found_by_the_order_its_bytes_name(app, broker, read, event):
    whole = encode(replace(event, event_id="E-LOST"))
    odd = json.loads(whole) | {"colour": "red"}
    broker.append(ORDERS, b"k", json.dumps(odd).encode(), {})
    broker.append(ORDERS, b"k", whole[:-1], {})
    broker.append(LOGISTICS, b"k", b'{"order_id": "O-SAILED", "kind": "none"}', {})
    broker.append(ORDERS, b"k", b"{}", {})
    read()
    assert [(letter.order_id, letter.event_id) for letter in found(app, event.order_id)] == [
        (event.order_id, "E-LOST"),
        (event.order_id, "E-LOST"),
    ]
    assert [letter.source for letter in found(app, "O-SAILED")] == ["kafka:trade.logistics"]
    with app.database.reading() as uow:
        assert uow.dead_letters.of_order("O-SAILED") == ((found(app, "O-SAILED")[0].letter_id, "open"),)
        assert uow.dead_letters.of_order("O-SAIL") == ()
        assert uow.orders.get("O-SAILED") is None


def test_one_line_for_a_batch_says_where_and_which(app, broker, read, event):
    for value in (b"{", encode(event), b"[]"):
        broker.append(ORDERS, b"k", value, {})
    broker.append(LOGISTICS, b"k", b"13800138000", {})
    [line] = read()
    with app.database.reading() as uow:
        kept = {letter.letter_id: letter.place for letter in uow.dead_letters.list().items}
    assert (line["log_level"], line["count"]) == ("warning", 3)
    assert dict(zip(line["letter_id"], line["place"], strict=True)) == kept
    assert set(kept.values()) == {"trade.orders[0]@0", "trade.orders[0]@2", "trade.logistics[0]@0"}
    for key in ("event", "count", "letter_id", "place", "step"):
        assert clean(key, line[key]) == line[key], "what tells where survives the sieve of the log"
    assert read() == []


def test_a_long_row_of_letters_is_counted_and_named_in_part(broker, read):
    for _ in range(WORKER.batch_size):
        broker.append(ORDERS, b"k", b"{", {})
    apply_told, apply.TOLD = apply.TOLD, 3
    try:
        [line] = read()
    finally:
        apply.TOLD = apply_told
    assert (line["count"], len(line["letter_id"]), len(line["place"])) == (WORKER.batch_size, 3, 3)


def test_an_event_that_can_not_be_processed_is_told_too(app, broker, read, event, monkeypatch):
    broker.append(ORDERS, b"k", encode(event), {})
    with app.database.writing() as uow:
        take(uow, [replace(event, event_id="E-2", revision=2, order=replace(event.order, revision=2))], "t", "t", NOW)
    monkeypatch.setattr(apply, "work", lambda *_: 1 / 0)
    with capture_logs() as lines:
        process_batch(app, WORKER)
    [line] = [line for line in lines if line["event"] == "dead_letters.kept"]
    assert line["place"] == ["inbox 1"]
    [line] = read()
    assert line["place"] == ["trade.orders[0]@0"]


def test_what_is_undone_is_not_told(app, broker, monkeypatch):
    broker.append(ORDERS, b"k", b"{", {})
    reader = StreamReader(app=app, worker=WORKER, connect=lambda: MemoryConsumer(broker, "g"), topics=[ORDERS])

    def fails(*_):
        raise CannotStart("nothing works today")

    monkeypatch.setattr("tradewarden.pipeline.stream._advance", fails)
    with capture_logs() as lines, pytest.raises(CannotStart):
        reader.read(0)
    assert [line for line in lines if line["event"] == "dead_letters.kept"] == []
    assert found(app, "") == ()
