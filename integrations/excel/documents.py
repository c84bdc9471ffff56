"""Rows of the sheets 单证 and 单证明细 to the trade documents of an order."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from integrations.excel.rows import TypedRow
from risk.nouns.declaration_parts import SupervisionDocument
from risk.nouns.documents import (
    Contract,
    Invoice,
    InvoiceLine,
    PackingLine,
    PackingList,
    Receipt,
    TransportDocument,
    VatInvoice,
    VatInvoiceLine,
)
from risk.nouns.money import Money

_COMMON = {"order_id", "kind", "number"}
_USED: Mapping[str, set[str]] = {
    "contract": {"date", "buyer", "buyer_country", "seller", "incoterm", "amount", "currency", "tolerance_percent"},
    "invoice": {"date", "buyer", "incoterm", "amount", "currency"},
    "packing_list": {"packages", "gross_weight_kg", "net_weight_kg", "volume_m3"},
    "transport": {"vessel", "voyage", "packages", "gross_weight_kg", "containers", "seals"}
    | {"arrived_at", "vessel_loading_at"},
    "vat_invoice": {"date", "seller", "seller_uscc", "amount", "currency"},
    "receipt": {"date", "buyer", "buyer_country", "amount", "currency", "third_party_statement"},
    "supervision_document": {"code"},
}
_ITEM_USED: Mapping[str, set[str]] = {
    "invoice": {"line_number", "goods_name", "quantity", "unit", "total"},
    "packing_list": {"line_number", "packages", "quantity", "gross_weight_kg", "net_weight_kg", "volume_m3"},
    "vat_invoice": {"line_number", "goods_name", "tax_class", "quantity", "unit"},
}
_ONE_ONLY = {"contract": "contract", "invoice": "invoice", "packing_list": "packing_list", "transport": "transport"}
_MANY = {"vat_invoice": "vat_invoices", "receipt": "receipts", "supervision_document": "supervision_documents"}
_WITHOUT_NUMBER = {"packing_list", "supervision_document"}


def check_document(row: TypedRow) -> None:
    """Note on the row what its kind of document does not have, and an amount without its currency."""
    kind = row.values.get("kind")
    if not isinstance(kind, str):
        return
    _refuse_unused(row, kind, _USED[kind])
    if "number" not in row.values and kind not in _WITHOUT_NUMBER:
        row.refuse("number", "the number of the document", "Fill the cell.")
    if ("amount" in row.values) != ("currency" in row.values):
        missing = "currency" if "amount" in row.values else "amount"
        row.refuse(missing, "amount and currency together", "Fill both cells or none.")


def check_item(row: TypedRow) -> None:
    """Note on the row of a document line what its kind of document does not have."""
    if isinstance(kind := row.values.get("kind"), str):
        _refuse_unused(row, kind, _ITEM_USED[kind])


def _refuse_unused(row: TypedRow, kind: str, used: set[str]) -> None:
    for name in row.values:
        if name not in used and name not in _COMMON:
            row.refuse(name, f"an empty cell: a {kind} does not have it", "Move the value or empty the cell.")


def documents_of(rows: list[TypedRow], items: list[TypedRow]) -> dict[str, Any]:
    """The documents of one order by the order's field names. Notes errors on rows that do not fit together.

    Supervision documents come back under `supervision_documents`; they belong into the declaration.
    """
    found: dict[str, Any] = {}
    for row in rows:
        kind = row.values["kind"]
        own = [item for item in items if _belongs(item, row, rows)]
        document = _BUILDERS[kind](row, own)
        if name := _ONE_ONLY.get(kind):
            if name in found:
                row.refuse("kind", f"one {kind} for an order", "Keep one row; a second shipment is another order.")
            found[name] = document
        else:
            found.setdefault(_MANY[kind], []).append(document)
    for item in items:
        if not any(_belongs(item, row, rows) for row in rows):
            where = "number" if "number" in item.values else "kind"
            item.refuse(where, "a document of this kind and number in the sheet of documents", "Add its row there.")
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}


def _belongs(item: TypedRow, row: TypedRow, rows: list[TypedRow]) -> bool:
    """A line without a number belongs to the only document of its kind."""
    kind = row.text("kind")
    if item.text("kind") != kind:
        return False
    if item.text("number"):
        return item.text("number") == row.text("number")
    return sum(other.text("kind") == kind for other in rows) == 1


def _money(row: TypedRow) -> Money | None:
    amount: Decimal | None = row.values.get("amount")
    return None if amount is None else Money(amount, row.values["currency"])


def _taken(row: TypedRow, *names: str) -> dict[str, Any]:
    return {name: row.values[name] for name in names if name in row.values}


def _renamed(row: TypedRow, **names: str) -> dict[str, Any]:
    return {field: row.values[name] for field, name in names.items() if name in row.values}


def _contract(row: TypedRow, _: list[TypedRow]) -> Contract:
    plain = _taken(row, "number", "buyer", "buyer_country", "seller", "incoterm", "tolerance_percent")
    return Contract(**plain, **_renamed(row, signed_on="date"), total=_money(row))


def _invoice(row: TypedRow, items: list[TypedRow]) -> Invoice:
    lines = (InvoiceLine(**_taken(item, "line_number", "goods_name", "quantity", "unit", "total")) for item in items)
    plain = _taken(row, "number", "buyer", "incoterm")
    return Invoice(**plain, **_renamed(row, issued_on="date"), total=_money(row), lines=tuple(lines))


def _packing_list(row: TypedRow, items: list[TypedRow]) -> PackingList:
    weights = ("packages", "gross_weight_kg", "net_weight_kg", "volume_m3")
    lines = (PackingLine(**_taken(item, "line_number", "quantity", *weights)) for item in items)
    return PackingList(**_taken(row, "number", *weights), lines=tuple(lines))


def _transport(row: TypedRow, _: list[TypedRow]) -> TransportDocument:
    return TransportDocument(**_taken(row, "number", *_USED["transport"]))


def _vat_invoice(row: TypedRow, items: list[TypedRow]) -> VatInvoice:
    lines = (
        VatInvoiceLine(**_taken(item, "line_number", "goods_name", "tax_class", "quantity", "unit")) for item in items
    )
    plain = _taken(row, "number", "seller", "seller_uscc")
    return VatInvoice(**plain, **_renamed(row, issued_on="date"), amount=_money(row), lines=tuple(lines))


def _receipt(row: TypedRow, _: list[TypedRow]) -> Receipt:
    renamed = _renamed(row, payer="buyer", payer_country="buyer_country", received_on="date")
    return Receipt(**_taken(row, "number", "third_party_statement"), **renamed, amount=_money(row))


def _supervision_document(row: TypedRow, _: list[TypedRow]) -> SupervisionDocument:
    return SupervisionDocument(**_taken(row, "code", "number"))


_BUILDERS: Mapping[str, Callable[[TypedRow, list[TypedRow]], Any]] = {
    "contract": _contract,
    "invoice": _invoice,
    "packing_list": _packing_list,
    "transport": _transport,
    "vat_invoice": _vat_invoice,
    "receipt": _receipt,
    "supervision_document": _supervision_document,
}
