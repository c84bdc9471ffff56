"""Policies, decisions, alerts and supervision.

Why: One decision per revision is the second guarantee behind the inbox: even an event replayed past it can't be judged
twice. One live policy at most is an index too, not a habit.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("alert_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("order_id", sa.Text(), server_default="", nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=True),
        sa.Column("decision_id", sa.Text(), server_default="", nullable=False),
        sa.Column("client_id", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome", sa.Integer(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assignee", sa.Text(), server_default="", nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disposition", sa.Text(), server_default="", nullable=False),
        sa.Column("reason_code", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("proposed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_alerts")),
    )
    op.create_index(op.f("ix_alerts_assignee_state"), "alerts", ["assignee", "state"], unique=False)
    op.create_index(op.f("ix_alerts_order_id"), "alerts", ["order_id"], unique=False)
    op.create_index(op.f("ix_alerts_state_due_at"), "alerts", ["state", "due_at"], unique=False)
    op.create_index(
        "uq_alerts_open_subject",
        "alerts",
        ["kind", "subject"],
        unique=True,
        sqlite_where=sa.text("state <> 'closed' AND kind <> 'decision'"),
        postgresql_where=sa.text("state <> 'closed' AND kind <> 'decision'"),
    )
    op.create_table(
        "contributions",
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("check_id", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="", nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", "position", name=op.f("pk_contributions")),
    )
    op.create_table(
        "decisions",
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), server_default="", nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("client_id", sa.Text(), server_default="", nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("order_class", sa.Text(), server_default="", nullable=False),
        sa.Column("supervision", sa.Text(), server_default="", nullable=False),
        sa.Column("policy", sa.Text(), server_default="", nullable=False),
        sa.Column("policy_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("body_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("facts_hash", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("order_id", "revision", name=op.f("uq_decisions_order_id_revision")),
    )
    op.create_index(op.f("ix_decisions_as_of"), "decisions", ["as_of"], unique=False)
    op.create_index(op.f("ix_decisions_client_id_as_of"), "decisions", ["client_id", "as_of"], unique=False)
    op.create_table(
        "disposition_reasons",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("disposition", sa.Text(), server_default="", nullable=False),
        sa.Column("name_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("name_en", sa.Text(), server_default="", nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("retired", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_disposition_reasons")),
    )
    op.create_table(
        "findings",
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("check_id", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="", nullable=False),
        sa.Column("severity", sa.Text(), server_default="", nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("floor", sa.Integer(), nullable=False),
        sa.Column("seen", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", "position", name=op.f("pk_findings")),
    )
    op.create_index(op.f("ix_findings_check_id_status"), "findings", ["check_id", "status"], unique=False)
    op.create_table(
        "policies",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.Text(), server_default="", nullable=False),
        sa.Column("made_by", sa.Text(), server_default="", nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Text(), server_default="", nullable=False),
        sa.Column("live_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_policies")),
        sa.UniqueConstraint("hash", name=op.f("uq_policies_hash")),
    )
    op.create_index(
        "uq_policies_live",
        "policies",
        ["state"],
        unique=True,
        sqlite_where=sa.text("state = 'live'"),
        postgresql_where=sa.text("state = 'live'"),
    )
    op.create_table(
        "supervision_plans",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("decision_id", sa.Text(), server_default="", nullable=False),
        sa.Column("client_id", sa.Text(), server_default="", nullable=False),
        sa.Column("tier", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("order_class", sa.Text(), server_default="", nullable=False),
        sa.Column("draw", sa.LargeBinary(), nullable=False),
        sa.Column("declared_on", sa.Date(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_to", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("order_id", "revision", name=op.f("pk_supervision_plans")),
    )
    op.create_index(op.f("ix_supervision_plans_declared_on"), "supervision_plans", ["declared_on"], unique=False)
    op.create_table(
        "supervision_records",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("order_id", sa.Text(), server_default="", nullable=False),
        sa.Column("supervisor", sa.Text(), server_default="", nullable=False),
        sa.Column("on_site", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision_records")),
    )
    op.create_index(op.f("ix_supervision_records_order_id"), "supervision_records", ["order_id"], unique=False)
    op.create_table(
        "alert_steps",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("alert_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("step", sa.Text(), server_default="", nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.alert_id"], name=op.f("fk_alert_steps_alert_id_alerts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_steps")),
    )
    op.create_index(op.f("ix_alert_steps_alert_id"), "alert_steps", ["alert_id"], unique=False)


def downgrade() -> None:
    op.drop_table("alert_steps")
    op.drop_table("supervision_records")
    op.drop_table("supervision_plans")
    op.drop_table("policies")
    op.drop_table("findings")
    op.drop_table("disposition_reasons")
    op.drop_table("decisions")
    op.drop_table("contributions")
    op.drop_table("alerts")
