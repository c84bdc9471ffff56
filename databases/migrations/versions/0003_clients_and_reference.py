"""Clients and versioned reference data.

Why: Reference rows carry validity dates; reference_versions says what content each import had, so that a decision can
name the version it used.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "clients",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("name_en", sa.Text(), server_default="", nullable=False),
        sa.Column("uscc", sa.Text(), server_default="", nullable=False),
        sa.Column("customs_code", sa.Text(), server_default="", nullable=False),
        sa.Column("tier", sa.Text(), server_default="", nullable=False),
        sa.Column("admission", sa.Text(), server_default="", nullable=False),
        sa.Column("agreement_valid_to", sa.Date(), nullable=True),
        sa.Column("last_verification_on", sa.Date(), nullable=True),
        sa.Column("next_verification_on", sa.Date(), nullable=True),
        sa.Column("region_codes", sa.Text(), server_default="", nullable=False),
        sa.Column("monthly_capacity", sa.BigInteger(), nullable=True),
        sa.Column("capacity_unit", sa.Text(), server_default="", nullable=False),
        sa.Column("prereviewed_categories", sa.Text(), server_default="", nullable=False),
        sa.Column("legal_representative", sa.Text(), server_default="", nullable=False),
        sa.Column("contact", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("first_order_on", sa.Date(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_clients")),
    )
    op.create_index(op.f("ix_clients_tier"), "clients", ["tier"], unique=False)
    op.create_index(op.f("ix_clients_uscc"), "clients", ["uscc"], unique=False)
    op.create_table(
        "codes",
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("name_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("name_en", sa.Text(), server_default="", nullable=False),
        sa.Column("attributes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("table_name", "code", "valid_from", name=op.f("pk_codes")),
    )
    op.create_table(
        "goods_criteria",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("code", "valid_from", name=op.f("pk_goods_criteria")),
    )
    op.create_table(
        "keywords",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("targets", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("kind", "word", name=op.f("pk_keywords")),
    )
    op.create_table(
        "rates",
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("usd", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("currency", "day", name=op.f("pk_rates")),
    )
    op.create_index(op.f("ix_rates_day"), "rates", ["day"], unique=False)
    op.create_table(
        "reference_versions",
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("complete", sa.BigInteger(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("part", "version", name=op.f("pk_reference_versions")),
    )
    op.create_table(
        "tariff",
        sa.Column("hs10", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("name_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("name_en", sa.Text(), server_default="", nullable=False),
        sa.Column("unit1", sa.Text(), server_default="", nullable=False),
        sa.Column("unit2", sa.Text(), server_default="", nullable=False),
        sa.Column("elements", sa.Text(), server_default="", nullable=False),
        sa.Column("control_codes", sa.Text(), server_default="", nullable=False),
        sa.Column("rebate_percent", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("hs10", "valid_from", name=op.f("pk_tariff")),
    )
    op.create_table(
        "client_versions",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.client_id"], name=op.f("fk_client_versions_client_id_clients")
        ),
        sa.PrimaryKeyConstraint("client_id", "version", name=op.f("pk_client_versions")),
    )


def downgrade() -> None:
    op.drop_table("client_versions")
    op.drop_table("tariff")
    op.drop_table("reference_versions")
    op.drop_table("rates")
    op.drop_table("keywords")
    op.drop_table("goods_criteria")
    op.drop_table("codes")
    op.drop_table("clients")
