"""The uploaded workbook back with its wrong cells marked: red, with the expectation as a comment, and a summary.

All rows are kept as they were, so that the person corrects the red cells and sends the same file again; orders that
were already taken are recognised by number and revision and change nothing.
"""

from decimal import Decimal
from typing import Any

from integrations.excel.cells import Cell, Sheet, column_letter
from integrations.excel.columns import SUMMARY, key, title
from integrations.excel.reader import WorkbookReading
from integrations.excel.rows import CellError
from integrations.excel.writing import Book

_WRONG = {"bg_color": "#FF6B6B", "border": 1}
_WIDTHS = (18, 8, 8, 24, 30, 50, 46)


def corrected(reading: WorkbookReading) -> bytes:
    """The marked workbook as .xlsx bytes."""
    book = Book()
    _write_summary(book, reading)
    for sheet in reading.sheets:
        if key(sheet.name) != key(title(SUMMARY)):
            _write_sheet(book, sheet, [error for error in reading.errors if error.sheet == sheet.name])
    return book.finish()


def _write_summary(book: Book, reading: WorkbookReading) -> None:
    sheet = book.sheet(title(SUMMARY))
    taken, held, count = len(reading.events), len(reading.withheld), len(reading.errors)
    book.text(sheet, 0, 0, f"已接收订单 {taken}，未接收订单 {held}，错误 {count} 处", bold=True)
    book.text(sheet, 1, 0, f"{taken} orders taken, {held} held back, {count} errors", bold=True)
    book.text(sheet, 2, 0, "未接收 Held back: " + ", ".join(reading.withheld[:200]))
    headers = ("工作表 Sheet", "行 Row", "列 Column", "表头 Header", "内容 Value", "应为 Expected", "下一步 Next step")
    for number, text in enumerate(headers):
        book.text(sheet, 4, number, text, bold=True, bg_color="#E7E6E6", border=1)
        sheet.set_column(number, number, _WIDTHS[number])
    for row, error in enumerate(reading.errors, 5):
        cells = (error.sheet, str(error.row), error.column, error.header, error.value, error.expected, error.next_step)
        for number, text in enumerate(cells):
            book.text(sheet, row, number, text)


def _write_sheet(book: Book, sheet: Sheet, errors: list[CellError]) -> None:
    target = book.sheet(sheet.name)
    wrong: dict[tuple[int, str], list[CellError]] = {}
    for error in errors:
        wrong.setdefault((error.row, error.column), []).append(error)
    for row in sheet.rows:
        for column, cell in row.cells.items():
            marked = (row.number, column_letter(column)) in wrong
            _write_cell(book, target, (row.number - 1, column - 1), cell, _WRONG if marked else {})
    filled = {(row.number, column_letter(n)) for row in sheet.rows for n in row.cells}
    for (number, letter), found in wrong.items():
        place = f"{letter or 'A'}{number}"
        if letter and (number, letter) not in filled:
            target.write_blank(place, None, book.format(**_WRONG))
        text = "\n".join(f"{error.header}: {error.expected}. {error.next_step}" for error in found)
        target.write_comment(place, text[:1_000], {"x_scale": 2, "y_scale": 1.5})
    target.freeze_panes(2, 1)


def _write_cell(book: Book, target: Any, place: tuple[int, int], cell: Cell, properties: dict[str, Any]) -> None:
    if cell.kind == "number":
        shown = f"0.{'0' * cell.places}" if cell.places else "General"
        target.write_number(*place, float(Decimal(cell.text)), book.format(num_format=shown, **properties))
    else:
        book.text(target, *place, cell.text, **properties)
