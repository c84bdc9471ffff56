"""Entry point: collects the commands and turns errors into one clear line and an exit status.

0 = done, 1 = done and something was found wrong, 2 = could not be done.
"""

import sys
import traceback
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, cast

import typer
from typer.core import TyperGroup
from typer.main import get_group

from databases.errors import StorageError
from integrations.errors import DoorError
from tradewarden.cli.output import fail
from tradewarden.errors import TradeWardenError

PLACES = {
    "demo": "demo",
    "serve": "serve",
    "worker": "worker",
    "relay": "processes",
    "scheduler": "processes",
    "health": "processes",
    "assess": "assess",
    "checks": "checks",
    "screen": "screen",
    "compare": "compare",
    "template": "template",
    "schema": "schema",
    "simulate": "simulate",
    "differences": "differences",
    "selftest": "selftest",
    "lists": "lists",
    "clients": "clients",
    "dead-letters": "dead_letters",
    "events": "events",
    "aeo": "aeo",
    "audit": "audit",
    "db": "db",
}
"""Each command or group of commands with the module of this folder it lives in, in the order of the help."""


class Places(Mapping[str, Any]):
    """The commands by name; a module is imported when its command is asked for: most need little of the product."""

    def __getitem__(self, name: str) -> Any:
        module = import_module(f"tradewarden.cli.{PLACES[name]}")
        alone = typer.Typer(add_completion=False)
        if hasattr(module, "register"):
            module.register(alone)
        else:
            alone.add_typer(module.commands, name=name)
        return get_group(alone).commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter(PLACES)

    def __len__(self) -> int:
        return len(PLACES)


class Commands(TyperGroup):
    """The group of all commands."""

    def __init__(self, **named: Any) -> None:
        super().__init__(**named)
        self.commands = cast("dict[str, Any]", Places())


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="TradeWarden 外综服风控平台: risk control for comprehensive foreign-trade services providers.",
)


@app.callback()
def whole() -> None:
    """Nothing is done before a command; Typer needs a function to hang the commands on."""


USAGE_ERROR: Any = typer.BadParameter.__mro__[2]
"""The base of all complaints about how a command was called, whichever click Typer carries inside."""
INTERRUPTED = 130


def main() -> None:
    """Run the command line and exit with its status."""
    try:
        status = app(standalone_mode=False)
    except (TradeWardenError, DoorError, StorageError) as error:
        fail(str(error))
        status = 2
    except USAGE_ERROR as error:
        error.show()
        status = 2
    except (KeyboardInterrupt, typer.Abort):
        status = INTERRUPTED
    except BrokenPipeError:
        # the reader of our output went away; there is nobody left to tell
        sys.stderr.close()
        status = 2
    except Exception as error:  # noqa: BLE001 - the last resort: one line instead of a trace, and never status 0 or 1
        place = traceback.extract_tb(error.__traceback__)[-1]
        fail(f"Unexpected {type(error).__name__} at {place.filename}:{place.lineno}: {error}. Please report this line.")
        status = 2
    if status == INTERRUPTED:
        fail("Stopped. What was done so far is kept; run the command again to go on.")
        status = 2
    sys.exit(status if isinstance(status, int) else 0)
