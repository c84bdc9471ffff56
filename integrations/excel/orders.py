"""Typed rows of all sheets to orders: a row that does not fit holds back its own order and no other."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integrations.excel.documents import check_document, check_item, documents_of
from integrations.excel.rows import CellError, TypedRow
from integrations.identities import LARGEST_REVISION, ORDER_ID, ORDER_ID_EXPECTED
from integrations.single_window.order import parties_of
from risk.nouns.declaration import Declaration
from risk.nouns.declaration_parts import Container, FreeText, Signature
from risk.nouns.header import Header
from risk.nouns.line import Line
from risk.nouns.order import BusinessMode, Order, OrderEvent
from risk.nouns.parties import Kind, Party, Role

_PARTS: Mapping[str, type[Any]] = {"header": Header, "free_text": FreeText, "signature": Signature}


@dataclass(slots=True)
class Gathered:
    """The rows of one order from all sheets."""

    row: TypedRow
    children: dict[str, list[TypedRow]] = field(default_factory=dict)

    def of(self, sheet: str) -> list[TypedRow]:
        return self.children.get(sheet, [])

    @property
    def errors(self) -> list[CellError]:
        rows = [self.row, *(row for rows in self.children.values() for row in rows)]
        return [error for row in rows for error in row.errors]


def gather(sheets: Mapping[str, list[TypedRow]]) -> tuple[dict[str, Gathered], list[CellError]]:
    """The rows by order, and the errors of rows that belong to no order."""
    orders: dict[str, Gathered] = {}
    loose: list[CellError] = []
    for row in sheets.get("orders", []):
        if not ORDER_ID.fullmatch(row.order_id):
            if not any(error.column == row.places.get("order_id", ("",))[0] for error in row.errors):
                row.refuse("order_id", ORDER_ID_EXPECTED)
            loose += row.errors
        elif row.order_id in orders:
            row.refuse("order_id", "each order once", "Delete the row, or give it another order number.")
            orders[row.order_id].children.setdefault("orders", []).append(row)
        else:
            orders[row.order_id] = Gathered(row)
    for name, rows in sheets.items():
        for row in rows if name != "orders" else []:
            if row.order_id in orders:
                orders[row.order_id].children.setdefault(name, []).append(row)
                continue
            if "order_id" in row.values:
                row.refuse("order_id", "an order number that stands in the sheet of orders", "Correct the number.")
            loose += row.errors
    return orders, loose


def event_of(gathered: Gathered, source: str, now: datetime) -> OrderEvent | None:
    """The event of one order, or None when one of its rows has an error, which then stands on that row."""
    for row in gathered.of("documents"):
        check_document(row)
    for row in gathered.of("items"):
        check_item(row)
    revision = gathered.row.values.get("revision", 1)
    if not 1 <= revision <= LARGEST_REVISION:
        gathered.row.refuse("revision", "a revision from 1 upwards")
    if gathered.errors:
        return None
    documents = documents_of(gathered.of("documents"), gathered.of("items"))
    if gathered.errors:
        return None
    order = _order(gathered, documents, revision)
    return OrderEvent(
        event_id=f"{order.order_id}/{revision}",
        source=source,
        occurred_at=now,
        order_id=order.order_id,
        revision=revision,
        order=order,
    )


def _order(gathered: Gathered, documents: dict[str, Any], revision: int) -> Order:
    values = dict(gathered.row.values)
    values.pop("revision", None)
    parts: dict[str, dict[str, Any]] = {name: {} for name in _PARTS}
    for name in [name for name in values if "." in name]:
        part, _, attribute = name.partition(".")
        parts[part][attribute] = values.pop(name)
    declaration = Declaration(
        **{name: _PARTS[name](**given) for name, given in parts.items() if given or name == "header"},
        lines=tuple(Line(**_fields(row)) for row in gathered.of("lines")),
        containers=tuple(Container(**_fields(row)) for row in gathered.of("containers")),
        supervision_documents=documents.pop("supervision_documents", ()),
    )
    values["business_mode"] = BusinessMode(values.get("business_mode", BusinessMode.UNKNOWN))
    return Order(
        **values,
        revision=revision,
        parties=_parties(gathered, declaration.header),
        declaration=declaration,
        **documents,
    )


def _fields(row: TypedRow) -> dict[str, Any]:
    return {name: value for name, value in row.values.items() if name != "order_id"}


def _parties(gathered: Gathered, header: Header) -> tuple[Party, ...]:
    """What the sheet of parties says, and the parties of the header in the roles it leaves open."""
    given = [_party(row) for row in gathered.of("parties")]
    values = gathered.row.values
    client = Party(Role.CLIENT, values.get("client_name", ""), uscc=values.get("client_uscc", ""), country="CHN")
    filled = {party.role for party in given}
    return (*given, *(party for party in parties_of(header, client) if party.role not in filled))


def _party(row: TypedRow) -> Party:
    values = _fields(row)
    role = Role(values.pop("role"))
    usual = Kind.VESSEL if role is Role.VESSEL else Kind.ORGANISATION
    return Party(role, kind=Kind(values.pop("kind", usual)), **values)
