"""`tradewarden db`: schema and reference data."""

import typer

from tradewarden.settings import load_settings
from tradewarden.setup import prepare
from tradewarden.wiring import build

commands = typer.Typer(no_args_is_help=True, help="Database schema and reference data. 数据库.")


@commands.callback()
def group() -> None:
    """Database schema and reference data. 数据库."""


@commands.command()
def upgrade() -> None:
    """Bring schema, reference data and policy up to this release. 升级数据库."""
    app = build(load_settings())
    changed = prepare(app)
    typer.echo(f"schema {app.database.head()}: {'upgraded' if changed else 'already current'}")
