"""CSV input of commands: a header row, then rows; UTF-8, UTF-16 or GB 18030 as its bytes tell."""

import csv
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO

from integrations.text_encoding import decode_text
from tradewarden.errors import CannotDo


def csv_rows(path: Path, required: Sequence[str]) -> Iterator[Mapping[str, str]]:
    """The rows by column name; `-` is standard input.

    Raises CannotDo when the file can't be read or lacks a required column, DoorError for an unknown encoding.
    """
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise CannotDo(f"{path} can't be read ({error.strerror}). Check the path and its permissions.") from error
    name = "stdin" if str(path) == "-" else path.name
    text, _ = decode_text(data, name)
    yield from _rows(io.StringIO(text, newline=""), name, required)


class BadRow(dict[str, str]):
    """A row that can't be used: whoever asks it for a value gets the reason as ValueError."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason

    def __getitem__(self, key: str) -> str:
        raise ValueError(self.reason)

    def get(self, *_: object) -> NoReturn:
        raise ValueError(self.reason)


def _checked(row: Mapping[str | None, Any], line: int) -> Mapping[str, str]:
    """The row, or in its place one that says what is wrong with it."""
    if extra := row.get(None):
        shown = ", ".join(extra)[:40]
        return BadRow(f"line {line}: more cells than columns, found {shown!a}; a comma in a cell needs quotes")
    if missing := [str(key) for key, value in row.items() if value is None]:
        return BadRow(f"line {line}: too few cells, {', '.join(missing)} missing; write a comma for each column")
    if bad := [str(key) for key, value in row.items() if "\0" in value]:
        return BadRow(f"line {line}: {', '.join(bad)}: found a NUL character; expected text")
    return {str(key): value for key, value in row.items()}


def _rows(file: TextIO, name: str, required: Sequence[str]) -> Iterator[Mapping[str, str]]:
    reader = csv.DictReader(file, strict=True)
    try:
        headers = reader.fieldnames or ()
    except csv.Error as error:
        raise CannotDo(f"{name}: header: {error}. Correct the first line.") from error
    if any(column not in headers for column in required):
        seen = ", ".join(headers) or "(no header)"
        raise CannotDo(f"{name}: header: found {seen[:200]}; expected the columns {', '.join(required)}.")
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            cause = "a quote is not closed" if "unexpected end" in str(error) else str(error)
            yield BadRow(f"line {reader.line_num}: {cause}; expected a CSV row")
            continue
        if row is None:
            return
        yield _checked(row, reader.line_num)
