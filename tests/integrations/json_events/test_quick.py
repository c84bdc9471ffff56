"""The quick way takes only what the strict look takes, and makes the same of it."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from integrations.errors import DoorError
from integrations.json_events import Limits, decode, decode_order, encode
from integrations.json_events.limits import DEFAULT
from integrations.json_events.quick import quick
from risk.nouns.order import Order, OrderEvent
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import Run, simulate

NOW = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)
VALUES = [
    *("null", "true", "false", "[]", "{}", "[[]]", "[{}]", '[""]', '[["a","b"]]', '[["a","b","c"]]', '[["a",1]]'),
    *("0", "-0", "1", "-1", "1.0", "1.50", "1e2", "1E-2", "1e400", "01", "+1", ".5", "NaN", "-Infinity", "0x1"),
    *("999999999999999", "1000000000000000", "-1000000000000000", "9223372036854775808", "9" * 30, "9" * 400),
    *('""', '" "', '"0"', '"-1"', '"1.5"', '"1."', '".5"', '"+1"', '"1e5"', '"1E+40"', '"1_000"', '"1,5"', '"１２"'),
    *(
        '"00012.50"',
        '" 1"',
        '"1 "',
        '"1\\n"',
        '"NaN"',
        '"sNaN"',
        '"-Infinity"',
        '"0x1"',
        f'"{"9" * 19}"',
        f'"{"9" * 20}"',
    ),
    *(f'"0.{"1" * 12}"', f'"0.{"1" * 13}"', '"1.0\\u0000"', '"\\u0031"', '"1\\u003a"'),
    *('"2026-03-08"', '"2026-02-30"', '"2026-3-8"', '"20260308"', '"00010101"', '"99991231"', '"1999-12-31"'),
    *('"2100-01-01"', '"2100-01-02"', '"2026-03-08\\n"', '" 2026-03-08"', '"２０２６-03-08"', '"2026-03-08Z"'),
    *('"2026-03-08T12:00:00Z"', '"2026-03-08T12:00:00+08:00"', '"2026-03-08T12:00:00"', '"2026-03-08T12:00Z"'),
    *('"2026-03-08T12:00:00.5Z"', '"2026-03-08T12:00:00.123456789Z"', '"2026-03-08T12:00:00.Z"', '"2026-03-08T12Z"'),
    *('"2026-03-08 12:00:00Z"', '"2026-03-08t12:00:00z"', '"2026-03-08T12:00:00+0800"', '"2026-03-08T12:00:00+08"'),
    *('"2026-03-08T24:00:00Z"', '"2026-03-08T23:59:60Z"', '"2026-03-08T12:00:00-99:00"', '"2026-03-08T12:00:00Z\\n"'),
    *('"2100-01-01T00:00:00Z"', '"1999-12-31T23:59:59Z"', '"0001-01-01T00:00:00Z"', '"12:00:00Z"'),
    *(
        '"a\\u0000"',
        '"\\u000b"',
        '"\\b"',
        '"\\f"',
        '"\\n\\t\\r"',
        '"\\ud800"',
        '"\\ud83d\\ude00"',
        '"\\uFFFE"',
        '"\\uffff"',
    ),
    *(
        '"\ufffe"',
        '"\uffff"',
        '"￥"',
        '"😀"',
        '"\x7f\x85"',
        '"\x01"',
        '"\\/"',
        '"\\x"',
        '"a\\":b"',
        '"a\\u0022:b"',
        '"a:b"',
    ),
    *(
        f'"{"x" * 10_000}"',
        f'"{"x" * 10_001}"',
        f'"{"长" * 3_334}"',
        f'"{"长" * 10_001}"',
        '"order.cancelled"',
        '"seller"',
    ),
    *(
        '"client"',
        '"agency_refund"',
        '"gift"',
        '"E"',
        '"a b"',
        '"O-1"',
        '{"amount":"1","currency":"USD"}',
        '{"amount":1}',
    ),
]
NAMES = ["order_id", "schema", "revision", "source", "remarks", "name", "total", "quantiy", "", "注", 'a"b', "a:b", "$"]


@pytest.fixture(scope="module")
def events():
    run = Run(seed=11, orders=40, clients=8)
    return [as_event(item.order, "test", item.declared_at) for item in simulate(run)]


@pytest.fixture
def strictly(monkeypatch):
    """`decode_order` as it is without the quick way."""

    def look(raw, limits):
        with monkeypatch.context() as patch:
            patch.setattr(decode, "quick", lambda *_: None)
            return outcome(raw, limits)

    return look


def outcome(raw, limits=DEFAULT):
    try:
        return decode_order(raw, "test", NOW, limits)
    except DoorError as error:
        return (type(error), error.source, error.where, error.value, error.expected, error.next_step)


class Vandal:
    """Changes messages: values, names, repeats, spacing, and bytes."""

    def __init__(self, seed):
        self.rng = random.Random(seed)

    def spoilt(self, raw):
        rng = self.rng
        value = json.loads(raw, parse_float=str)
        if rng.random() < 0.3:
            value = value["order"]
        marks = {}
        for number in range(rng.choice((0, 1, 1, 1, 2, 3))):
            self._change(value, f"@{number}@", marks)
        text = json.dumps(value, ensure_ascii=rng.random() < 0.2, **rng.choice(FORMATS))
        for mark, fragment in marks.items():
            text = text.replace(f'"{mark}"', fragment)
        spoilt = text.encode("utf-8", "surrogatepass")
        return self._bytes(spoilt) if rng.random() < 0.2 else spoilt

    def _change(self, value, mark, marks):
        rng = self.rng
        inside = rng.choice(list(objects(value)))
        if rng.random() < 0.6 or not inside:
            inside[rng.choice([*inside, *inside, rng.choice(NAMES)])] = mark
            marks[mark] = rng.choice(VALUES)
        elif rng.random() < 0.3:
            del inside[rng.choice(list(inside))]
        else:
            # a repeat: the name once more behind a value of its own
            name = rng.choice(list(inside))
            again = rng.choice(("1", json.dumps(inside[name])))
            comma, colon = rng.choice((",", " , ")), rng.choice((":", " :", ": "))
            marks[mark] = f"{json.dumps(inside[name])}{comma}{json.dumps(name)}{colon}{again}"
            inside[name] = mark

    def _bytes(self, raw):
        rng, spoilt = self.rng, bytearray(raw)
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(spoilt))
            spoilt[at : at + rng.randint(0, 2)] = rng.choice(
                (b"", b'"', b"\\", b":", b"\x00", b"\xff", b" ", b"1", b"e", b",")
            )
        return bytes(spoilt)


FORMATS = ({"separators": (",", ":")}, {"separators": (",", ":")}, {}, {"indent": 1}, {"separators": (" , ", " : ")})


def objects(value):
    """Every object of a message."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(inner)


