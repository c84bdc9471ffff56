"""Dead letters in Chinese: everything the doors say of bad messages, and what stays as it was kept."""

import json
import re
from datetime import UTC, datetime

import pytest

from databases.dead_letters import DeadLetter
from integrations.errors import DoorError
from integrations.json_events import decode_order, decode_status, encode
from risk.nouns.order import OrderEvent
from tradewarden.console import letter_words
from tradewarden.console.i18n import Translator

NOW = datetime(2026, 3, 8, tzinfo=UTC)
ZH, EN = Translator("zh"), Translator("en")
SOURCE = "kafka:trade.orders"
STATUS = {"event_id": "S-1", "kind": "logistics", "status": "departed", "occurred_at": "2026-03-07T12:00:00Z"}
WORDS = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,} [A-Za-z]{2,}")


def letter(reason, source=SOURCE):
    return DeadLetter(source=source, place="p", reason=reason, raw=b"", letter_id=1, state="open", received_at=NOW)


@pytest.fixture
def message(clean_order):
    order_id = clean_order.order_id
    event = OrderEvent(event_id="E-1", source="erp", occurred_at=NOW, order_id=order_id, order=clean_order)
    return json.loads(encode(event))


SPOILS = {
    "unknown field": lambda m: m | {"colour": "red"},
    "revision as text": lambda m: m | {"revision": "one"},
    "revision zero": lambda m: m | {"revision": 0},
    "fraction": lambda m: m | {"revision": 1.5},
    "huge revision": lambda m: m | {"revision": 10**18},
    "schema": lambda m: m | {"schema": 2},
    "schema as text": lambda m: m | {"schema": "1"},
    "type": lambda m: m | {"type": "order.deleted"},
    "cancelled with order": lambda m: m | {"type": "order.cancelled"},
    "no order": lambda m: {name: value for name, value in m.items() if name != "order"},
    "no order id": lambda m: {name: value for name, value in m.items() if name != "order_id"},
    "order id as number": lambda m: m | {"order_id": 5},
    "order id with a blank": lambda m: m | {"order_id": "a b"},
    "empty event id": lambda m: m | {"event_id": ""},
    "empty source": lambda m: m | {"source": ""},
    "other order inside": lambda m: m | {"order_id": "O-ELSE"},
    "no zone": lambda m: m | {"occurred_at": "2026-03-08T12:00:00"},
    "no time": lambda m: m | {"occurred_at": "yesterday"},
    "order as text": lambda m: m | {"order": "O-1"},
    "control letter": lambda m: m | {"source": "a\x1bb"},
}
BYTES = {
    "nothing": b"",
    "zero bytes": b"\x00" * 9,
    "text": b"hello",
    "array": b"[]",
    "cut": b'{"order_id": ',
    "trailing": b"{} x",
    "trailing comma": b'{"a": 1,}',
    "single quotes": b"{'a': 1}",
    "bad utf-8": b'{"order_id": "\xff"}',
    "deep": b"[" * 100_000,
    "large": b" " * 9_000_000,
    "twice": b'{"order_id": "A", "order_id": "B", "declaration": {}}',
    "utf-16": '{"a": 1}'.encode("utf-16"),
    "huge integer": b'{"revision": ' + b"9" * 5000 + b"}",
}
FEEDS = {
    "no key": STATUS,
    "unknown status": STATUS | {"status": "flown", "order_id": "O-1"},
    "future": STATUS | {"occurred_at": "2027-03-08T12:00:00Z", "order_id": "O-1"},
    "kind": STATUS | {"kind": "weather", "order_id": "O-1"},
    "blank": STATUS | {"container": "a b"},
    "no object": [],
}


def in_words(raw, decode=decode_order):
    with pytest.raises(DoorError) as error:
        decode(raw, SOURCE, NOW)
    kept = str(error.value)
    said = letter_words.reason(ZH, letter(kept))
    assert letter_words.reason(EN, letter(kept)) == kept
    assert said != kept, kept
    assert "；应为" in said
    before, _, expected = said.partition("；应为")
    assert not WORDS.search(expected), expected
    assert not WORDS.search(before.partition("：读到")[0]), before
    return said


@pytest.mark.parametrize("name", SPOILS)
def test_a_spoilt_order_is_told_in_chinese(name, message):
    in_words(json.dumps(SPOILS[name](message)).encode())


@pytest.mark.parametrize("name", BYTES)
def test_bytes_that_are_no_message_are_told_in_chinese(name):
    in_words(BYTES[name])


@pytest.mark.parametrize("name", FEEDS)
def test_a_spoilt_status_event_is_told_in_chinese(name):
    in_words(json.dumps(FEEDS[name]).encode(), decode_status)


def test_what_is_not_a_sentence_of_a_door_stays_as_it_was_kept():
    for kept in ("", "ValueError('x')", f"{SOURCE}: $.a: found 1; expected a unicorn. Dance.", "a: found; expected"):
        assert letter_words.reason(ZH, letter(kept)) == kept


def test_our_own_failures_are_told():
    assert letter_words.reason(ZH, letter("the decoder failed: ValueError('x')")) == "解码程序出错：ValueError('x')"
    assert letter_words.reason(ZH, letter("working it failed: KeyError(1)")) == "处理时出错：KeyError(1)"


def test_what_the_sender_wrote_is_never_translated():
    kept = f"{SOURCE}: $.revision: found text; expected a revision from 1 upwards. Correct the number."
    assert letter_words.reason(ZH, letter(kept)) == "$.revision：读到 text；应为从 1 起的版本号。请改正号码。"
    tricky = f"{SOURCE}: $.a: found x; expected text. y; expected text. Correct the number."
    assert "x; expected text. y" in letter_words.reason(ZH, letter(tricky))


@pytest.mark.parametrize(
    ("place", "zh", "en"),
    [
        ("trade.orders[2]@4711", "trade.orders 分区 2 位移 4711", "trade.orders, partition 2, offset 4711"),
        ("inbox 7", "收件箱第 7 号", "inbox 7"),
        ("byte 3, line 1", "第 3 字节，第 1 行", "byte 3, line 1"),
        ("somewhere", "somewhere", "somewhere"),
        ("", "", ""),
    ],
)
def test_places(place, zh, en):
    assert (letter_words.place(ZH, place), letter_words.place(EN, place)) == (zh, en)
