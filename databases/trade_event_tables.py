"""The tables of trade events 流转事件: what happened around an order, and what customs sees otherwise."""

from sqlalchemy import BigInteger, Column, Index, Table, UniqueConstraint, text

from databases.columns import body, metadata, number, row_id, time, words

trade_events = Table(
    "trade_events",
    metadata,
    row_id(),
    words("source"),
    words("event_id"),
    words("kind"),
    words("status"),
    # the order it is attached to; empty as long as none, or more than one, carries the numbers below
    words("order_id"),
    # the order the event itself names, known here or not
    words("named_order"),
    words("declaration_number"),
    words("transport_document"),
    words("container"),
    body("raw"),
    words("payload_hash"),
    time("occurred_at"),
    time("received_at"),
    time("attached_at", nullable=True),
    words("unattached_why"),
    # the revision of the order its customs feedback was last compared with
    Column("verified_revision", BigInteger, nullable=True),
    UniqueConstraint("source", "event_id"),
    Index(None, "order_id", "occurred_at"),
    Index(None, "declaration_number"),
    Index(None, "transport_document"),
    Index(None, "container"),
    Index(
        "ix_trade_events_unattached",
        "id",
        sqlite_where=text("order_id = ''"),
        postgresql_where=text("order_id = ''"),
    ),
    Index(
        "ix_trade_events_named_order",
        "named_order",
        sqlite_where=text("order_id = ''"),
        postgresql_where=text("order_id = ''"),
    ),
    Index(
        "ix_trade_events_unverified",
        "id",
        sqlite_where=text("kind = 'declaration' AND order_id <> '' AND verified_revision IS NULL"),
        postgresql_where=text("kind = 'declaration' AND order_id <> '' AND verified_revision IS NULL"),
    ),
)

trade_event_conflicts = Table(
    "trade_event_conflicts",
    metadata,
    row_id(),
    number("trade_event_id", foreign_key="trade_events.id"),
    words("payload_hash"),
    body("raw"),
    time("received_at"),
    # the same wrong payload sent a hundred times is kept once
    UniqueConstraint("trade_event_id", "payload_hash"),
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
