"""CSV input of commands, read as a stream: a header row, UTF-8 with or without a byte order mark."""

import csv
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from tradewarden.errors import CannotDo


def csv_rows(path: Path, required: Sequence[str]) -> Iterator[Mapping[str, str]]:
    """The rows by column name; `-` is standard input.

    Raises CannotDo when the file can't be read, is not UTF-8 or lacks a required column.
    """
    if str(path) == "-":
        yield from _rows(io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", newline=""), "stdin", required)
        return
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _rows(file, path.name, required)
    except OSError as error:
        raise CannotDo(f"{path} can't be read ({error.strerror}). Check the path and its permissions.") from error


def _rows(file: TextIO, name: str, required: Sequence[str]) -> Iterator[Mapping[str, str]]:
    reader = csv.DictReader(file)
    try:
        missing = [column for column in required if column not in (reader.fieldnames or ())]
        if missing:
            seen = ", ".join(reader.fieldnames or ()) or "(no header)"
            raise CannotDo(f"{name}: header: found {seen[:200]}; expected the columns {', '.join(required)}.")
        for row in reader:
            yield {key: value or "" for key, value in row.items() if key is not None}
    except UnicodeDecodeError as error:
        raise CannotDo(f"{name}: near row {reader.line_num + 1}: not UTF-8. Save the file as UTF-8.") from error
    except csv.Error as error:
        raise CannotDo(f"{name}: row {reader.line_num}: {error}. Correct the row.") from error
