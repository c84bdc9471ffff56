"""How often each client's orders changed.

Why: A worker that remembers its clients' past must be able to prove that nobody changed it since. One row a client,
counted up in the last statement of whatever changes orders. No row means: nothing changed since this table is there.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "client_changes",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.Column("changed_in", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_client_changes")),
    )


def downgrade() -> None:
    op.drop_table("client_changes")
