"""`tradewarden schema`: the JSON Schema of an order message, made from the types themselves."""

import json

import typer

from integrations.json_events import schema as json_schema


def schema() -> None:
    """Print the JSON Schema of an order event. 订单报文的 JSON Schema."""
    typer.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2))


def register(app: typer.Typer) -> None:
    app.command("schema")(schema)
