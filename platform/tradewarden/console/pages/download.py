"""A list as a file: the rows of its page in the same order, as CSV."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from fastapi.responses import StreamingResponse

from tradewarden.console import spreadsheet
from tradewarden.console.formats import local

EXPORT_ROWS = 20_000
"""So many rows leave the house at once at most."""


def csv_file(word: str, now: datetime, header: Sequence[str], cells: Iterable[Sequence[object]]) -> StreamingResponse:
    """The rows as a file called by the list's word and the time."""
    name = f"{word}-{local(now):%Y%m%d-%H%M}.csv"
    return StreamingResponse(
        spreadsheet.rows(header, cells),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
