"""A corpus of bad records: each is a dead letter with raw bytes, place and reason, and the next order is decided."""

import json
from dataclasses import replace
from zlib import crc32

import pytest

from integrations.json_events import encode
from integrations.kafka.memory import MemoryBroker, MemoryConsumer
from integrations.kafka.port import ORDERS, Record
from tradewarden.pipeline.apply import Worker
from tradewarden.pipeline.reader import StreamReader
from tradewarden.settings import Settings
from tradewarden.setup import prepare
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import Run, simulate
from tradewarden.wiring import build

from .conftest import NOW

RUN = Run(seed=3, orders=2, clients=2)
GOOD = encode(as_event(next(iter(simulate(RUN))).order, "test", NOW))
WORKER = Worker(name="w1", batch_size=16, publish=True)


def changed(**values):
    """The good message with fields of its envelope put in or taken out (...)."""
    message = json.loads(GOOD) | values
    return json.dumps({name: value for name, value in message.items() if value is not ...}).encode()


def in_order(**values):
    message = json.loads(GOOD)
    message["order"] |= values
    return json.dumps(message).encode()


def in_header(**values):
    message = json.loads(GOOD)
    message["order"]["declaration"]["header"] |= values
    return json.dumps(message).encode()


def in_line(**values):
    message = json.loads(GOOD)
    message["order"]["declaration"]["lines"][0] |= values
    return json.dumps(message).encode()


def raw_line(name, text):
    """A value of the first line written as given, whatever JSON says to it."""
    return in_line(**{name: "@@"}).replace(b'"@@"', text)


