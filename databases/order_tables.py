"""The tables of the order memory: the order as it stands, all its revisions, its lines, containers and timeline.

`orders`, `order_lines` and `order_containers` describe the highest revision only; `order_revisions` keeps every one.
A line's place (`position`) is its key, because a bad declaration may repeat or omit line numbers.
"""

from sqlalchemy import BigInteger, Column, Date, Index, Integer, Table

from databases.columns import PRICE_PLACES, Scaled, body, metadata, number, row_id, time, words

orders = Table(
    "orders",
    metadata,
    words("order_id", primary_key=True),
    number("revision"),
    number("standing"),
    words("state"),
    words("client_id"),
    words("client_name"),
    words("business_mode"),
    words("direction"),
    words("supervision_mode"),
    words("entry_number"),
    words("transport_document"),
    words("contract_number"),
    words("vessel"),
    words("voyage"),
    words("buyer"),
    words("destination"),
    words("hs_chapters"),
    number("line_count"),
    words("currency"),
    Column("total", Scaled(), nullable=True),
    Column("total_usd", Scaled(), nullable=True),
    Column("declared_on", Date, nullable=True),
    time("traded_at"),
    time("first_seen_at"),
    time("updated_at"),
    Column("outcome", Integer, nullable=True),
    Column("score", Integer, nullable=True),
    words("decision_id"),
    words("order_class"),
    words("supervision"),
    Index(None, "client_id", "traded_at"),
    Index(None, "transport_document"),
    Index(None, "entry_number"),
    Index(None, "contract_number"),
    Index(None, "updated_at"),
    Index(None, "state", "updated_at"),
)

order_revisions = Table(
    "order_revisions",
    metadata,
    row_id(),
    words("order_id"),
    number("revision"),
    words("state"),
    words("source"),
    words("event_id"),
    number("inbox_id", nullable=True),
    body("body", nullable=True),
    words("body_hash"),
    words("payload_hash"),
    time("occurred_at"),
    time("recorded_at"),
    Index(None, "order_id", "revision"),
)

order_lines = Table(
    "order_lines",
    metadata,
    words("order_id", primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("line_number", BigInteger, nullable=True),
    words("client_id"),
    words("hs10"),
    words("hs8"),
    words("hs6"),
    words("goods_name"),
    words("unit"),
    words("currency"),
    words("destination"),
    Column("quantity", Scaled(), nullable=True),
    words("first_unit"),
    Column("first_quantity", Scaled(), nullable=True),
    words("second_unit"),
    Column("second_quantity", Scaled(), nullable=True),
    Column("total_usd", Scaled(), nullable=True),
    Column("price_usd", Scaled(PRICE_PLACES), nullable=True),
    Column("log_price", Scaled(PRICE_PLACES), nullable=True),
    Column("usd_per_kg", Scaled(PRICE_PLACES), nullable=True),
    time("traded_at"),
    # holds all a price band needs, so that the rows themselves are not read
    Index("ix_order_lines_hs10", "hs10", "unit", "traded_at", "log_price", "price_usd", "usd_per_kg", "order_id"),
    Index("ix_order_lines_hs8", "hs8", "unit", "traded_at"),
    Index("ix_order_lines_hs6", "hs6", "unit", "traded_at"),
    Index("ix_order_lines_client", "client_id", "goods_name", "traded_at"),
)

order_containers = Table(
    "order_containers",
    metadata,
    words("order_id", primary_key=True),
    words("number", primary_key=True),
    words("client_id"),
    words("vessel"),
    words("voyage"),
    time("traded_at"),
    Index(None, "number", "traded_at"),
)

order_events = Table(
    "order_events",
    metadata,
    row_id(),
    words("order_id"),
    time("at"),
    words("kind"),
    words("actor"),
    body("details"),
    Index(None, "order_id", "at"),
)
