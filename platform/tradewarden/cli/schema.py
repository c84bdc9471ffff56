"""`tradewarden schema`: the JSON Schema of an order or status message, made from the types themselves."""

import json
from enum import StrEnum
from typing import Annotated

import typer

from integrations.json_events import schema as order_schema
from integrations.json_events import status_schema


class Message(StrEnum):
    """What a message is about."""

    ORDER = "order"
    STATUS = "status"


def schema(
    message: Annotated[Message, typer.Argument(help="order, or status: an event of an order's flow.")] = Message.ORDER,
) -> None:
    """Print the JSON Schema of an order event, or of a status event. 报文的 JSON Schema."""
    made = order_schema() if message is Message.ORDER else status_schema()
    typer.echo(json.dumps(made, ensure_ascii=False, indent=2))


def register(app: typer.Typer) -> None:
    app.command("schema")(schema)
