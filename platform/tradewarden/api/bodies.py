"""Bodies with one or many messages: all of them read, or one answer that lists every error."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from io import BytesIO
from typing import BinaryIO, TypeVar

from fastapi import Request
from fastapi.responses import Response

from integrations.errors import DoorError
from integrations.json_events import Row
from tradewarden.api.problems import problem
from tradewarden.auth.refusals import Refused
from tradewarden.console.desk import Desk

DOOR = "rest"
LINES = ("application/x-ndjson", "application/jsonl", "application/jsonlines")
ERRORS_SHOWN = 100
E = TypeVar("E")
Document = Callable[[bytes, str, datetime], Iterator[Row[E]]]
Lines = Callable[[BinaryIO, str, datetime], Iterator[Row[E]]]


def decoded(at: Desk, body: bytes, document: Document[E], lines: Lines[E]) -> list[E]:
    """Every message in the body. Raises the one DoorError, or Rejected with all of them."""
    kind = at.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    source = at.username[:64] or DOOR
    if kind == "application/json":
        rows = document(body, source, at.now)
    elif kind in LINES:
        rows = lines(BytesIO(body), source, at.now)
    else:
        raise Refused(415, "rest.content_type", {"where": "Content-Type", "seen": kind[:60] or "–"})
    events: list[E] = []
    errors: list[DoorError] = []
    for row in rows:
        if isinstance(row.result, DoorError):
            errors.append(row.result)
        else:
            events.append(row.result)
    if errors and not events and len(errors) == 1:
        raise errors[0]
    if errors:
        raise Rejected(errors)
    if not events:
        raise Refused(422, "rest.empty")
    return events


class Rejected(Exception):
    """Some of several messages can't be read; nothing of the body was taken."""

    def __init__(self, errors: Sequence[DoorError]) -> None:
        super().__init__(f"messages that can't be read: {len(errors)}")
        self.errors = errors


def rejected(_: Request, error: Exception) -> Response:
    """The problem document that lists every error."""
    errors: Iterable[DoorError] = error.errors if isinstance(error, Rejected) else ()
    rows = [one.as_row() for one in errors]
    return problem(
        422,
        f"{len(rows)} 条无法读取,全部未接收 | {len(rows)} can't be read; nothing was taken",
        next_step="改正后整体重发 | correct them and send the whole body again",
        errors=rows[:ERRORS_SHOWN],
        errors_total=len(rows),
    )
