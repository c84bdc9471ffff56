"""CSV for spreadsheets: UTF-8 with a byte-order mark, and no cell that a spreadsheet would run as a formula."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

DANGEROUS = "=+-@\t\r"


def safe(cell: object) -> str:
    """The cell as text. One that begins like a formula (after NFKC and leading blanks) gets an apostrophe before it."""
    text = "" if cell is None else str(cell)
    plain = unicodedata.normalize("NFKC", text)
    begins = plain.lstrip(" \n\v\f\u00a0\u3000\u200b\ufeff")[:1]
    return f"'{text}" if begins and begins in DANGEROUS and not _number(text) else text


def _number(text: str) -> bool:
    """A plain negative number is no formula and stays a number."""
    return text.isascii() and text[1:].replace(".", "", 1).isdigit() and text[:1] == "-"


def rows(header: Sequence[str], cells: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The file in pieces, one row each; the first carries the byte-order mark."""
    yield "\ufeff".encode() + _row(header)
    for row in cells:
        yield _row(row)


def _row(cells: Sequence[object]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([safe(cell) for cell in cells])
    return buffer.getvalue().encode()
