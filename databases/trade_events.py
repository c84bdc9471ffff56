"""Trade events 流转事件: what happened to an order after its decision, and what customs sees otherwise."""

from sqlalchemy import Connection, Index, Table, UniqueConstraint, text

from databases.columns import body, metadata, number, row_id, time, words

trade_events = Table(
    "trade_events",
    metadata,
    row_id(),
    words("source"),
    words("event_id"),
    words("kind"),
    words("status"),
    # empty as long as no order is known that carries one of the numbers below
    words("order_id"),
    words("declaration_number"),
    words("transport_document"),
    words("container"),
    body("raw"),
    words("payload_hash"),
    time("occurred_at"),
    time("received_at"),
    time("attached_at", nullable=True),
    UniqueConstraint("source", "event_id"),
    Index(None, "order_id", "occurred_at"),
    Index(None, "declaration_number"),
    Index(
        "ix_trade_events_unattached",
        "id",
        sqlite_where=text("order_id = ''"),
        postgresql_where=text("order_id = ''"),
    ),
)

customs_differences = Table(
    "customs_differences",
    metadata,
    row_id(),
    number("trade_event_id", foreign_key="trade_events.id"),
    words("order_id"),
    number("revision"),
    words("field"),
    words("ours"),
    words("theirs"),
    words("state"),
    time("found_at"),
    time("closed_at", nullable=True),
    words("closed_by"),
    words("reason"),
    UniqueConstraint("trade_event_id", "field"),
    Index(None, "order_id"),
    Index(None, "state", "id"),
)


class TradeEvents:
    """Events of the flow inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
