"""Workbooks for the tests: the template filled cell by cell, as a person would. Companies are invented."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest

from integrations.excel import template
from integrations.excel.columns import TITLES, columns, title

ORDER = {
    "orders": [
        {
            "order_id": "O-1", "client_uscc": "91440399MAX000023X", "client_name": "惠州市锦澜纺织有限公司",
            "business_mode": "代办退税", "accepted_at": "2026-03-01 10:00", "declared_at": "2026-03-08 12:00",
            "header.direction": "出口", "header.declaration_office": "5304", "header.supervision_mode": "0110 一般贸易",
            "header.domestic_party_name": "深圳市华屹通供应链有限公司",
            "header.domestic_party_uscc": "91440399MAX0000153", "header.producer_name": "惠州市锦澜纺织有限公司",
            "header.producer_uscc": "91440399MAX000023X", "header.overseas_consignee_name": "BLU PRECISION LIMITED",
            "header.trading_country": "HKG", "header.arrival_country": "USA", "header.transport_mode": "2",
            "header.means_of_transport": "COSCO SHIPPING ARIES", "free_text.voyage_number": "023E",
            "header.package_count": 40, "header.gross_weight_kg": 1010.5, "header.net_weight_kg": 960,
            "header.trade_term": "3", "header.price_promises": "99999", "signature.client_number": "2026030812",
            "header.contract_number": "HDX2026-251", "advance_declaration": "否",
        }
    ],
    "lines": [
        {
            "order_id": "O-1", "line_number": 1, "hs_code": "6302101000", "goods_name": "棉制针织床单",
            "specification": "0|0|床上用品|针织|棉100%|无品牌|A01|||", "quantity": 1200, "unit": "015",
            "unit_price": 3.25, "total": "3900.00", "currency": "USD", "origin_country": "CHN",
            "final_destination": "USA", "domestic_region": "44139", "duty_mode": "1",
        }
    ],
    "documents": [
        {"order_id": "O-1", "kind": "合同", "number": "HDX2026-251", "date": "2026-03-01", "buyer": "BLU",
         "amount": 3900, "currency": "USD", "incoterm": "FOB"},
        {"order_id": "O-1", "kind": "invoice", "number": "INV-1", "amount": 3900, "currency": "USD"},
        {"order_id": "O-1", "kind": "装箱单", "packages": 40, "gross_weight_kg": 1010.5},
        {"order_id": "O-1", "kind": "提运单", "number": "COSU6123456780", "containers": "CSQU3054383，CSQU3054384",
         "arrived_at": "2026-03-07"},
        {"order_id": "O-1", "kind": "监管证件", "number": "B-1", "code": "B"},
    ],
    "items": [{"order_id": "O-1", "kind": "发票", "line_number": 1, "quantity": 1200, "unit": "015"}],
    "containers": [{"order_id": "O-1", "number": "CSQU3054383", "spec": "21", "line_numbers": "1", "lcl_flag": "0"}],
    "parties": [{"order_id": "O-1", "role": "付款人", "name": "BLU PRECISION LIMITED", "country": "HKG"}],
}  # fmt: skip


def fill(rows: dict[str, list[dict[str, Any]]]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(template()))
    for name, entries in rows.items():
        sheet = book[title(TITLES[name])]
        numbers = {column.field: number for number, column in enumerate(columns(name), 1)}
        for row, entry in enumerate(entries, 3):
            for field, value in entry.items():
                sheet.cell(row, numbers[field]).value = value
                if isinstance(value, str):
                    sheet.cell(row, numbers[field]).data_type = "s"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def changed(order_id: str, changes: dict[str, dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The rows of the good order under another id, the first row of the named sheets changed."""
    rows = {name: [{**row, "order_id": order_id} for row in entries] for name, entries in ORDER.items()}
    for name, values in changes.items():
        rows[name][0].update(values)
    return rows


@pytest.fixture(scope="session")
def workbook() -> Callable[..., bytes]:
    """Makes a filled template: `workbook()` is a good one, `workbook(orders={"x": 1})` changes the first row of a
    sheet, `workbook(extra={"orders": [...]})` adds rows."""

    def make(extra: dict[str, list[dict[str, Any]]] | None = None, **changes: dict[str, Any]) -> bytes:
        rows = changed("O-1", changes)
        for name, more in (extra or {}).items():
            rows[name] += more
        return fill(rows)

    return make


@pytest.fixture(scope="session")
def workbook_of_many() -> Callable[..., bytes]:
    """One workbook with a good order for each list entry (O-0, O-1, ...), each changed as its entry says."""

    def make(cases: list[dict[str, dict[str, Any]]]) -> bytes:
        orders = [changed(f"O-{number}", changes) for number, changes in enumerate(cases)]
        return fill({name: [row for order in orders for row in order[name]] for name in ORDER})

    return make
