"""The JSON door: orders and status events as JSON documents, JSON Lines and Kafka messages."""

from integrations.json_events.decode import decode_order
from integrations.json_events.encode import encode, schema
from integrations.json_events.limits import Limits
from integrations.json_events.lines import Row, read_document, read_lines, read_status_document, read_status_lines
from integrations.json_events.outgoing import outgoing_schema
from integrations.json_events.status import decode_status, encode_status, status_schema

__all__ = [
    "Limits",
    "Row",
    "decode_order",
    "decode_status",
    "encode",
    "encode_status",
    "outgoing_schema",
    "read_document",
    "read_lines",
    "read_status_document",
    "read_status_lines",
    "schema",
    "status_schema",
]
