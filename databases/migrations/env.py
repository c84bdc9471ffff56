"""Alembic's entry: runs migrations on the connection our `Database` hands in. There is no other way to run them."""

from alembic import context

from databases.columns import metadata

connection = context.config.attributes["connection"]
applied = context.config.attributes["on_version_apply"]

if connection.dialect.name == "postgresql":
    # a migration that can't get its lock soon gives up instead of blocking every worker behind it
    connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")

context.configure(
    connection=connection,
    target_metadata=metadata,
    on_version_apply=applied,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
