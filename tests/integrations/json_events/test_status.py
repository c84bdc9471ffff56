"""Status events as JSON: strict, with a closed set of words, and a schema that says the same."""

import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.errors import DoorError
from integrations.json_events import (
    decode_status,
    encode_status,
    read_status_document,
    read_status_lines,
    status_schema,
)
from risk.nouns.money import Money
from risk.nouns.status import (
    ADVERSE,
    DETAILS,
    FINAL,
    STATUS_CODES,
    CustomsFeedback,
    CustomsLine,
    SettlementDetails,
    StatusEvent,
    StatusKind,
)

NOW = datetime(2026, 3, 10, tzinfo=UTC)
PAGE = Path(__file__).parents[3] / "integrations" / "json_events" / "README.md"
GOOD = {
    "event_id": "c-1",
    "source": "customs",
    "kind": "declaration",
    "status": "accepted",
    "occurred_at": "2026-03-09T10:00:00+08:00",
    "order_id": "O-1",
    "declaration_number": "530420260000123456",
    "customs": {
        "total": {"amount": "3900.00", "currency": "USD"},
        "packages": 40,
        "lines": [{"line_number": 1, "hs_code": "6302101000", "quantity": 1200}],
    },
}


def decoded(**changes):
    return decode_status(json.dumps({**GOOD, **changes}).encode(), "file", NOW)


def test_an_event_is_read_with_its_details():
    event = decoded()
    assert (event.kind, event.status, event.source) == (StatusKind.DECLARATION, "accepted", "customs")
    assert event.details == CustomsFeedback(
        total=Money(Decimal("3900.00"), "USD"),
        packages=40,
        lines=(CustomsLine(line_number=1, hs_code="6302101000", quantity=Decimal(1200)),),
    )


def test_the_door_stands_in_for_a_missing_source_only():
    without = {name: value for name, value in GOOD.items() if name != "source"}
    assert decode_status(json.dumps(without).encode(), "kafka:trade.customs", NOW).source == "kafka:trade.customs"
    for name in ("event_id", "kind", "status", "occurred_at"):
        less = {key: value for key, value in GOOD.items() if key != name}
        with pytest.raises(DoorError, match=f"the required field {name}"):
            decode_status(json.dumps(less).encode(), "file", NOW)


@pytest.mark.parametrize(
    ("changes", "where", "expected"),
    [
        ({"status": "relesed"}, "$.status", "one of submitted, accepted"),
        ({"status": "paid"}, "$.status", "a status of declaration"),
        ({"kind": "customs"}, "$.kind", "one of declaration, logistics"),
        ({"order_id": "", "declaration_number": ""}, "$", "at least one of order_id"),
        ({"declaration_number": "53 04"}, "$.declaration_number", "without blanks"),
        ({"container": "x" * 65}, "$.container", "1 to 64"),
        ({"order_id": "a b"}, "$.order_id", "1 to 64 letters"),
        ({"event_id": ""}, "$.event_id", "1 to 200"),
        ({"source": "s" * 65}, "$.source", "1 to 64 characters"),
        ({"occurred_at": "2026-03-09T10:00:00"}, "$.occurred_at", "with zone"),
        ({"occurred_at": "2026-03-12T10:00:00Z"}, "$.occurred_at", "a time that has come"),
        ({"occurred_at": "1026-03-09T10:00:00Z"}, "$.occurred_at", "a day from 2000"),
        ({"schema": 2}, "$.schema", "schema version 1"),
        ({"refund": {"reason": "x"}}, "$.refund", "only the details of its kind, customs"),
        ({"colour": "red"}, "$.colour", "a field of StatusEvent"),
        ({"customs": {"total": {"amount": "1", "currency": "usd"}}}, "$.customs.total.currency", "three capital"),
        ({"customs": {"total": {"amount": "-1", "currency": "USD"}}}, "$.customs.total.amount", "zero or more"),
        ({"customs": {"packages": -1}}, "$.customs.packages", "zero or more"),
        ({"customs": {"gross_weight_kg": "x"}}, "$.customs.gross_weight_kg", "a finite decimal"),
        (
            {"customs": {"lines": [{"line_number": 1, "total": {"amount": "1", "currency": "$"}}]}},
            "$.customs.lines[0].total.currency",
            "three capital",
        ),
    ],
)
def test_what_is_wrong_is_named(changes, where, expected):
    with pytest.raises(DoorError) as error:
        decoded(**changes)
    assert error.value.where == where
    assert expected in error.value.expected


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"\xff", b"{", b'{"event_id":"a","event_id":"b"}', b"1" * 9])
def test_what_is_no_event_is_refused(raw):
    with pytest.raises(DoorError):
        decode_status(raw, "file", NOW)


