"""Files with many orders: a bad row costs itself."""

import io
from datetime import UTC, datetime

import pytest

from integrations.errors import DoorError, LimitExceeded
from integrations.json_events import Limits, read_document, read_lines
from risk.nouns.order import OrderEvent

NOW = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)


def order(number: int) -> bytes:
    return b'{"order_id":"O-%d","declaration":{"header":{}}}' % number


def outcomes(rows):
    return [(row.where, row.result.order_id if isinstance(row.result, OrderEvent) else "error") for row in rows]


def test_bad_rows_cost_only_themselves():
    text = b"\xef\xbb\xbf" + order(1) + b"\r\n\r\n{bad\n  \n" + order(2) + b"\n" + order(3)[:-5]
    rows = list(read_lines(io.BytesIO(text), "f.jsonl", NOW))
    assert outcomes(rows) == [("line 1", "O-1"), ("line 3", "error"), ("line 5", "O-2"), ("line 6", "error")]
    assert rows[1].raw == b"{bad"
    assert rows[1].result.where == "line 3, byte 1, line 1"
    assert "cut off" in rows[3].result.next_step


def test_last_line_without_line_end_is_read():
    assert outcomes(read_lines(io.BytesIO(order(1) + b"\n" + order(2)), "f", NOW)) == [
        ("line 1", "O-1"),
        ("line 2", "O-2"),
    ]


def test_endless_line_is_skipped_without_being_held():
    text = order(1) + b"\n" + b"x" * 5000 + b"\n" + order(2) + b"\n" + b"y" * 300
    rows = list(read_lines(io.BytesIO(text), "f", NOW, Limits(size=100)))
    assert outcomes(rows) == [("line 1", "O-1"), ("line 2", "error"), ("line 3", "O-2"), ("line 4", "error")]
    assert isinstance(rows[1].result, LimitExceeded)
    assert rows[1].result.value == "5001 bytes"
    assert len(rows[1].raw) <= 1000


@pytest.mark.parametrize("size", [99, 100, 101])
def test_line_at_the_limit(size):
    raw = order(1) + b" " * (size - len(order(1)))
    [row] = read_lines(io.BytesIO(raw + b"\n"), "f", NOW, Limits(size=100))
    assert isinstance(row.result, LimitExceeded) == (size > 100)


def test_array_gives_a_row_for_each_order():
    rows = list(read_document(b"[" + order(1) + b', {"x":1}, ' + order(2) + b"]", "body", NOW))
    assert outcomes(rows) == [("$[0]", "O-1"), ("$[1]", "error"), ("$[2]", "O-2")]
    assert rows[1].raw == b'{"x":1}'
    assert rows[1].result.where == "$[1], $.x"


@pytest.mark.parametrize("raw", [b"", b"[", b"[1,", b"[" * 100_000, b'["\xff"]', b"[1] x"])
def test_unreadable_document_is_one_row(raw):
    [row] = read_document(raw, "body", NOW)
    assert isinstance(row.result, DoorError)


def test_large_array_is_refused_whole():
    [row] = read_document(b"[" + order(1) * 10 + b"]", "body", NOW, Limits(size=100))
    assert isinstance(row.result, LimitExceeded)
