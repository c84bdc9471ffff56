"""An uploaded file to order events: the kind is told by the content, never by the name alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO

from integrations.errors import DoorError
from integrations.excel import CellError, corrected, read_workbook
from integrations.json_events import read_document, read_lines
from integrations.single_window import declaration_to_order, read
from risk.nouns.order import OrderEvent
from tradewarden.auth.refusals import Refused

SOURCE = "console"
"""One name space for all uploads, so that the same order uploaded twice under two file names counts once."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What a file held: events, errors by place, and for a workbook with errors the marked copy (.xlsx bytes)."""

    events: tuple[OrderEvent, ...]
    errors: Sequence[DoorError | CellError]
    marked: bytes = b""


def read_upload(name: str, content: bytes, now: datetime) -> Upload:
    """The orders of a file. Raises Refused 422 for content of no known kind; errors inside it are in the answer."""
    start = content[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()
    if content.startswith(b"PK"):
        return _workbook(name, content, now)
    if start.startswith(b"<"):
        return _single_window(name, content, now)
    if start.startswith((b"{", b"[")):
        return _json(name, content, now)
    raise Refused(422, "intake.unknown_kind", {"seen": name[:60]})


def _workbook(name: str, content: bytes, now: datetime) -> Upload:
    try:
        reading = read_workbook(content, name, now)
    except DoorError as error:
        return Upload((), [error])
    return Upload(_ours(reading.events), reading.errors, corrected(reading) if reading.errors else b"")


def _single_window(name: str, content: bytes, now: datetime) -> Upload:
    try:
        order = declaration_to_order(read(content, name), name, declared_at=now)
    except DoorError as error:
        return Upload((), [error])
    event = OrderEvent(
        event_id=f"{order.order_id}/{order.revision}",
        source=SOURCE,
        occurred_at=now,
        order_id=order.order_id,
        revision=order.revision,
        order=order,
    )
    return Upload((event,), [])


def _json(name: str, content: bytes, now: datetime) -> Upload:
    by_line = name.lower().endswith(".jsonl")
    rows = read_lines(BytesIO(content), name, now) if by_line else read_document(content, name, now)
    results = [row.result for row in rows]
    events = _ours([result for result in results if isinstance(result, OrderEvent)])
    return Upload(events, [result for result in results if isinstance(result, DoorError)])


def _ours(events: Sequence[OrderEvent]) -> tuple[OrderEvent, ...]:
    return tuple(replace(event, source=SOURCE) for event in events)
