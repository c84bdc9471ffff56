"""Orders, revisions, lines, containers and the timeline.

Why: Lines carry codes cut to eight and six digits, each with an index by unit and time: a price band is asked for by
every line of every order and must cost the same over ten million lines.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_containers",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), server_default="", nullable=False),
        sa.Column("vessel", sa.Text(), server_default="", nullable=False),
        sa.Column("voyage", sa.Text(), server_default="", nullable=False),
        sa.Column("traded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "number", name=op.f("pk_order_containers")),
    )
    op.create_index(
        op.f("ix_order_containers_number_traded_at"), "order_containers", ["number", "traded_at"], unique=False
    )
    op.create_table(
        "order_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("order_id", sa.Text(), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_events")),
    )
    op.create_index(op.f("ix_order_events_order_id_at"), "order_events", ["order_id", "at"], unique=False)
    op.create_table(
        "order_lines",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line_number", sa.BigInteger(), nullable=True),
        sa.Column("client_id", sa.Text(), server_default="", nullable=False),
        sa.Column("hs10", sa.Text(), server_default="", nullable=False),
        sa.Column("hs8", sa.Text(), server_default="", nullable=False),
        sa.Column("hs6", sa.Text(), server_default="", nullable=False),
        sa.Column("goods_name", sa.Text(), server_default="", nullable=False),
        sa.Column("unit", sa.Text(), server_default="", nullable=False),
        sa.Column("currency", sa.Text(), server_default="", nullable=False),
        sa.Column("destination", sa.Text(), server_default="", nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("first_unit", sa.Text(), server_default="", nullable=False),
        sa.Column("first_quantity", sa.BigInteger(), nullable=True),
        sa.Column("second_unit", sa.Text(), server_default="", nullable=False),
        sa.Column("second_quantity", sa.BigInteger(), nullable=True),
        sa.Column("total_usd", sa.BigInteger(), nullable=True),
        sa.Column("price_usd", sa.BigInteger(), nullable=True),
        sa.Column("log_price", sa.BigInteger(), nullable=True),
        sa.Column("usd_per_kg", sa.BigInteger(), nullable=True),
        sa.Column("traded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "position", name=op.f("pk_order_lines")),
    )
    op.create_index("ix_order_lines_client", "order_lines", ["client_id", "goods_name", "traded_at"], unique=False)
    op.create_index(
        "ix_order_lines_hs10",
        "order_lines",
        ["hs10", "unit", "traded_at", "log_price", "price_usd", "usd_per_kg", "order_id"],
        unique=False,
    )
    op.create_index("ix_order_lines_hs6", "order_lines", ["hs6", "unit", "traded_at"], unique=False)
    op.create_index("ix_order_lines_hs8", "order_lines", ["hs8", "unit", "traded_at"], unique=False)
    op.create_table(
        "order_revisions",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("order_id", sa.Text(), server_default="", nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("event_id", sa.Text(), server_default="", nullable=False),
        sa.Column("inbox_id", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("body_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("payload_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_revisions")),
    )
    op.create_index(
        op.f("ix_order_revisions_order_id_revision"), "order_revisions", ["order_id", "revision"], unique=False
    )
    op.create_table(
        "orders",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("standing", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("client_id", sa.Text(), server_default="", nullable=False),
        sa.Column("client_name", sa.Text(), server_default="", nullable=False),
        sa.Column("business_mode", sa.Text(), server_default="", nullable=False),
        sa.Column("direction", sa.Text(), server_default="", nullable=False),
        sa.Column("supervision_mode", sa.Text(), server_default="", nullable=False),
        sa.Column("entry_number", sa.Text(), server_default="", nullable=False),
        sa.Column("transport_document", sa.Text(), server_default="", nullable=False),
        sa.Column("contract_number", sa.Text(), server_default="", nullable=False),
        sa.Column("vessel", sa.Text(), server_default="", nullable=False),
        sa.Column("voyage", sa.Text(), server_default="", nullable=False),
        sa.Column("buyer", sa.Text(), server_default="", nullable=False),
        sa.Column("destination", sa.Text(), server_default="", nullable=False),
        sa.Column("hs_chapters", sa.Text(), server_default="", nullable=False),
        sa.Column("line_count", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), server_default="", nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("total_usd", sa.BigInteger(), nullable=True),
        sa.Column("declared_on", sa.Date(), nullable=True),
        sa.Column("traded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Integer(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("decision_id", sa.Text(), server_default="", nullable=False),
        sa.Column("order_class", sa.Text(), server_default="", nullable=False),
        sa.Column("supervision", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_orders")),
    )
    op.create_index(op.f("ix_orders_client_id_traded_at"), "orders", ["client_id", "traded_at"], unique=False)
    op.create_index(op.f("ix_orders_contract_number"), "orders", ["contract_number"], unique=False)
    op.create_index(op.f("ix_orders_entry_number"), "orders", ["entry_number"], unique=False)
    op.create_index(op.f("ix_orders_state_updated_at"), "orders", ["state", "updated_at"], unique=False)
    op.create_index(op.f("ix_orders_transport_document"), "orders", ["transport_document"], unique=False)
    op.create_index(op.f("ix_orders_updated_at"), "orders", ["updated_at"], unique=False)


def downgrade() -> None:
    op.drop_table("orders")
    op.drop_table("order_revisions")
    op.drop_table("order_lines")
    op.drop_table("order_events")
    op.drop_table("order_containers")
