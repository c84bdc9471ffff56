"""The page about topics names every topic, and its example is a message the door takes."""

import re
from datetime import UTC, datetime
from pathlib import Path

from integrations import kafka
from integrations.json_events import decode_order
from integrations.kafka.port import INCOMING, OUTGOING

PAGE = (Path(kafka.__file__).parent / "README.md").read_text(encoding="utf-8")


def test_every_topic_is_named():
    assert [topic for topic in (*INCOMING, *OUTGOING) if f"`{topic}`" not in PAGE] == []


def test_the_example_decodes():
    [example] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    event = decode_order(example.encode(), "kafka:trade.orders", datetime(2026, 3, 9, tzinfo=UTC))
    assert (event.event_id, event.order_id, event.order) == ("erp-2026-000124", "TW-2026-0001", None)
