"""Files that are no workbooks, or that want more than they may have: one clear error, and the process goes on."""

import io
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from integrations.errors import DoorError, LimitExceeded, Unavailable
from integrations.excel import Limits, read_workbook, template
from integrations.excel.sheets import read_sheets

NOW = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)


def repacked(data: bytes, changes: dict[str, bytes], extra: dict[str, bytes] | None = None) -> bytes:
    """The archive with some entries replaced (by pattern of their name) or added."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = next((text for pattern, text in changes.items() if re.fullmatch(pattern, name)), old.read(name))
            new.writestr(name, content)
        for name, content in (extra or {}).items():
            new.writestr(name, content)
    return stream.getvalue()


def broken(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + b"\0" * 200 + data[middle + 200 :]


DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]><worksheet>&a;</worksheet>'
CASES = {
    "empty": (b"", "an intact .xlsx"),
    "text": (b"order_id,name\n1,x\n", "an intact .xlsx"),
    "truncated": (template()[:3000], "an intact .xlsx"),
    "damaged": (broken(template()), "an intact .xlsx"),
    "old format": (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "an .xlsx workbook"),
    "no xml": (repacked(template(), {r"xl/worksheets/sheet1\.xml": b"not xml"}), "an intact .xlsx"),
    "empty workbook": (repacked(template(), {r"xl/workbook\.xml": b""}), "an intact .xlsx"),
    "entities": (repacked(template(), {r"xl/worksheets/sheet1\.xml": DOCTYPE}), "no document type"),
    "many entries": (repacked(template(), {}, {f"x/{n}": b"" for n in range(1_001)}), "1000 entries"),
}


@pytest.mark.parametrize("name", CASES)
def test_hostile_file_gives_one_clear_error(name):
    data, expected = CASES[name]
    with pytest.raises(DoorError) as caught:
        read_workbook(data, "upload.xlsx", NOW)
    assert expected in caught.value.expected
    assert caught.value.next_step
    assert str(caught.value).isprintable()


def test_archive_without_a_workbook():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("../../etc/passwd", "x")
    with pytest.raises(DoorError, match=r"xl/workbook\.xml inside"):
        read_workbook(stream.getvalue(), "upload.xlsx", NOW)


def test_bomb_is_stopped_by_its_real_size():
    bomb = repacked(template(), {r"xl/worksheets/sheet1\.xml": b"<worksheet>" + b" " * 200_000_000})
    assert len(bomb) < 1_000_000
    with pytest.raises(LimitExceeded, match="bytes unpacked"):
        read_workbook(bomb, "upload.xlsx", NOW)


def sheet_of(rows: str) -> dict[str, bytes]:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    text = f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'
    return {r"xl/worksheets/sheet[1-6]\.xml": text.encode()}


def test_memory_of_the_reading_process_is_limited():
    cell = "x" * 9_000
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{cell}{n}</t></is></c></row>' for n in range(1, 2_000)
    )
    small = Limits(memory_bytes=120 * 1024 * 1024)
    with pytest.raises(LimitExceeded, match=r"memory|bytes and"):
        read_sheets(repacked(template(), sheet_of(rows)), "upload.xlsx", small)
    assert len(read_sheets(template(), "upload.xlsx", small)) == 8


def test_time_of_the_reading_process_is_limited():
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, 300_001))
    slow = repacked(template(), sheet_of(rows))
    with pytest.raises(LimitExceeded, match="1 seconds"):
        read_workbook(slow, "upload.xlsx", NOW, Limits(seconds=1))


def test_cells_are_counted(workbook):
    with pytest.raises(LimitExceeded, match="more than 50 cells"):
        read_workbook(workbook(), "upload.xlsx", NOW, Limits(cells=50))


def test_claimed_dimensions_are_not_believed():
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/>'
        '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>订单号</t></is></c></row></sheetData></worksheet>'
    )
    [first, *_] = read_sheets(repacked(template(), {r"xl/worksheets/sheet1\.xml": sheet.encode()}), "x")
    assert [(row.number, len(row.cells)) for row in first.rows] == [(1, 1)]


def test_size_is_checked_before_reading(tmp_path):
    path = tmp_path / "big.xlsx"
    path.write_bytes(b"PK" + b"x" * 2_000)
    with pytest.raises(LimitExceeded, match="at most 1000 bytes"):
        read_workbook(path, "big.xlsx", NOW, Limits(file_bytes=1000))
    with pytest.raises(LimitExceeded, match="at most 1000 bytes"):
        read_workbook(path.read_bytes(), "big.xlsx", NOW, Limits(file_bytes=1000))


def test_missing_file():
    with pytest.raises(Unavailable, match="Check path"):
        read_workbook(Path("/nowhere/orders.xlsx"), "orders.xlsx", NOW)


def book_of(sheets: dict[str, list[list[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_sheet_of_orders_is_needed_and_only_once():
    with pytest.raises(DoorError, match="a sheet 订单 Orders"):
        read_workbook(book_of({"Sheet1": [["x"]]}), "u", NOW)
    with pytest.raises(DoorError, match="one sheet 订单 Orders"):
        read_workbook(book_of({"订单": [["订单号"]], "Orders": [["订单号"]]}), "u", NOW)


def test_own_layout_with_one_header_row_is_read():
    reading = read_workbook(book_of({"Orders": [["my list"], ["Order id", "client_name"], ["O-1", "甲"]]}), "u", NOW)
    assert [event.order.client_name for event in reading.events] == ["甲"]


def test_filled_cell_under_an_unknown_header_is_no_silent_loss():
    sheets = {"订单": [["订单号", "毛重公斤", None], ["O-1", 5, None], ["O-2", None, "stray"], ["O-3", None, None]]}
    reading = read_workbook(book_of(sheets), "u", NOW)
    assert [event.order_id for event in reading.events] == ["O-3"]
    assert [(error.row, error.column, error.header) for error in reading.errors] == [(2, "B", "毛重公斤"), (3, "C", "")]


def test_filled_sheet_nobody_knows_is_reported():
    reading = read_workbook(book_of({"订单": [["订单号"], ["O-1"]], "货物": [["a"], ["b"]]}), "u", NOW)
    [error] = reading.errors
    assert (error.sheet, error.value) == ("货物", "2 filled rows")
    assert [event.order_id for event in reading.events] == ["O-1"]


def test_formula_without_a_result_and_excel_errors_are_no_empty_cells():
    data = book_of({"订单": [["订单号", "件数", "毛重"], ["O-1", "=1+1", None], ["O-2", None, "#REF!"]]})
    reading = read_workbook(data, "u", NOW)
    assert reading.withheld == ["O-1", "O-2"]
    assert [(error.header, error.value) for error in reading.errors] == [("件数", "=1+1"), ("毛重", "#REF!")]
