"""`tradewarden template`: the Excel workbook to fill in."""

from pathlib import Path
from typing import Annotated

import typer

from tradewarden.errors import CannotDo
from tradewarden.order_template import order_template
from tradewarden.setup import open_application


def template(out: Annotated[Path, typer.Argument(help="The .xlsx file to write.")]) -> None:
    """Write the Excel template for orders, with the code lists in force. 生成 Excel 模板."""
    if out.exists():
        raise CannotDo(f"{out} exists already; a filled-in workbook is not overwritten. Choose another name.")
    app = open_application()
    with app.database.reading() as uow:
        content = order_template(uow.reference.snapshot(app.clock().date()))
    try:
        out.write_bytes(content)
    except OSError as error:
        raise CannotDo(f"{out} can't be written ({error.strerror}). Choose another place.") from error
    typer.echo(f"{out}: {len(content)} bytes")


def register(app: typer.Typer) -> None:
    app.command("template")(template)
