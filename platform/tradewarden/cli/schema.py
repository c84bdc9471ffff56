"""`tradewarden schema`: the JSON Schema of what comes in and of what goes out, made from the types themselves."""

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

import typer

from integrations.json_events import outgoing_schema, status_schema
from integrations.json_events import schema as order_schema


class Message(StrEnum):
    """What a message is about."""

    ORDER = "order"
    STATUS = "status"
    DECISION = "decision"
    ALERT = "alert"


MADE: Mapping[Message, Callable[[], dict[str, Any]]] = {
    Message.ORDER: order_schema,
    Message.STATUS: status_schema,
    Message.DECISION: partial(outgoing_schema, alert=False),
    Message.ALERT: partial(outgoing_schema, alert=True),
}


def schema(
    message: Annotated[
        Message,
        typer.Argument(help="In: order, or status (an event of an order's flow). Out: decision, or alert."),
    ] = Message.ORDER,
) -> None:
    """Print the JSON Schema of a message that comes in or goes out. 报文的 JSON Schema."""
    typer.echo(json.dumps(MADE[message](), ensure_ascii=False, indent=2))


def register(app: typer.Typer) -> None:
    app.command("schema")(schema)