CORPUS = {
    "tombstone": None,
    "nothing": b"",
    "blanks": b" \n\t ",
    "zero byte": b"\x00",
    "zero bytes": b"\x00" * 4096,
    "noise": bytes(range(256)) * 8,
    "text": b"hello",
    "null": b"null",
    "true": b"true",
    "number": b"42",
    "string": b'"order"',
    "array": b"[]",
    "array of orders": b"[" + GOOD + b"]",
    "empty object": b"{}",
    "two objects": GOOD + GOOD,
    "trailing comma": GOOD[:-1] + b",}",
    "trailing text": GOOD + b" x",
    "single quotes": GOOD.replace(b'"', b"'"),
    "comment": b"/* order */" + GOOD,
    "cut at half": GOOD[: len(GOOD) // 2],
    "cut of its last byte": GOOD[:-1],
    "cut in a letter": GOOD.replace(b"test", "测".encode()[:2]),
    "bad utf-8": GOOD.replace(b"test", b"\xff\xfe\xfd"),
    "overlong utf-8": GOOD.replace(b"test", b"\xc0\xaf"),
    "utf-8 surrogate": GOOD.replace(b"test", b"\xed\xa0\x80"),
    "half a surrogate pair": changed(source="@").replace(b'"@"', b'"\\ud800"'),
    "NUL in a text": changed(source="a\0b"),
    "control letter": changed(source="a\x1bb"),
    "utf-16": GOOD.decode().encode("utf-16"),
    "utf-32": GOOD.decode().encode("utf-32"),
    "gb 18030": in_header(domestic_party="外贸").decode("unicode_escape").encode("gb18030", "replace"),
    "gzip": b"\x1f\x8b\x08\x00" + GOOD,
    "avro with schema id": b"\x00\x00\x00\x00\x01" + GOOD,
    "xml": b"<?xml version='1.0'?><Signed_Data/>",
    "csv": b"order_id,revision\n1,1\n",
    "html": b"<html><body>502 Bad Gateway</body></html>",
    "deep arrays": b"[" * 100_000,
    "deep arrays, closed": b"[" * 50_000 + b"]" * 50_000,
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "deep below the order": changed(order=json.loads("[" * 200 + "]" * 200)),
    "twenty megabytes": b'{"order_id":"' + b"x" * 20_000_000 + b'"}',
    "twenty megabytes of blanks": GOOD + b" " * 20_000_000,
    "a text of a million letters": in_header(contract_number="x" * 1_000_000),
    "NaN": raw_line("quantity", b"NaN"),
    "Infinity": raw_line("quantity", b"Infinity"),
    "minus Infinity": raw_line("quantity", b"-Infinity"),
    "NaN as text": in_line(quantity="NaN"),
    "huge exponent": raw_line("quantity", b"1e999999999"),
    "huge exponent as text": in_line(quantity="1e400"),
    "huge integer": raw_line("quantity", b"9" * 5000),
    "many places": in_line(quantity="0." + "1" * 400),
    "hexadecimal": raw_line("quantity", b"0x10"),
    "leading zeros": raw_line("quantity", b"007"),
    "grouped digits": in_line(quantity="1,000"),
    "full-width digits": in_line(quantity="１２"),
    "schema of the future": changed(schema=2),
    "schema zero": changed(schema=0),
    "schema as text": changed(schema="1"),
    "schema true": changed(schema=True),
    "schema null": changed(schema=None),
    "revision zero": changed(revision=0),
    "negative revision": changed(revision=-1),
    "revision as text": changed(revision="1"),
    "huge revision": changed(revision=10**30),
    "fraction of a revision": changed(revision=1.5),
    "other revision inside": changed(revision=7),
    "unknown type": changed(type="order.deleted"),
    "cancellation with an order": changed(type="order.cancelled"),
    "submission without order": changed(order=...),
    "order null": changed(order=None),
    "order as text": changed(order="O-1"),
    "no order id": changed(order_id=...),
    "empty order id": changed(order_id=""),
    "order id with a blank": changed(order_id="a b"),
    "order id of a thousand letters": changed(order_id="x" * 1000),
    "other order id inside": changed(order_id="another"),
    "event id null": changed(event_id=None),
    "event id as number": changed(event_id=5),
    "empty event id": changed(event_id=""),
    "empty source": changed(source=""),
    "long source": changed(source="s" * 65),
    "time without zone": changed(occurred_at="2026-03-08T12:00:00"),
    "no time": changed(occurred_at="yesterday"),
    "a time nobody trades at": changed(occurred_at="0001-01-01T00:00:00Z"),
    "unknown field": changed(prioriy=1),
    "unknown field in a line": in_line(hs="1"),
    "field twice": GOOD.replace(b'{"', b'{"order_id":"first","', 1),
    "lines as object": in_order(declaration={"lines": {}}),
    "lines null": in_order(declaration={"lines": None}),
    "no declaration": in_order(declaration=None),
    "code as number": in_line(hs_code=8517130000),
}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    settings = Settings(data_dir=tmp_path_factory.mktemp("poison"), dead_ratio=1)
    application = build(settings, clock=lambda: NOW)
    prepare(application)
    yield application
    application.database.dispose()


@pytest.fixture(scope="module")
def broker():
    return MemoryBroker(partitions=1)


@pytest.fixture(scope="module")
def reader(app, broker):
    return StreamReader(app=app, worker=WORKER, connect=lambda: MemoryConsumer(broker, "g"), topics=[ORDERS])


def next_order(name):
    event = as_event(next(iter(simulate(RUN))).order, "test", NOW)
    order_id = f"after-{crc32(name.encode())}"
    order = replace(event.order, order_id=order_id)
    return replace(event, event_id=order_id, order_id=order_id, order=order)


def test_the_corpus_is_large_and_its_pattern_good():
    assert len(CORPUS) >= 60
    assert len(set(CORPUS.values())) == len(CORPUS)


@pytest.mark.parametrize("name", CORPUS)
def test_a_bad_record_is_a_dead_letter_and_the_next_order_is_decided(app, broker, reader, name):
    value = CORPUS[name]
    broker.append(ORDERS, b"\xffkey", value, {"trace": name})
    place = f"trade.orders[0]@{broker.end((ORDERS, 0)) - 1}"
    broker.append(ORDERS, b"key", encode(next_order(name)), {})
    result = reader.read(0)
    assert (result.polled, result.dead, result.decided) == (2, 1, 1)
    with app.database.reading() as uow:
        letter = uow.dead_letters.list().items[0]
        counts = uow.inbox.counts()
    assert (letter.place, letter.source, letter.raw) == (place, "kafka:trade.orders", value or b"")
    assert letter.headers["trace"] == name
    assert letter.headers["kafka.key"] == "\\xffkey"
    assert len(letter.reason) > 20
    assert counts.balanced


def test_what_only_looks_bad_is_an_order(app, broker, reader):
    """No key, a byte order mark, blanks around it, a header without value or with any bytes: the order is there."""
    looks = [b"\xef\xbb\xbf%s", b" \n%s\n"]
    for n, look in enumerate(looks):
        broker.append(ORDERS, None, look % encode(next_order(f"look {n}")), {})
    log = broker.records[ORDERS, 0]
    odd = Record(
        topic=ORDERS,
        partition=0,
        offset=broker.end((ORDERS, 0)),
        key=None,
        value=encode(next_order("odd headers")),
        headers=(("bin", b"\xff\x00"), ("", b""), ("bin", b"2")),
        sent_at=NOW,
    )
    log.append(odd)
    result = reader.read(0)
    assert (result.decided, result.dead) == (3, 0)
    log.append(replace(odd, offset=odd.offset + 1, value=b"{"))
    assert reader.read(0).dead == 1
    with app.database.reading() as uow:
        headers = uow.dead_letters.list().items[0].headers
    assert headers == {"bin": "\\xff\\x00", "": "", "bin#2": "2"}
