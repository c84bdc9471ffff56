"""Dead letters by their order.

Why: Whoever looks for an order that never arrived asks for its dead letters, and the order's page shows them each time
it is opened. One index.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_dead_letters_order_id"), "dead_letters", ["order_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_dead_letters_order_id"), table_name="dead_letters")
