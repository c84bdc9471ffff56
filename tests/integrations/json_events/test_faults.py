"""All errors of a message at once, each by path, and an end to the search where nothing more can be told."""

import json
from datetime import UTC, datetime

import hypothesis.strategies as st
import pytest
from hypothesis import given

from integrations.json_events import decode_order, encode
from integrations.json_events.faults import LONGEST, faults
from risk.nouns.order import OrderEvent

NOW = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)


def decode(raw):
    return decode_order(raw, "test", NOW)


@pytest.fixture
def message(clean_order):
    event = OrderEvent(event_id="E/1", source="erp", occurred_at=NOW, order_id=clean_order.order_id, order=clean_order)
    return json.loads(encode(event))


def places(value):
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return [error.where for error in faults(raw, decode)]


def test_a_good_message_has_none(message):
    assert places(message) == []


def test_independent_errors_are_all_told(message):
    message["colour"] = "red"
    message["order"]["declaration"]["header"]["gross_weight_kg"] = "heavy"
    message["order"]["declaration"]["lines"][0]["net_weight_kg"] = [1]
    assert sorted(places(message)) == [
        "$.colour",
        "$.order.declaration.header.gross_weight_kg",
        "$.order.declaration.lines[0].net_weight_kg",
    ]


def test_a_required_field_is_told_once_and_ends_the_search(message):
    message["order"]["order_id"] = 5
    message["order"]["declaration"]["header"]["gross_weight_kg"] = "heavy"
    found = places(message)
    assert found.count("$.order.order_id") == 1


@pytest.mark.parametrize(
    ("raw", "where"),
    [(b"", "whole message"), (b"{", "end of the message, byte 1"), (b"\xff\xfe", "byte 0"), (b"[1]", "$"), (b"5", "$")],
)
def test_what_is_no_order_has_one_error(raw, where):
    [found] = places(raw)
    assert found.startswith(where) or where == "byte 0"


def test_there_is_a_bound(message):
    message |= {f"unknown_{n}": n for n in range(50)}
    assert len(places(message)) == LONGEST


@given(st.binary(max_size=60) | st.recursive(st.none() | st.text(max_size=5), st.lists).map(repr).map(str.encode))
def test_any_bytes_give_an_answer(raw):
    assert places(raw)
