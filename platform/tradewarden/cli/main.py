"""Entry point: collects the commands and turns errors into one clear line and an exit status.

0 = done, 1 = done and something was found wrong, 2 = could not be done.
"""

import sys
import traceback
from typing import Any

import typer

from databases.errors import StorageError
from integrations.errors import DoorError
from tradewarden.cli import (
    aeo,
    assess,
    audit,
    checks,
    clients,
    compare,
    db,
    dead_letters,
    demo,
    differences,
    events,
    lists,
    processes,
    schema,
    screen,
    selftest,
    serve,
    simulate,
    template,
    worker,
)
from tradewarden.cli.output import fail
from tradewarden.errors import TradeWardenError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="TradeWarden 外综服风控平台: risk control for comprehensive foreign-trade services providers.",
)
COMMANDS = (
    demo,
    serve,
    worker,
    processes,
    assess,
    checks,
    screen,
    compare,
    template,
    schema,
    simulate,
    differences,
    selftest,
)
for module in COMMANDS:
    module.register(app)
GROUPS = (
    ("lists", lists),
    ("clients", clients),
    ("dead-letters", dead_letters),
    ("events", events),
    ("aeo", aeo),
    ("audit", audit),
    ("db", db),
)
for name, group in GROUPS:
    app.add_typer(group.commands, name=name)


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
