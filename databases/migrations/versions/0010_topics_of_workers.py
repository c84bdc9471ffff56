"""Which topics a worker reads.

Why: Workers share the partitions of a topic fairly; one that reads another topic must not count. One column, filled
with its default.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stream_workers", sa.Column("topics", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("stream_workers", "topics")
