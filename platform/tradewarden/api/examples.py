"""Examples of the interface's documents, for the OpenAPI description. The companies are invented (region 440399)."""

from collections.abc import Mapping
from typing import Any

ORDER: Mapping[str, Any] = {
    "order_id": "O-2026-000251",
    "revision": 1,
    "client_uscc": "91440399MAX000023X",
    "client_name": "惠州市锦澜纺织有限公司",
    "business_mode": "agency_refund",
    "declared_at": "2026-03-08T12:00:00+08:00",
    "parties": [
        {"role": "client", "name": "惠州市锦澜纺织有限公司", "uscc": "91440399MAX000023X", "country": "CHN"},
        {"role": "buyer", "name": "BLU PRECISION LIMITED", "country": "HKG"},
    ],
    "declaration": {
        "header": {
            "direction": "E",
            "supervision_mode": "0110",
            "transport_mode": "2",
            "trade_term": "3",
            "contract_number": "HDX2026-251",
            "gross_weight_kg": "1010",
            "net_weight_kg": "960",
        },
        "lines": [
            {
                "line_number": 1,
                "hs_code": "6302101000",
                "goods_name": "棉制针织床单",
                "quantity": "1200",
                "unit": "015",
                "unit_price": "3.25",
                "total": "3900.00",
                "currency": "USD",
                "origin_country": "CHN",
                "final_destination": "USA",
            }
        ],
    },
}
PROBLEM: Mapping[str, Any] = {
    "type": "about:blank",
    "status": 422,
    "title": "内容有误 | The content is wrong",
    "detail": "request: $.declaration.lines[0].quantity: found 'twelve'; expected a number.",
    "where": "$.declaration.lines[0].quantity",
    "seen": "twelve",
    "next": "Correct the message and send it again.",
}
ORDERS_BODY: Mapping[str, Any] = {
    "required": True,
    "description": "一份订单、订单事件、或其数组;或 JSON Lines | an order or order event, an array, or JSON Lines",
    "content": {
        "application/json": {
            "schema": {"oneOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]},
            "examples": {
                "one": {"summary": "一份订单 | one order", "value": ORDER},
                "many": {"summary": "多份订单 | several orders", "value": [ORDER]},
            },
        },
        "application/x-ndjson": {"schema": {"type": "string"}},
    },
}
STATUS: Mapping[str, Any] = {
    "event_id": "customs-530420260000123456-released",
    "kind": "declaration",
    "status": "released",
    "occurred_at": "2026-03-09T10:15:00+08:00",
    "order_id": "O-2026-000251",
    "declaration_number": "530420260000123456",
    "customs": {
        "total": {"amount": "3900.00", "currency": "USD"},
        "gross_weight_kg": "1010",
        "lines": [{"line_number": 1, "hs_code": "6302101000", "quantity": "1200", "unit": "015"}],
    },
}
STATUS_BODY: Mapping[str, Any] = {
    "required": True,
    "description": "一条状态事件、或其数组;或 JSON Lines | a status event, an array, or JSON Lines",
    "content": {
        "application/json": {
            "schema": {"oneOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]},
            "examples": {
                "one": {"summary": "一条事件 | one event", "value": STATUS},
                "many": {"summary": "多条事件 | several events", "value": [STATUS]},
            },
        },
        "application/x-ndjson": {"schema": {"type": "string"}},
    },
}
