"""Watch lists with history, screenings, the match queue and exceptions.

Why: The partial unique index allows one entry in force per list and number, while all earlier ones stay.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "match_queue",
        sa.Column("match_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("order_id", sa.Text(), server_default="", nullable=False),
        sa.Column("decision_id", sa.Text(), server_default="", nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("uscc", sa.Text(), server_default="", nullable=False),
        sa.Column("subject_key", sa.Text(), server_default="", nullable=False),
        sa.Column("list_id", sa.Text(), server_default="", nullable=False),
        sa.Column("entry_id", sa.Text(), server_default="", nullable=False),
        sa.Column("matched_name", sa.Text(), server_default="", nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), server_default="", nullable=False),
        sa.Column("effect", sa.Text(), server_default="", nullable=False),
        sa.Column("excepted", sa.Integer(), nullable=False),
        sa.Column("judgement", sa.Text(), server_default="", nullable=False),
        sa.Column("judged_by", sa.Text(), server_default="", nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("match_id", name=op.f("pk_match_queue")),
    )
    op.create_index(op.f("ix_match_queue_judgement_found_at"), "match_queue", ["judgement", "found_at"], unique=False)
    op.create_index(op.f("ix_match_queue_order_id"), "match_queue", ["order_id"], unique=False)
    op.create_index(
        op.f("ix_match_queue_subject_key_list_id_entry_id"),
        "match_queue",
        ["subject_key", "list_id", "entry_id"],
        unique=False,
    )
    op.create_table(
        "screening_exceptions",
        sa.Column(
            "exception_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("subject_key", sa.Text(), server_default="", nullable=False),
        sa.Column("list_id", sa.Text(), server_default="", nullable=False),
        sa.Column("entry_id", sa.Text(), server_default="", nullable=False),
        sa.Column("subject_fingerprint", sa.Text(), server_default="", nullable=False),
        sa.Column("entry_fingerprint", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("made_by", sa.Text(), server_default="", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Text(), server_default="", nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("ended_by", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("exception_id", name=op.f("pk_screening_exceptions")),
    )
    op.create_index(op.f("ix_screening_exceptions_subject_key"), "screening_exceptions", ["subject_key"], unique=False)
    op.create_index(op.f("ix_screening_exceptions_valid_to"), "screening_exceptions", ["valid_to"], unique=False)
    op.create_table(
        "screenings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("order_id", sa.Text(), server_default="", nullable=False),
        sa.Column("decision_id", sa.Text(), server_default="", nullable=False),
        sa.Column("role", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("uscc", sa.Text(), server_default="", nullable=False),
        sa.Column("subject_key", sa.Text(), server_default="", nullable=False),
        sa.Column("lists_version", sa.Text(), server_default="", nullable=False),
        sa.Column("reused_from", sa.Text(), server_default="", nullable=False),
        sa.Column("failed", sa.Text(), server_default="", nullable=False),
        sa.Column("match_count", sa.BigInteger(), nullable=False),
        sa.Column("matches", sa.LargeBinary(), nullable=False),
        sa.Column("screened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_screenings")),
    )
    op.create_index(op.f("ix_screenings_order_id"), "screenings", ["order_id"], unique=False)
    op.create_index(
        op.f("ix_screenings_subject_key_lists_version"), "screenings", ["subject_key", "lists_version"], unique=False
    )
    op.create_table(
        "watchlist_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("list_id", sa.Text(), server_default="", nullable=False),
        sa.Column("entry_id", sa.Text(), server_default="", nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("fingerprint", sa.Text(), server_default="", nullable=False),
        sa.Column("body_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("valid_from_version", sa.BigInteger(), nullable=False),
        sa.Column("removed_at_version", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watchlist_entries")),
        sa.UniqueConstraint(
            "list_id",
            "entry_id",
            "valid_from_version",
            name=op.f("uq_watchlist_entries_list_id_entry_id_valid_from_version"),
        ),
    )
    op.create_index(
        "ix_watchlist_entries_current",
        "watchlist_entries",
        ["list_id", "entry_id"],
        unique=True,
        sqlite_where=sa.text("removed_at_version IS NULL"),
        postgresql_where=sa.text("removed_at_version IS NULL"),
    )
    op.create_table(
        "watchlist_rejects",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("list_id", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("value", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watchlist_rejects")),
    )
    op.create_index(
        op.f("ix_watchlist_rejects_list_id_version"), "watchlist_rejects", ["list_id", "version"], unique=False
    )
    op.create_table(
        "watchlist_versions",
        sa.Column("list_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("source_date", sa.Date(), nullable=True),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.Text(), server_default="", nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read", sa.BigInteger(), nullable=False),
        sa.Column("stored", sa.BigInteger(), nullable=False),
        sa.Column("rejected", sa.BigInteger(), nullable=False),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("removed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("list_id", "version", name=op.f("pk_watchlist_versions")),
    )


def downgrade() -> None:
    op.drop_table("watchlist_versions")
    op.drop_table("watchlist_rejects")
    op.drop_table("watchlist_entries")
    op.drop_table("screenings")
    op.drop_table("screening_exceptions")
    op.drop_table("match_queue")
