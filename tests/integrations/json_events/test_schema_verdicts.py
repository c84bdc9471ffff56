"""The published schema and the door say the same of a message; what only the door can say is listed by name."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from integrations.errors import DoorError
from integrations.json_events import decode_order, decode_status, encode, encode_status, schema, status_schema
from risk.nouns.status import STATUS_CODES, StatusEvent, StatusKind
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import Run, simulate

ROOT = Path(__file__).parents[3]
PAGES = ("README.md", "integrations/README.md", "integrations/json_events/README.md", "integrations/kafka/README.md")
NOW = datetime(2026, 5, 1, tzinfo=UTC)
ORDERS, STATUSES = Draft202012Validator(schema()), Draft202012Validator(status_schema())
BARE = {"order_id": "O-1", "declaration": {"header": {}, "lines": [{"line_number": 1}]}}
SUBMITTED = {"order_id": "O-1", "order": BARE}
CANCELLED = {"order_id": "O-1", "type": "order.cancelled"}
NEWS = {
    "event_id": "c-1",
    "kind": "declaration",
    "status": "accepted",
    "occurred_at": "2026-03-09T10:00:00Z",
    "order_id": "O",
}
LONG_TEXT = "x" * 10_001


def verdicts(message):
    """What the schema says, and what the door says."""
    news = "kind" in message
    decode, validator = (decode_status, STATUSES) if news else (decode_order, ORDERS)
    try:
        decode(json.dumps(message).encode(), "test", NOW)
    except DoorError:
        return validator.is_valid(message), False
    return validator.is_valid(message), True


def line(**fields):
    return {**BARE, "declaration": {"header": {}, "lines": [fields]}}


TAKEN = [
    BARE,
    SUBMITTED,
    CANCELLED,
    {**BARE, "order_id": "外贸-2026/订单:1#_x."},
    {**BARE, "order_id": "x" * 64},
    {**SUBMITTED, "event_id": "a@b+c=d"},
    {**SUBMITTED, "revision": 1, "schema": 1, "type": "order.submitted"},
    {**CANCELLED, "order": None, "revision": 2**31 - 1},
    *(line(quantity=value) for value in (1200, 12.5, -3, "1200", "12.50", "-1", "1e5", None, "9" * 20)),
    *({**BARE, "declared_at": value} for value in ("2026-03-08T12:00:00+08:00", "2100-01-01T00:00:00Z", None)),
    {**BARE, "receipt_due_on": "2026-03-08"},
    NEWS,
    {**NEWS, "order_id": "", "container": "CSQU3054383"},
    {
        **NEWS,
        "customs": {
            "packages": 0,
            "gross_weight_kg": 0,
            "net_weight_kg": "0.5",
            "total": {"amount": 5, "currency": "USD"},
        },
    },
]
REFUSED = [
    *({**BARE, "revision": value} for value in (-1, 0, 2**31, "1", None)),
    *({**SUBMITTED, "revision": value} for value in (-1, 0, 2**31)),
    *({**BARE, "order_id": value} for value in ("", "a b", "x" * 65, "x" * 9000, 7, "a,b", "a\u3000b", "a\u2014b")),
    *({**CANCELLED, "order_id": value} for value in ("", "a b", "x" * 65)),
    *({**SUBMITTED, "event_id": value} for value in ("", "a b", "x" * 201)),
    *({**SUBMITTED, "source": value} for value in ("", "s" * 65)),
    {"order_id": "O-1"},
    {"order_id": "O-1", "order": None},
    {"order_id": "O-1", "type": "order.submitted"},
    {**CANCELLED, "order": BARE},
    {**CANCELLED, "type": "order.lost"},
    {**CANCELLED, "schema": 2},
    *(line(quantity=value) for value in (True, "NaN", "1,5", "9" * 21, "9" * 5000, 1e20, "0." + "1" * 13, "")),
    line(line_number=10**15),
    line(goods_name=LONG_TEXT),
    line(colour="red"),
    *({**BARE, "declared_at": value} for value in ("2026-03-08T12:00:00", "1999-12-31T00:00:00Z", "2026-03-08")),
    *({**BARE, "receipt_due_on": value} for value in ("20260308", "2100-01-02", "2026-3-8")),
    *({**NEWS, name: "a b"} for name in ("order_id", "declaration_number", "transport_document", "container")),
    *({**NEWS, "container": value} for value in ("x" * 65, "EXMU 470495-9", "A:B")),
    {**NEWS, "order_id": ""},
    {**NEWS, "event_id": ""},
    {**NEWS, "source": ""},
    {**NEWS, "status": "paid"},
    {**NEWS, "refund": {"reason": "x"}},
    {**NEWS, "customs": {"packages": -1}},
    {**NEWS, "customs": {"gross_weight_kg": -1}},
    {**NEWS, "customs": {"gross_weight_kg": "-1"}},
    {**NEWS, "customs": {"total": {"amount": "-1", "currency": "USD"}}},
    {**NEWS, "customs": {"total": {"amount": "1", "currency": "usd"}}},
]
ONLY_THE_DOOR = [
    {**SUBMITTED, "order_id": "O-2"},
    {**SUBMITTED, "revision": 2},
    {**BARE, "receipt_due_on": "2026-02-30"},
    {**BARE, "declaration": {"header": {"declaration_date": "00010101"}}},
    {**NEWS, "occurred_at": "2026-06-01T00:00:00Z"},
    line(quantity="1e90"),
]


@pytest.mark.parametrize("message", TAKEN, ids=lambda message: json.dumps(message)[:60])
def test_both_take_it(message):
    assert verdicts(message) == (True, True)


@pytest.mark.parametrize("message", REFUSED, ids=lambda message: json.dumps(message)[:60])
def test_both_refuse_it(message):
    assert verdicts(message) == (False, False)


@pytest.mark.parametrize("message", ONLY_THE_DOOR, ids=lambda message: json.dumps(message)[:60])
def test_what_a_schema_cannot_say_the_door_says(message):
    assert verdicts(message) == (True, False)


@pytest.mark.parametrize("made", [schema, status_schema])
def test_they_are_schemas(made):
    Draft202012Validator.check_schema(made())


def test_what_is_sent_in_trade_fits():
    for item in simulate(Run(seed=5, orders=30, clients=6)):
        event = as_event(item.order, "test", item.declared_at)
        assert not list(ORDERS.iter_errors(json.loads(encode(event))))
        assert not list(ORDERS.iter_errors(json.loads(encode(item.order))))


@pytest.mark.parametrize("kind", list(StatusKind))
def test_every_status_fits(kind):
    for status in STATUS_CODES[kind]:
        event = StatusEvent(event_id="e", source="s", kind=kind, status=status, occurred_at=NOW, container="C1")
        assert not list(STATUSES.iter_errors(json.loads(encode_status(event))))


@pytest.mark.parametrize("page", PAGES)
def test_every_example_on_a_page_is_taken_by_both(page):
    examples = re.findall(r"```json\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)
    for example in examples:
        assert verdicts(json.loads(example)) == (True, True), example
    assert examples or page in {"README.md", "integrations/README.md"}