@pytest.mark.parametrize("seed", range(8))
def test_both_ways_give_the_same_event_or_the_same_error(events, strictly, seed):
    vandal, messages = Vandal(seed), [encode(event) for event in events]
    taken = refused = 0
    for number in range(500):
        raw = vandal.spoilt(messages[number % len(messages)])
        limits = Limits(text=50, items=2, size=6000) if number % 10 == 0 else DEFAULT
        expected = strictly(raw, limits)
        assert outcome(raw, limits) == expected, raw
        taken += isinstance(expected, OrderEvent)
        refused += not isinstance(expected, OrderEvent)
    assert min(taken, refused) > 50


def test_sound_messages_take_the_quick_way(events):
    for event in events:
        assert quick(encode(event), OrderEvent, DEFAULT) == event
        assert quick(encode(event.order), Order, DEFAULT) == event.order
        indented = json.dumps(json.loads(encode(event)), indent=2).encode()
        assert quick(indented, OrderEvent, DEFAULT) == event


def test_defaults_written_out_take_the_quick_way(events):
    message = json.loads(encode(replace(events[0], revision=1)))
    message |= {"revision": 1, "schema": 1, "type": "order.submitted"}
    message["order"] |= {"ecommerce_order_number": "", "receipts": [], "wood_treatment_evidence": None}
    assert quick(json.dumps(message).encode(), OrderEvent, DEFAULT) == events[0]


@pytest.mark.parametrize(
    "raw",
    [
        b'{"order_id":"O-1","declaration":{"header":{"remarks":"a"},"lines":[]},"order_id":"O-1"}',
        # a colon more for the repeat, one less for the escape
        b'{"order_id":"O-1","declaration":{"header":{"remarks":"a\\u003ab"}},"order_id":"O-1"}',
        b'{"order_id":"O-1","order_id" :"O-1","declaration":{"header":{"remarks":"a\\u0022:b"}}}',
        b'{"order_id":"O-1","declaration":{"header":{}},"declaration":{"header":{}}}',
    ],
)
def test_a_repeat_is_never_taken(raw):
    assert quick(raw, Order, DEFAULT) is None
    with pytest.raises(DoorError, match="each field once"):
        decode_order(raw, "test", NOW)
