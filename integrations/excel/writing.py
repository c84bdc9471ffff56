"""Writing workbooks that stay what they are: text is text, whatever it begins with."""

import io
from collections.abc import Mapping
from typing import Any

import xlsxwriter

from integrations.characters import FORBIDDEN
from integrations.errors import printable
from integrations.excel.cells import looks_like_formula

_LONGEST = 32_767


class Book:
    """A workbook in memory. Formats are made once for each set of properties."""

    def __init__(self) -> None:
        self._buffer = io.BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        }
        self._book = xlsxwriter.Workbook(self._buffer, options)
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def sheet(self, name: str) -> Any:
        """A new worksheet of xlsxwriter."""
        return self._book.add_worksheet(name)

    def format(self, **properties: Any) -> Any:
        """The format with these xlsxwriter properties."""
        wanted = tuple(sorted(properties.items()))
        if wanted not in self._formats:
            self._formats[wanted] = self._book.add_format(
                {"font_name": "Microsoft YaHei", "font_size": 10, **properties}
            )
        return self._formats[wanted]

    def text(self, sheet: Any, row: int, column: int, text: str, **properties: Any) -> None:
        """Write text (row and column from 0). Text that looks like a formula also carries the quote mark of Excel.

        What a workbook cannot hold (control characters, lone surrogates, more than 32,767 characters) is shown escaped.
        """
        if FORBIDDEN.search(text) or len(text) > _LONGEST:
            text = printable(text, _LONGEST - 100)
        quoted: Mapping[str, Any] = {"quote_prefix": True} if looks_like_formula(text) else {}
        sheet.write_string(row, column, text, self.format(**{"num_format": "@", **properties, **quoted}))

    def finish(self) -> bytes:
        self._book.close()
        return self._buffer.getvalue()
