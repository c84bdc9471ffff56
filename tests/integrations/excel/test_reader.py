"""Filled workbooks: good ones become orders, wrong cells are named and hold back their own order only."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from integrations.excel import corrected, read_workbook
from integrations.json_events import decode_order, encode
from risk.nouns.order import BusinessMode
from risk.nouns.parties import Kind, Role

NOW = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)


def read(data):
    return read_workbook(data, "orders.xlsx", NOW)


def test_good_workbook_becomes_an_order(workbook):
    reading = read(workbook())
    assert (reading.errors, reading.withheld, reading.rows) == ([], [], 10)
    [event] = reading.events
    order, header, [line] = event.order, event.order.declaration.header, event.order.declaration.lines
    assert (event.event_id, event.source, event.occurred_at) == ("O-1/1", "orders.xlsx", NOW)
    assert order.business_mode is BusinessMode.AGENCY_REFUND
    assert order.accepted_at.isoformat() == "2026-03-01T10:00:00+08:00"
    assert (header.direction, header.supervision_mode, header.package_count) == ("E", "0110", 40)
    assert header.gross_weight_kg == Decimal("1010.5")
    assert (line.unit_price, str(line.total), line.unit) == (Decimal("3.25"), "3900.00", "015")
    assert order.declaration.free_text.voyage_number == "023E"
    assert order.declaration.supervision_documents[0].code == "B"
    assert order.contract.total.amount == Decimal(3900)
    assert order.contract.signed_on == date(2026, 3, 1)
    assert order.invoice.lines[0].quantity == Decimal(1200)
    assert order.packing_list.gross_weight_kg == Decimal("1010.5")
    assert order.transport.containers == ("CSQU3054383", "CSQU3054384")
    assert order.transport.arrived_at.isoformat() == "2026-03-07T12:00:00+08:00"
    assert order.declaration.containers[0].number == "CSQU3054383"


def test_parties_of_the_sheet_and_of_the_header(workbook):
    [event] = read(workbook()).events
    roles = {party.role: party for party in event.order.parties}
    assert roles[Role.PAYER].country == "HKG"
    assert roles[Role.CLIENT].uscc == "91440399MAX000023X"
    assert roles[Role.BUYER].name == "BLU PRECISION LIMITED"
    assert roles[Role.VESSEL].kind is Kind.VESSEL


def test_order_of_a_workbook_passes_the_json_door(workbook):
    [event] = read(workbook()).events
    assert decode_order(encode(event), "x", NOW) == event


@pytest.mark.parametrize(
    ("sheet", "values", "name", "expected"),
    [
        ("orders", {"declared_at": datetime(2026, 3, 8, 9, 30)}, "declared_at", "2026-03-08T09:30:00+08:00"),  # noqa: DTZ001
        ("orders", {"declared_at": date(2026, 3, 8)}, "declared_at", "2026-03-08T12:00:00+08:00"),
        ("orders", {"declared_at": "2026-03-08T09:30:00Z"}, "declared_at", "2026-03-08T09:30:00+00:00"),
        ("orders", {"receipt_due_on": date(2026, 6, 30)}, "receipt_due_on", "2026-06-30"),
        ("orders", {"receipt_due_on": "2026年6月30日"}, "receipt_due_on", "2026-06-30"),
    ],
)  # fmt: skip
def test_dates_real_and_as_text(workbook, sheet, values, name, expected):
    [event] = read(workbook(**{sheet: values})).events
    assert getattr(event.order, name).isoformat() == expected


NUMBERS = [(0.1, "0.1"), (1010.0999999999999, "1010.1"), (3, "3"), ("3.2500", "3.2500"), (" 7 ", "7"), (1e-3, "0.001")]


def test_numbers_are_exact(workbook_of_many):
    events = read(workbook_of_many([{"lines": {"quantity": given}} for given, _ in NUMBERS])).events
    assert [event.order.declaration.lines[0].quantity for event in events] == [Decimal(text) for _, text in NUMBERS]


def test_code_typed_as_a_number_keeps_its_digits(workbook):
    [event] = read(workbook(lines={"hs_code": 6302101000})).events
    assert event.order.declaration.lines[0].hs_code == "6302101000"


WRONG = [
    ("orders", {"header.supervision_mode": 110}, "订单 Orders", "监管方式", "leading zeros"),
    ("orders", {"header.package_count": "forty"}, "订单 Orders", "件数", "whole number"),
    ("orders", {"header.package_count": 4.5}, "订单 Orders", "件数", "whole number"),
    ("orders", {"header.gross_weight_kg": "1,010"}, "订单 Orders", "毛重", "decimal number"),
    ("orders", {"header.gross_weight_kg": "NaN"}, "订单 Orders", "毛重", "decimal number"),
    ("orders", {"header.gross_weight_kg": 1e30}, "订单 Orders", "毛重", "decimal number"),
    ("orders", {"business_mode": "赠送"}, "订单 Orders", "业务模式", "代办退税"),
    ("orders", {"advance_declaration": "maybe"}, "订单 Orders", "提前申报", "是 (yes)"),
    ("orders", {"receipt_due_on": "2026-02-30"}, "订单 Orders", "收汇期限", "a date"),
    ("orders", {"receipt_due_on": 46000}, "订单 Orders", "收汇期限", "a date"),
    ("orders", {"declared_at": "2026-03-08 25:00"}, "订单 Orders", "计划申报时间", "time of day"),
    ("orders", {"declared_at": "soon"}, "订单 Orders", "计划申报时间", "a time such as"),
    ("orders", {"header.remarks": "长" * 10_001}, "订单 Orders", "备注", "10000 characters"),
    ("orders", {"header.shipping_marks": date(2026, 3, 8)}, "订单 Orders", "标记唛码", "a date of it"),
    ("orders", {"signature.client_number": 202603081234567890}, "订单 Orders", "报关单自编号", "15 digits"),
    ("orders", {"order_id": "has space"}, "订单 Orders", "订单号", "1 to 64"),
    ("orders", {"order_id": None}, "订单 Orders", "订单号", "a value in this column"),
    ("orders", {"revision": 0}, "订单 Orders", "版本号", "from 1 upwards"),
    ("lines", {"line_number": None}, "商品 Lines", "项号", "a value in this column"),
    ("lines", {"order_id": "O-999"}, "商品 Lines", "订单号", "stands in the sheet of orders"),
    ("lines", {"quantity": True}, "商品 Lines", "成交数量", "decimal number"),
    ("documents", {"vessel": "STAR"}, "单证 Documents", "船名", "an empty cell"),
    ("documents", {"currency": None}, "单证 Documents", "currency", "amount and currency together"),
    ("documents", {"number": None}, "单证 Documents", "number", "the number of the document"),
    ("documents", {"kind": "发票"}, "单证 Documents", "单证类型", "one invoice"),
    ("items", {"kind": "增值税发票"}, "单证明细 Document lines", "单证类型", "a document of this kind"),
    ("items", {"number": "INV-9"}, "单证明细 Document lines", "单证编号", "a document of this kind"),
    ("items", {"total": 1, "kind": "装箱单"}, "单证明细 Document lines", "金额", "an empty cell"),
    ("parties", {"role": "朋友"}, "参与方 Parties", "角色", "客户 (client)"),
    ("containers", {"number": None}, "集装箱 Containers", "集装箱号", "a value in this column"),
]


@pytest.fixture(scope="module")
def wrong_cells(workbook_of_many):
    return read(workbook_of_many([{}, *({sheet: values} for sheet, values, *_ in WRONG)]))


@pytest.mark.parametrize("number", range(1, len(WRONG) + 1))
def test_wrong_cell_is_named(wrong_cells, number):
    sheet, _, tab, header, expected = WRONG[number - 1]
    size = {"documents": 5}.get(sheet, 1)
    first = 3 + number * size
    errors = [error for error in wrong_cells.errors if error.sheet == tab and first <= error.row < first + size]
    found = [error for error in errors if error.header == header and expected in error.expected]
    assert found, [str(error) for error in errors]
    assert found[0].next_step
    assert str(found[0]).isprintable()


def test_orders_with_a_wrong_cell_are_held_back_and_all_others_taken(wrong_cells):
    without_id = {n for n, (sheet, values, *_) in enumerate(WRONG, 1) if sheet == "orders" and "order_id" in values}
    orphaned = {n for n, (sheet, values, *_) in enumerate(WRONG, 1) if sheet == "lines" and "order_id" in values}
    taken = {event.order_id for event in wrong_cells.events}
    assert taken == {"O-0", *(f"O-{n}" for n in orphaned)}
    wrong = set(range(1, len(WRONG) + 1)) - without_id - orphaned
    assert set(wrong_cells.withheld) == {f"O-{n}" for n in wrong}


def test_a_bad_order_never_costs_a_good_one(workbook):
    good = {"order_id": "O-2", "client_name": "乙公司", "header.direction": "E"}
    bad = {"order_id": "O-3", "header.package_count": "x", "header.net_weight_kg": "y"}
    reading = read(workbook({"orders": [good, bad], "lines": [{"order_id": "O-3", "line_number": 1}]}))
    assert [event.order_id for event in reading.events] == ["O-1", "O-2"]
    assert reading.withheld == ["O-3"]
    assert [(error.row, error.header) for error in reading.errors] == [(5, "件数"), (5, "净重")]


def test_same_order_twice_holds_it_back(workbook):
    reading = read(workbook({"orders": [{"order_id": "O-1", "client_name": "x"}]}))
    assert reading.withheld == ["O-1"]
    [error] = reading.errors
    assert (error.row, error.expected) == (4, "each order once")


def test_corrected_workbook_marks_the_cells_and_reads_again(workbook, tmp_path):
    bad = read(workbook(orders={"header.package_count": "forty"}, lines={"goods_name": "=HYPERLINK(1)"}))
    path = tmp_path / "corrected.xlsx"
    path.write_bytes(corrected(bad))
    again = read_workbook(path, "orders.xlsx", NOW)
    assert [(e.sheet, e.row, e.column, e.value) for e in again.errors] == [
        (e.sheet, e.row, e.column, e.value) for e in bad.errors
    ]
    good = read(corrected(read(workbook(lines={"goods_name": "=HYPERLINK(1)"}))))
    assert good.events[0].order.declaration.lines[0].goods_name == "=HYPERLINK(1)"
    assert good.events == read(workbook(lines={"goods_name": "=HYPERLINK(1)"})).events
