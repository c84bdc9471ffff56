"""The JSON door: order events and bare orders as JSON documents, JSON Lines and Kafka messages."""

from integrations.json_events.decode import decode_order
from integrations.json_events.encode import encode, schema
from integrations.json_events.limits import Limits
from integrations.json_events.lines import Row, read_document, read_lines

__all__ = ["Limits", "Row", "decode_order", "encode", "read_document", "read_lines", "schema"]
