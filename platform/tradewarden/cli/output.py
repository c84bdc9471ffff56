"""How commands speak: results on standard output (a table, or JSON Lines with --json), everything else on stderr."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object per line on standard output, nothing else.")]

_ENCODER = msgspec.json.Encoder(decimal_format="number")
PIPE_COLUMNS = 200
notes = Console(stderr=True, highlight=False)
"""Where progress, warnings and errors go."""


def emit(record: Mapping[str, Any]) -> None:
    """One JSON object on a line of its own, flushed so that a reader of the pipe sees it at once."""
    sys.stdout.buffer.write(_ENCODER.encode(record) + b"\n")
    sys.stdout.buffer.flush()


def counted(number: int, one: str, many: str = "") -> str:
    """A number and its noun.

    >>> counted(1, "order"), counted(2, "entry", "entries")
    ('1 order', '2 entries')
    """
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def warn(message: str) -> None:
    notes.print(escape(message), style="yellow", soft_wrap=True)


def fail(message: str) -> None:
    notes.print(escape(message), style="red", soft_wrap=True)


def table(headers: Sequence[str], rows: Iterable[Sequence[Any]], title: str = "") -> None:
    """A table for people; in a file or pipe wide enough for its words, which 80 columns would break."""
    shown = Table(*headers, title=title or None, title_justify="left")
    for row in rows:
        shown.add_row(*(escape(str(cell)) for cell in row))
    Console(highlight=False, width=None if sys.stdout.isatty() else PIPE_COLUMNS).print(shown)


@contextmanager
def progress(label: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr; call the given function with the number of steps just done."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=notes, transient=True, disable=not notes.is_terminal) as bar:
        task = bar.add_task(label, total=total)
        yield lambda steps: bar.advance(task, steps)
