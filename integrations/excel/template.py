"""The empty order workbook to download: sheets with Chinese and English headers, drop-down lists, a guide."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from integrations.excel.cells import column_letter
from integrations.excel.columns import CODES, GUIDE, TITLES, Column, columns, title
from integrations.excel.writing import Book

CodeLists = Mapping[str, Sequence[tuple[str, str, str]]]
"""Rows (code, Chinese, English) of code tables by their name, such as supervision_mode or currency."""

_RED, _AMBER, _GREY = "#F8CBAD", "#FFE699", "#E7E6E6"
_COLOURS = {"yes": _RED, "wanted": _AMBER, "": _GREY}
_FORMATS = {"decimal": "General", "integer": "0", "date": "yyyy-mm-dd", "time": "yyyy-mm-dd hh:mm"}
_KINDS = {
    "text": "文本 text",
    "decimal": "数字 number",
    "integer": "整数 whole number",
    "choice": "选择 choice",
    "yes_no": "是/否 yes or no",
    "date": "日期 date, 2026-03-08",
    "time": "时间 time, 2026-03-08 12:00",
    "compact_date": "日期 date, 20260308",
    "iso_date": "日期、年月或年 date, month or year",
    "list": "逗号分隔 separated by commas",
}
_GUIDE = """外综服订单模板
Order workbook
每张订单在“订单”中占一行，其他工作表用订单号引用它。
Each order is one row in Orders; the other sheets name its number.
红色列必填，黄色列请尽量填写，灰色列按需填写。
Red columns must be filled, amber ones should be, grey ones where they apply.
代码请按文本填写，例如 0110、015；数字会丢掉前面的零。
Type codes as text, such as 0110 or 015: numbers lose leading zeros.
时间均为北京时间。
Times are China time.
第一、二行是表头，请从第三行开始填写。
Rows one and two are headers; fill from row three.
下表最后一列是一张示例订单，仅供参考，本页不会被导入。
The last column below is an example; this page is never imported."""
_GUIDE_HEADERS = "工作表 Sheet|列 Column|English|填写 Needed|类型 Kind|可选值 Choices|说明 Note|示例 Example"


def template(code_lists: CodeLists | None = None) -> bytes:
    """The empty workbook as .xlsx bytes; `code_lists` fill the drop-down lists of code columns."""
    book = Book()
    sheets = {name: book.sheet(title(names)) for name, names in TITLES.items()}
    guide, codes = book.sheet(title(GUIDE)), book.sheet(title(CODES))
    ranges = _write_codes(book, codes, code_lists or {})
    for name, sheet in sheets.items():
        _write_sheet(book, sheet, name, ranges)
    _write_guide(book, guide)
    sheets["orders"].activate()
    return book.finish()


def _write_sheet(book: Book, sheet: Any, name: str, ranges: Mapping[str, str]) -> None:
    sheet.freeze_panes(2, 1)
    for number, column in enumerate(columns(name)):
        write_header(book, sheet, number, column)
        width = max(10, min(32, 2 * len(column.zh) + 2))
        sheet.set_column(number, number, width, book.format(num_format=_FORMATS.get(column.kind, "@")))
        if reference := ranges.get(_list_name(column)):
            message = {"validate": "list", "source": reference, "error_type": "warning"}
            message |= {
                "error_title": "不在列表中 Not in the list",
                "error_message": "请确认代码 Please check the code",
            }
            sheet.data_validation(2, number, 5_000, number, message)


def write_header(book: Book, sheet: Any, number: int, column: Column) -> None:
    """Both header cells of one column (from 0)."""
    colour = _COLOURS[column.need]
    book.text(sheet, 0, number, column.zh, bold=True, bg_color=colour, border=1, text_wrap=True)
    book.text(sheet, 1, number, column.en, italic=True, bg_color=colour, border=1, text_wrap=True, font_size=8)


def _list_name(column: Column) -> str:
    if column.choices:
        return f"{column.sheet}.{column.field}"
    return "yes_no" if column.kind == "yes_no" else column.table


def _write_codes(book: Book, sheet: Any, code_lists: CodeLists) -> dict[str, str]:
    """One column for each list; the ranges by list name."""
    ranges: dict[str, str] = {}
    for number, (name, entries) in enumerate(_lists(code_lists)):
        book.text(sheet, 0, number, name, bold=True)
        for row, entry in enumerate(entries, 1):
            book.text(sheet, row, number, entry)
        letter = column_letter(number + 1)
        ranges[name] = f"='{title(CODES)}'!${letter}$2:${letter}${len(entries) + 1}"
        sheet.set_column(number, number, 24)
    return ranges


def _lists(code_lists: CodeLists) -> Iterator[tuple[str, list[str]]]:
    yield "yes_no", ["是", "否"]
    for name in TITLES:
        for column in columns(name):
            if column.choices:
                yield _list_name(column), list(column.choices.values())
    tables = dict.fromkeys(column.table for name in TITLES for column in columns(name) if column.table)
    for table in tables:
        if rows := code_lists.get(table):
            yield table, [f"{code} {zh}" for code, zh, _ in rows]


def _write_guide(book: Book, sheet: Any) -> None:
    lines = _GUIDE.splitlines()
    for row, line in enumerate(lines):
        book.text(sheet, row, 0, line, bold=row < 2)
    start = len(lines) + 1
    for number, text in enumerate(_GUIDE_HEADERS.split("|")):
        book.text(sheet, start, number, text, bold=True, bg_color=_GREY, border=1)
    needs = {"yes": "必填 required", "wanted": "建议 wanted", "": "可选 optional"}
    for row, column in enumerate((column for name in TITLES for column in columns(name)), start + 1):
        choices = "、".join(f"{label} ({code})" for code, label in column.choices.items())
        cells = (title(TITLES[column.sheet]), column.zh, column.en, needs[column.need], _KINDS[column.kind], choices)
        for number, text in enumerate((*cells, column.note, column.example)):
            book.text(sheet, row, number, text)
    for number, width in enumerate((18, 26, 34, 14, 26, 40, 44, 34)):
        sheet.set_column(number, number, width)
