"""Clues: the ids of a message nobody can decode, as far as its bytes say them; whatever the bytes, short, printable."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from integrations.json_events.clues import LONGEST_CLIENT, LONGEST_EVENT, LONGEST_ORDER, Clues, clues

COMPANY = "91440399MA5CLUE01X"
ORDER = {"order_id": "O-7", "client_uscc": COMPANY, "declaration": {}}
EVENT = {"event_id": "E-7", "order_id": "O-7", "revision": "one", "order": ORDER}
WHOLE = json.dumps(EVENT).encode()
ALL = Clues(event_id="E-7", order_id="O-7", client=COMPANY)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (WHOLE, ALL),
        (json.dumps(ORDER).encode(), Clues(order_id="O-7", client=COMPANY)),
        (b"\xef\xbb\xbf" + WHOLE, ALL),
        (WHOLE[:-3], ALL),
        (WHOLE.replace(b'"', b"'"), ALL),
        (WHOLE.decode().encode("utf-16"), ALL),
        (b"\x00\x00\x00\x00\x01" + WHOLE, ALL),
        (b"[" + WHOLE + b"]", ALL),
        (b'{"event_id": "O-8/2", "order": {"declaration"', Clues(event_id="O-8/2", order_id="O-8")),
        (b'{"order_id" : 4711}', Clues(order_id="4711")),
        (b'{"order_id": true, "event_id": null}', Clues()),
        (b'{"order_id": ["O-1"], "other": {"order_id": "O-2"}}', Clues()),
        (b'{"order": {"order_id": "O-9", "client_name": "\xe7\x94\xb2"}}', Clues(order_id="O-9", client="甲")),
        (b'{"order_id": "a\\u202eb\\u0000"}', Clues(order_id="a\\u202eb\\u0000")),
        (b"", Clues()),
        (b"\xff\xfe\xfd", Clues()),
        (b"[" * 100_000, Clues()),
        (b" " * 70_000 + b'{"order_id": "O-1"', Clues()),
    ],
)
def test_what_the_bytes_say(raw, expected):
    assert clues(raw) == expected


def test_a_clue_is_short():
    found = clues(json.dumps({"order_id": "x" * 9000, "event_id": "\u202e" * 9000, "client_uscc": "y" * 500}).encode())
    assert found.order_id == "x" * LONGEST_ORDER
    assert len(found.event_id) == LONGEST_EVENT
    assert len(found.client) == LONGEST_CLIENT


@given(some.binary(max_size=200), some.integers(0, len(WHOLE)), some.binary(max_size=20))
def test_any_bytes_are_looked_at_without_an_error(noise, at, inserted):
    for raw in (noise, WHOLE[:at] + inserted + WHOLE[at:]):
        found = clues(raw)
        assert "".join((found.event_id, found.order_id, found.client)).isprintable()
        assert len(found.order_id) <= LONGEST_ORDER


@given(some.text(alphabet=some.characters(categories=["Lu", "Nd"]), min_size=1, max_size=LONGEST_ORDER))
def test_an_order_id_is_read_from_sound_json(order_id):
    assert clues(json.dumps({"order_id": order_id}).encode()).order_id == order_id
