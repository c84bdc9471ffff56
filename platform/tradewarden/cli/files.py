"""Files of orders by their ending: every row is an order event or the one error it failed with."""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from integrations.errors import DoorError
from integrations.excel import read_workbook
from integrations.json_events import read_document, read_lines
from integrations.single_window import declaration_to_order, read
from risk.nouns.order import OrderEvent
from tradewarden.errors import CannotDo

FileRow = OrderEvent | DoorError
ENDINGS = (".json", ".jsonl", ".xlsx", ".xml")


def rows_of(name: str, now: datetime) -> Iterator[FileRow]:
    """The orders of a file; `-` is JSON Lines on standard input. Raises CannotDo when it can't be opened."""
    if name == "-":
        yield from (row.result for row in read_lines(sys.stdin.buffer, "stdin", now))
        return
    path = Path(name)
    if path.suffix.lower() not in ENDINGS:
        raise CannotDo(
            f"{name}: the ending {path.suffix or '(none)'} is not known; expected one of {', '.join(ENDINGS)}."
        )
    try:
        yield from _rows(path, now)
    except OSError as error:
        raise CannotDo(f"{name} can't be read ({error.strerror}). Check the path and its permissions.") from error


def _rows(path: Path, now: datetime) -> Iterator[FileRow]:
    kind = path.suffix.lower()
    if kind == ".jsonl":
        with path.open("rb") as stream:
            yield from (row.result for row in read_lines(stream, path.name, now))
    elif kind == ".json":
        yield from (row.result for row in read_document(path.read_bytes(), path.name, now))
    elif kind == ".xml":
        yield _single_window(path, now)
    else:
        result = read_workbook(path, path.name, now)
        yield from result.errors
        yield from result.events


def _single_window(path: Path, now: datetime) -> FileRow:
    try:
        order = declaration_to_order(read(path.read_bytes(), path.name), path.name)
    except DoorError as error:
        return error
    return OrderEvent(
        event_id=f"{order.order_id}/{order.revision}",
        source=path.name,
        occurred_at=now,
        order_id=order.order_id,
        revision=order.revision,
        order=order,
    )
