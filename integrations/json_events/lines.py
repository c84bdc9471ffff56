"""Files and bodies with many events: JSON Lines as a stream, or one document holding an object or an array.

A row that cannot be read is handed on as its error, with its raw bytes; it never stops the rows after it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Generic, TypeVar

import msgspec

from integrations.errors import DoorError, LimitExceeded
from integrations.json_events.decode import decode_order
from integrations.json_events.limits import DEFAULT, Limits
from integrations.json_events.status import decode_status
from risk.nouns.order import OrderEvent
from risk.nouns.status import StatusEvent

_BOM = b"\xef\xbb\xbf"
E = TypeVar("E")
Decode = Callable[[bytes, str, datetime, Limits], E]


@dataclass(frozen=True, slots=True)
class Row(Generic[E]):
    """One row of a file: `where` names it, `raw` is what stood there, `result` the event or the reason why not."""

    where: str
    raw: bytes
    result: E | DoorError


def read_lines(stream: BinaryIO, source: str, now: datetime, limits: Limits = DEFAULT) -> Iterator[Row[OrderEvent]]:
    """Each non-blank line of a JSON Lines file. Accepts CRLF and a byte order mark; holds one line in memory."""
    return _Reader(source, now, limits, decode_order).lines(stream)


def read_document(raw: bytes, source: str, now: datetime, limits: Limits = DEFAULT) -> Iterator[Row[OrderEvent]]:
    """A document with one order, or an array of orders. A body that is no JSON at all gives one row with the error."""
    return _Reader(source, now, limits, decode_order).document(raw)


def read_status_lines(
    stream: BinaryIO, source: str, now: datetime, limits: Limits = DEFAULT
) -> Iterator[Row[StatusEvent]]:
    """As `read_lines`, for status events."""
    return _Reader(source, now, limits, decode_status).lines(stream)


def read_status_document(
    raw: bytes, source: str, now: datetime, limits: Limits = DEFAULT
) -> Iterator[Row[StatusEvent]]:
    """As `read_document`, for status events."""
    return _Reader(source, now, limits, decode_status).document(raw)


@dataclass(frozen=True, slots=True)
class _Reader(Generic[E]):
    """What every row of one reading shares."""

    source: str
    now: datetime
    limits: Limits
    decode: Decode[E]

    def lines(self, stream: BinaryIO) -> Iterator[Row[E]]:
        number = 0
        while raw := stream.readline(self.limits.size + 1):
            number += 1
            if number == 1:
                raw = raw.removeprefix(_BOM)
            whole = raw.endswith(b"\n") or len(raw) <= self.limits.size
            if not whole:
                yield self._too_long(raw, stream, number)
            elif line := raw.strip():
                row = self._row(line, f"line {number}")
                if not raw.endswith(b"\n") and isinstance(row.result, DoorError):
                    row.result.next_step += " The last line has no line end: the file may be cut off."
                yield row

    def document(self, raw: bytes) -> Iterator[Row[E]]:
        text = raw.removeprefix(_BOM).strip()
        if not text.startswith(b"["):
            yield self._row(text, "whole message")
            return
        try:
            if len(text) > self.limits.size:
                step = "Send the messages as JSON Lines, which is read as a stream."
                expected = f"at most {self.limits.size} bytes"
                raise LimitExceeded(self.source, "whole message", f"{len(text)} bytes", expected, step)
            items = msgspec.json.decode(text, type=list[msgspec.Raw])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            step = "The array cannot be taken apart, so nothing of it was taken. Send it again in full."
            wrong = DoorError(self.source, "whole message", text[-40:], f"valid JSON ({error})", step)
            yield Row("whole message", raw, wrong)
        except LimitExceeded as error:
            yield Row("whole message", raw[: self.limits.size], error)
        else:
            for index, item in enumerate(items):
                yield self._row(bytes(item), f"$[{index}]")

    def _row(self, raw: bytes, where: str) -> Row[E]:
        try:
            return Row(where, raw, self.decode(raw, self.source, self.now, self.limits))
        except DoorError as error:
            return Row(where, raw, error.inside(where))

    def _too_long(self, raw: bytes, stream: BinaryIO, number: int) -> Row[E]:
        where = f"line {number}"
        size = len(raw)
        while rest := stream.readline(self.limits.size):
            size += len(rest)
            if rest.endswith(b"\n"):
                break
        expected = f"at most {self.limits.size} bytes"
        step = "Split the message."
        return Row(where, raw[:1000], LimitExceeded(self.source, where, f"{size} bytes", expected, step))
