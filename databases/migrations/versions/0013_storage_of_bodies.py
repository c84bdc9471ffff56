"""How PostgreSQL keeps the bytes of orders and decisions.

Why: Its own compression (pglz) took a quarter of the server's time for each order. LZ4 takes a tenth of that, where the
server was built with it; elsewhere the order's body, which pglz makes only three times smaller, is kept as it is (some
7 kB more on the disk for a revision of three lines). The body of a decision shrinks to an eighth and stays compressed.
What was written before stays as it was written. SQLite keeps bytes as they are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None
BODIES = (("order_revisions", "body"), ("decisions", "body"), ("decisions", "facts"), ("inbox", "raw"))
HAS_LZ4 = "SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = 'default_toast_compression'"


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    if op.get_bind().execute(sa.text(HAS_LZ4)).scalar():
        for table, column in BODIES:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET COMPRESSION lz4")
    else:
        op.execute("ALTER TABLE order_revisions ALTER COLUMN body SET STORAGE EXTERNAL")


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("ALTER TABLE order_revisions ALTER COLUMN body SET STORAGE EXTENDED")
    if op.get_bind().execute(sa.text(HAS_LZ4)).scalar():
        for table, column in BODIES:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET COMPRESSION default")
