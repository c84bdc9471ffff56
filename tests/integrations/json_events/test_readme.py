"""What the page shows works."""

import re
from datetime import UTC, datetime
from pathlib import Path

from integrations.json_events import decode_order
from risk.nouns.order import EventType

PAGE = Path(__file__).parents[3] / "integrations" / "json_events" / "README.md"
NOW = datetime(2026, 3, 8, tzinfo=UTC)


def test_the_examples_are_accepted():
    orders = PAGE.read_text(encoding="utf-8").partition("## Status events")[0]
    submitted, cancelled = re.findall(r"```json\n(.*?)```", orders, re.DOTALL)
    event = decode_order(submitted.encode(), "test", NOW)
    assert event.order.declaration.lines[0].total is not None
    assert decode_order(cancelled.encode(), "test", NOW).type is EventType.CANCELLED
