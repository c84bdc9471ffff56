"""Events of an order after its decision (logistics, customs, refund, settlement, insurance); differences to customs.

Why: An event may come before the order it belongs to, so it carries the numbers it can be attached by. New tables only.
"""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None
ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _partial(name: str, condition: str, column: str = "id") -> None:
    where = sa.text(condition)
    op.create_index(name, "trade_events", [column], sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    op.create_table(
        "trade_events",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        *map(_words, ("source", "event_id", "kind", "status", "order_id", "named_order")),
        *map(_words, ("declaration_number", "transport_document", "container")),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        _words("payload_hash"),
        _time("occurred_at"),
        _time("received_at"),
        _time("attached_at", nullable=True),
        _words("unattached_why"),
        sa.Column("verified_revision", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trade_events")),
        sa.UniqueConstraint("source", "event_id", name=op.f("uq_trade_events_source_event_id")),
    )
    op.create_index(op.f("ix_trade_events_order_id_occurred_at"), "trade_events", ["order_id", "occurred_at"])
    for key in ("declaration_number", "transport_document", "container"):
        op.create_index(op.f(f"ix_trade_events_{key}"), "trade_events", [key])
    _partial("ix_trade_events_unattached", "order_id = ''")
    _partial("ix_trade_events_named_order", "order_id = ''", "named_order")
    _partial("ix_trade_events_unverified", "kind = 'declaration' AND order_id <> '' AND verified_revision IS NULL")
    op.create_table(
        "trade_event_conflicts",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("trade_event_id", sa.BigInteger(), nullable=False),
        _words("payload_hash"),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        _time("received_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trade_event_conflicts")),
        sa.ForeignKeyConstraint(
            ["trade_event_id"],
            ["trade_events.id"],
            name=op.f("fk_trade_event_conflicts_trade_event_id_trade_events"),
        ),
        sa.UniqueConstraint(
            "trade_event_id", "payload_hash", name=op.f("uq_trade_event_conflicts_trade_event_id_payload_hash")
        ),
    )
    op.create_table(
        "customs_differences",
        sa.Column("id", ROW_ID, autoincrement=True, nullable=False),
        sa.Column("trade_event_id", sa.BigInteger(), nullable=False),
        _words("order_id"),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        *map(_words, ("field", "ours", "theirs", "state")),
        _time("found_at"),
        _time("closed_at", nullable=True),
        *map(_words, ("closed_by", "reason")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customs_differences")),
        sa.ForeignKeyConstraint(
            ["trade_event_id"],
            ["trade_events.id"],
            name=op.f("fk_customs_differences_trade_event_id_trade_events"),
        ),
        sa.UniqueConstraint("trade_event_id", "field", name=op.f("uq_customs_differences_trade_event_id_field")),
    )
    op.create_index(op.f("ix_customs_differences_order_id"), "customs_differences", ["order_id"])
    op.create_index(op.f("ix_customs_differences_state_id"), "customs_differences", ["state", "id"])


def downgrade() -> None:
    op.drop_table("customs_differences")
    op.drop_table("trade_event_conflicts")
    op.drop_table("trade_events")
