"""One message in, one event or one clear error out."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.errors import DoorError, LimitExceeded
from integrations.json_events import Limits, decode_order, encode
from risk.nouns.declaration import Declaration
from risk.nouns.header import Header
from risk.nouns.line import Line
from risk.nouns.order import EventType, Order, OrderEvent

NOW = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)
BARE = {"order_id": "O-1", "declaration": {"header": {"direction": "E"}, "lines": [{"hs_code": "6302101000"}]}}


def decode(message):
    raw = message if isinstance(message, bytes) else json.dumps(message).encode()
    return decode_order(raw, "test", NOW)


def bare(**changes):
    return {**BARE, **changes}


def declaration(**changes):
    return bare(declaration={**BARE["declaration"], **changes})


def test_clean_order_survives_the_round_trip(clean_order):
    event = OrderEvent(event_id="E-1", source="erp", occurred_at=NOW, order_id="O-1", order=clean_order)
    assert decode(encode(event)) == event


def test_bare_order_becomes_a_submission(clean_order):
    event = decode(encode(replace(clean_order, revision=3)))
    assert (event.event_id, event.source, event.occurred_at) == ("O-1/3", "test", NOW)
    assert event.type is EventType.SUBMITTED
    assert event.order == replace(clean_order, revision=3)


def test_envelope_without_id_source_and_time_is_completed():
    event = decode({"order_id": "O-1", "revision": 2, "type": "order.cancelled"})
    assert event == OrderEvent(
        event_id="O-1/2", source="test", occurred_at=NOW, order_id="O-1", revision=2, type=EventType.CANCELLED
    )


def test_numbers_keep_their_digits():
    raw = b'{"order_id":"O-1","declaration":{"header":{"gross_weight_kg":0.1,"net_weight_kg":"3.2500"},"lines":[]}}'
    header = decode(raw).order.declaration.header
    assert (header.gross_weight_kg, str(header.net_weight_kg)) == (Decimal("0.1"), "3.2500")


def test_ten_thousand_lines_come_through():
    event = decode(declaration(lines=[{"line_number": n, "hs_code": "6302101000"} for n in range(1, 10_001)]))
    assert len(event.order.declaration.lines) == 10_000


SURROGATE = b'{"order_id":"O-1","declaration":{"header":{"remarks":"\\ud800"}}}'
HOSTILE = [
    (b"", "whole message", "JSON object"),
    (b"   ", "whole message", "JSON object"),
    (b"null", "$", "JSON object"),
    (b"[1]", "$", "JSON object"),
    (b'"text"', "$", "JSON object"),
    (b'{"order_id":"O-1","declaration":{"hea', "end of the message", "valid JSON"),
    (b'{"order_id":"O-1"} trailing', "byte 20, line 1", "valid JSON"),
    (b'{"order_id":\n NaN}', "byte 14, line 2", "valid JSON"),
    (b'{"order_id": Infinity}', "byte 13", "valid JSON"),
    (b'{"order_id":"a\x00b"}', "byte 14", "valid JSON"),
    (b'{"order_id":"\xff\xfe"}', "text in the message", "UTF-8"),
    ('{"order_id":"O-1"}'.encode("utf-16"), "start of the message", "UTF-8"),
    (b"[" * 100_000, "whole message", "fewer nested"),
    (b'{"a":' * 100_000, "whole message", "fewer nested"),
    (b"[" * 950 + b'"\\ud800"' + b"]" * 950, "", ""),
    (SURROGATE, "$.declaration.header.remarks", "lone surrogates"),
    (declaration(header={"remarks": "a\0b"}), "$.declaration.header.remarks", "control characters"),
    (declaration(header={"remarks": "\x0b"}), "$.declaration.header.remarks", "control characters"),
    (declaration(header={"remarks": "\ufffe"}), "$.declaration.header.remarks", "control characters"),
    (declaration(unknown_elements=[["a/b", "\x01"]]), "$.declaration.unknown_elements[0][1]", "control characters"),
    (declaration(header={"remarks": "长" * 10_001}), "$.declaration.header.remarks", "10000 characters"),
    (bare(parties=[{"role": "buyer", "name": "N" * 10_001}]), "$.parties[0].name", "10000 characters"),
    (bare(client_nam="x"), "$.client_nam", "perhaps client_name"),
    (declaration(header={"gross_weight": "1"}), "$.declaration.header.gross_weight", "gross_weight_kg"),
    (declaration(lines=[{}, {"hscode": "1"}]), "$.declaration.lines[1].hscode", "hs_code"),
    (declaration(lines=[{"hs_code": 6302101000}]), "$.declaration.lines[0].hs_code", "text, not a whole number"),
    (declaration(lines=[{"quantity": True}]), "$.declaration.lines[0].quantity", "decimal"),
    (declaration(lines=[{"quantity": "NaN"}]), "$.declaration.lines[0].quantity", "finite decimal number"),
    (declaration(lines=[{"quantity": "-Infinity"}]), "$.declaration.lines[0].quantity", "finite decimal number"),
    (declaration(lines=[{"quantity": "１２"}]), "$.declaration.lines[0].quantity", "finite decimal number"),
    (declaration(lines=[{"quantity": "1_000"}]), "$.declaration.lines[0].quantity", "finite decimal number"),
    (declaration(lines=[{"quantity": "1,5"}]), "$.declaration.lines[0].quantity", "finite decimal number"),
    (declaration(lines=[{"quantity": 10**25}]), "$.declaration.lines[0].quantity", "20 digits"),
    (declaration(lines=[{"quantity": "9" * 5000}]), "$.declaration.lines[0].quantity", "at most 20 digits"),
    (declaration(lines=[{"quantity": "0." + "1" * 5000}]), "$.declaration.lines[0].quantity", "12 after the decimal"),
    (declaration(free_text={"text": "x"}), "$.declaration.free_text.text", "a field of FreeText: "),
    (declaration(lines=[{"quantity": "1e90"}]), "$.declaration.lines[0].quantity", "20 digits"),
    (declaration(lines=[{"quantity": "0.00000000000001"}]), "$.declaration.lines[0].quantity", "after the decimal"),
    (b'{"order_id":"O-1","revision":1e400}', "$.revision", "whole number"),
    (b'{"order_id":"O-1","revision":' + b"9" * 5000 + b"}", "byte 29", "20 digits"),
    (declaration(lines=[{"line_number": 10**18}]), "$.declaration.lines[0].line_number", "15 digits"),
    (declaration(lines="text"), "$.declaration.lines", "array"),
    (declaration(header=None), "$.declaration.header", "object"),
    (declaration(lines=[{}] * 20_001), "$.declaration.lines", "20000 entries"),
    (
        bare(accepted_at="2026-03-08T12:00:00"),
        "$.accepted_at",
        "ISO 8601 time with zone such as 2026-03-08T12:00:00+08:00",
    ),
    (bare(accepted_at="2026-02-30T12:00:00Z"), "$.accepted_at", "ISO 8601 time with zone"),
    (bare(accepted_at=5), "$.accepted_at", "ISO 8601 time"),
    (bare(receipt_due_on="2026-02-30"), "$.receipt_due_on", "date"),
    (bare(business_mode="gift"), "$.business_mode", "one of agency_refund, purchase, "),
    (bare(business_mode=None), "$.business_mode", "one of agency_refund, purchase, "),
    ({"order_id": "O-1", "type": "order.lost"}, "$.type", "one of order.submitted, order.cancelled"),
    (bare(declared_at="0001-01-01T00:00:00Z"), "$.declared_at", "from 2000-01-01 to 2100-01-01"),
    (bare(declared_at="9999-12-31T23:59:59+08:00"), "$.declared_at", "from 2000-01-01 to 2100-01-01"),
    (bare(receipt_due_on="1999-12-31"), "$.receipt_due_on", "from 2000-01-01 to 2100-01-01"),
    (bare(receipt_due_on="2100-01-02"), "$.receipt_due_on", "from 2000-01-01 to 2100-01-01"),
    (declaration(header={"declaration_date": "00010101"}), "$.declaration.header.declaration_date", "from 2000-01-01"),
    (declaration(header={"border_date": "99991231"}), "$.declaration.header.border_date", "from 2000-01-01"),
    ({"order_id": "O-1", "occurred_at": "9999-12-31T00:00:00Z", "type": "order.cancelled"}, "$.occurred_at", "2100"),
    (
        {"order_id": "O-1", "order": declaration(header={"declaration_date": "00010101"})},
        "$.order.declaration.header.declaration_date",
        "from 2000-01-01",
    ),
    (bare(parties=[{"role": "friend", "name": "x"}]), "$.parties[0].role", "one of "),
    (bare(order_id=""), "$.order_id", "1 to 64"),
    (bare(order_id="a b"), "$.order_id", "1 to 64"),
    (bare(order_id="x" * 65), "$.order_id", "1 to 64"),
    (bare(revision=0), "$.revision", "from 1"),
    (bare(revision=2**31), "$.revision", "from 1 to 2147483647"),
    ({"order_id": "O-1", "schema": 2}, "$.schema", "version 1"),
    ({"order_id": "O-1", "schema": "1"}, "$.schema", "version 1 as a number"),
    ({"order_id": "O-1", "schema": True}, "$.schema", "version 1"),
    ({"order_id": "O-1"}, "$.order", "order of a submission"),
    ({"revision": 1, "type": "order.cancelled"}, "$.order_id", "required field order_id"),
    ({"order_id": "O-1", "type": "order.cancelled", "order": BARE}, "$.order", "no order in a cancellation"),
    ({"order_id": "O-2", "order": BARE}, "$.order.order_id", "O-2"),
    ({"order_id": "O-1", "revision": 2, "order": BARE}, "$.order.order_id", "revision 2"),
    ({"order_id": "O-1", "source": "", "order": BARE}, "$.source", "1 to 64"),
    ({"order_id": "O-1", "event_id": "a\nb", "order": BARE}, "$.event_id", "1 to 200"),
    (b'{"order_id":"O-1","order_id":"O-2","type":"order.cancelled"}', "field order_id", "each field once"),
    (b'{"order_id":"O-1","order_id" :"O-2","type":"order.cancelled"}', "field order_id", "each field once"),
    (
        b'{"order_id":"O-1","declaration":{"header":{},"lines":[{"unit":"1","unit":"2"}]}}',
        "field unit",
        "each field once",
    ),
]


@pytest.mark.parametrize(("message", "where", "expected"), HOSTILE)
def test_hostile_message_gives_one_clear_error(message, where, expected):
    with pytest.raises(DoorError) as caught:
        decode(message)
    error = caught.value
    assert error.where.startswith(where)
    assert expected in error.expected
    assert error.next_step
    assert error.source in str(error)
    assert str(error).isprintable()
    assert len(str(error)) < 800


@pytest.mark.parametrize(
    ("message", "found"),
    [
        (bare(order_id=None), "null"),
        (b"", "an empty message"),
        (b" \n", "an empty message"),
        ({"order_id": "O-1", "schema": "1"}, '"1"'),
        ({"order_id": "O-1", "schema": True}, "true"),
        ({"order_id": "O-1", "schema": 2}, "2"),
        (bare(order_id=True), "true"),
        (declaration(lines=[{"quantity": 10**40}]), "1" + "0" * 40),
        (b'{"order_id":"O-1","declaration":{"header":{"gross_weight_kg":1E+40}}}', "1E+40"),
        (declaration(header=[None, True]), "[null, true]"),
    ],
)
def test_what_was_found_is_shown_as_json(message, found):
    with pytest.raises(DoorError) as caught:
        decode(message)
    assert caught.value.value == found
    words = ("None", "True", "Decimal", "`", "str", "int,", "dict")
    assert not any(word in f"{caught.value.value} {caught.value.expected}" for word in words)


@pytest.mark.parametrize("day", ["2000-01-01", "2100-01-01"])
def test_the_ends_of_the_period_are_let_in(day):
    assert decode(bare(declared_at=f"{day}T12:00:00+08:00", receipt_due_on=day)).order.declared_at


def test_size_limit_names_both_sizes():
    with pytest.raises(LimitExceeded, match=r"found 101 bytes; expected at most 100 bytes"):
        decode_order(b"x" * 101, "test", NOW, Limits(size=100))


def test_spaced_colons_and_escapes_are_no_repeats():
    raw = b'{"order_id" : "O-1", "declaration" : {"header" : {"remarks" : "a \\": b : c \\\\"}}}'
    assert decode(raw).order.declaration.header.remarks == 'a ": b : c \\'


TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=30
)
NUMBER = st.none() | st.decimals(-(10**14), 10**14, places=5) | st.integers(0, 10**9).map(Decimal)
LINES = st.builds(
    Line,
    line_number=st.none() | st.integers(0, 10**6),
    goods_name=TEXT,
    specification=TEXT,
    quantity=NUMBER,
    total=NUMBER,
)
DECLARATIONS = st.builds(
    Declaration,
    header=st.builds(Header, remarks=TEXT, gross_weight_kg=NUMBER),
    lines=st.lists(LINES, max_size=3).map(tuple),
    unknown_elements=st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple),
)


@settings(max_examples=150, deadline=None)
@given(DECLARATIONS, TEXT, st.integers(1, 10**6))
def test_whatever_we_write_we_read(declaration, name, revision):
    order = Order(order_id="O-9", revision=revision, client_name=name, declaration=declaration)
    event = OrderEvent(event_id="E", source="s", occurred_at=NOW, order_id="O-9", revision=revision, order=order)
    assert decode(encode(event)) == event


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damaged_bytes_give_an_event_or_a_door_error(clean_order, data):
    raw = bytearray(encode(clean_order))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        event = decode(bytes(raw))
    except DoorError:
        return  # any other exception fails the test
    assert decode(encode(event)) == event