@given(st.binary(max_size=200))
def test_bytes_are_an_event_or_one_error(raw):
    with pytest.raises(DoorError):
        decode_status(raw, "file", NOW)


@pytest.mark.parametrize("kind", list(StatusKind))
def test_every_status_of_every_kind_goes_out_and_comes_back(kind):
    for status in STATUS_CODES[kind]:
        event = StatusEvent(
            event_id=f"e/{status}", source="s", kind=kind, status=status, occurred_at=NOW, transport_document="BL1"
        )
        assert decode_status(encode_status(event), "other", NOW) == event


def test_good_and_bad_news_are_statuses_of_their_kind():
    for kind in StatusKind:
        assert ADVERSE[kind] | FINAL[kind] <= set(STATUS_CODES[kind])
        assert not ADVERSE[kind] & FINAL[kind]


def test_details_of_a_payment_go_out_and_come_back():
    paid = SettlementDetails(amount=Money(Decimal("10.50"), "EUR"), payer="A")
    event = StatusEvent(
        event_id="p",
        source="bank",
        kind=StatusKind.SETTLEMENT,
        status="received",
        occurred_at=NOW,
        order_id="O",
        settlement=paid,
    )
    assert decode_status(encode_status(event), "x", NOW) == event


def test_the_schema_says_what_the_door_demands():
    document = status_schema()
    shape = document["$defs"]["StatusEvent"]
    assert all(item["additionalProperties"] is False for item in document["$defs"].values() if "properties" in item)
    assert shape["required"] == ["event_id", "kind", "status", "occurred_at"]
    assert shape["properties"]["occurred_at"]["format"] == "date-time"
    assert [one["required"] for one in shape["anyOf"]] == [
        ["order_id"],
        ["declaration_number"],
        ["transport_document"],
        ["container"],
    ]
    for rule, kind in zip(shape["allOf"], StatusKind, strict=True):
        assert rule["if"]["properties"]["kind"] == {"const": kind.value}
        assert rule["then"]["properties"]["status"]["enum"] == list(STATUS_CODES[kind])
        others = set(DETAILS.values()) - {DETAILS[kind]}
        assert all(rule["then"]["properties"][name] == {"type": "null"} for name in others)
        assert DETAILS[kind] not in rule["then"]["properties"]


def test_the_page_has_examples_that_are_read_and_every_status():
    section = PAGE.read_text(encoding="utf-8").partition("## Status events")[2]
    examples = [part.partition("```")[0] for part in section.split("```json")[1:]]
    assert len(examples) == 2
    for example in examples:
        decode_status(example.encode(), "page", datetime(2026, 5, 1, tzinfo=UTC))
    for kind in StatusKind:
        row = next(line for line in section.splitlines() if line.startswith(f"| `{kind}`"))
        assert tuple(row.split("|")[2].split()) == STATUS_CODES[kind]
        assert f"`{DETAILS[kind]}`" in row


def test_lines_and_documents_give_each_row_or_its_error():
    good = json.dumps(GOOD).encode()
    rows = list(read_status_lines(io.BytesIO(good + b"\n{}\n" + good), "f.jsonl", NOW))
    assert [(row.where, isinstance(row.result, StatusEvent)) for row in rows] == [
        ("line 1", True),
        ("line 2", False),
        ("line 3", True),
    ]
    rows = list(read_status_document(b"[" + good + b",5]", "body", NOW))
    assert [isinstance(row.result, StatusEvent) for row in rows] == [True, False]
