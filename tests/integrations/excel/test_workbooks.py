"""The template and the corrected workbook as files: what a person sees when opening them."""

import io
from datetime import UTC, datetime

import openpyxl
import pytest

from integrations.excel import corrected, read_workbook, template
from integrations.excel.cells import column_letter, looks_like_formula
from integrations.excel.columns import TITLES, columns, title
from integrations.excel.orders import _PARTS
from integrations.excel.sheets import read_sheets
from integrations.excel.writing import Book
from risk.nouns.declaration_parts import Container
from risk.nouns.line import Line
from risk.nouns.order import Order
from risk.nouns.parties import Party

NOW = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)


def opened(data):
    return openpyxl.load_workbook(io.BytesIO(data))


def test_template_has_its_sheets_headers_and_lists():
    book = opened(
        template({"currency": [("USD", "美元", "US dollar")], "supervision_mode": [("0110", "一般贸易", "")]})
    )
    assert book.sheetnames[:6] == [title(names) for names in TITLES.values()]
    assert book.sheetnames[6:] == ["说明 Guide", "代码 Codes"]
    orders = book["订单 Orders"]
    assert (orders["A1"].value, orders["A2"].value) == ("订单号", "Order id")
    modes = next(n for n, column in enumerate(columns("orders"), 1) if column.field == "header.supervision_mode")
    assert orders.column_dimensions[column_letter(modes)].number_format == "@"
    validated = {str(rule.sqref) for rule in orders.data_validations.dataValidation}
    assert any(reference.startswith(column_letter(modes)) for reference in validated)
    codes = [cell.value for row in book["代码 Codes"].iter_rows() for cell in row]
    assert "0110 一般贸易" in codes
    assert "出口" in codes


def test_empty_template_is_no_order():
    reading = read_workbook(template(), "template.xlsx", NOW)
    assert (reading.events, reading.errors, reading.rows) == ([], [], 0)


def test_every_column_fills_a_field_that_exists():
    kinds = {"orders": Order, "lines": Line, "containers": Container, "parties": Party}
    for name, kind in kinds.items():
        for column in columns(name):
            part, _, attribute = column.field.rpartition(".")
            owner = _PARTS[part] if part else kind
            assert (attribute or part) == "order_id" or attribute in owner.__dataclass_fields__, column.field


def test_corrected_workbook_is_red_where_it_is_wrong(workbook):
    reading = read_workbook(workbook(orders={"header.package_count": "forty"}), "orders.xlsx", NOW)
    book = opened(corrected(reading))
    [error] = reading.errors
    cell = book[error.sheet][f"{error.column}{error.row}"]
    assert (cell.value, cell.fill.fgColor.rgb) == ("forty", "FFFF6B6B")
    assert "whole number" in cell.comment.text
    summary = book["错误汇总 Errors"]
    assert summary["A2"].value == "0 orders taken, 1 held back, 1 errors"
    assert [cell.value for cell in summary[6]][:5] == ["订单 Orders", "3", error.column, "件数", "forty"]


def test_missing_cell_is_marked_too(workbook):
    reading = read_workbook(workbook(lines={"line_number": None}), "orders.xlsx", NOW)
    [error] = reading.errors
    cell = opened(corrected(reading))[error.sheet][f"{error.column}{error.row}"]
    assert cell.fill.fgColor.rgb == "FFFF6B6B"
    assert cell.comment is not None


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠x", "  =1", "\u200b=1", "\tx", "\rx", "\n=1"]


def test_text_like_a_formula_is_written_as_text():
    book = Book()
    sheet = book.sheet("x")
    for row, text in enumerate(FORMULAS):
        book.text(sheet, row, 0, text)
    data = book.finish()
    cells = [row[0] for row in opened(data)["x"].iter_rows()]
    assert all(looks_like_formula(text) for text in FORMULAS)
    assert {(cell.data_type, cell.quotePrefix) for cell in cells} == {("s", True)}
    assert [row.cells[1].text for row in read_sheets(data, "x")[0].rows] == FORMULAS


@pytest.mark.parametrize("text", ["1+1", "a=b", "深圳", "", "O-1", "0110"])
def test_other_text_is_left_alone(text):
    assert not looks_like_formula(text)


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "x" * 40_000, "\ufffe"])
def test_text_a_workbook_cannot_hold_is_escaped_or_cut(text):
    book = Book()
    book.text(book.sheet("x"), 0, 0, text)
    assert opened(book.finish())["x"]["A1"].value.isprintable()


@pytest.mark.parametrize(("number", "letter"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA")])
def test_column_letters(number, letter):
    assert column_letter(number) == letter
