"""What an order says, as label and value for its page: header, goods, parties, documents. Codes carry their names."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from risk.nouns.documents import Loading, TransportDocument
from risk.nouns.header import Header
from risk.nouns.line import Line
from risk.nouns.money import Money
from risk.nouns.order import Order
from risk.nouns.parties import Party
from risk.reference import Reference
from tradewarden.auth import masking
from tradewarden.console import formats
from tradewarden.console.declared_parties import DeclaredParty, declared_parties
from tradewarden.console.i18n import Translator

LINES_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Names:
    """Names of codes in the reader's language, as they were valid on the order's day."""

    reference: Reference
    on: date
    t: Translator

    def named(self, table: str, code: str) -> str:
        """`2 水路运输`; the bare code when the table does not know it."""
        if not code:
            return ""
        try:
            row = self.reference.code(table, code, self.on)
        except KeyError:
            return code
        return f"{code} {self.t.pick(row.name_zh, row.name_en)}" if row else code

    def unit(self, code: str) -> str:
        """The unit's name alone."""
        return self.named("unit", code).partition(" ")[2] or code


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    number: int
    name: str
    specification: str
    hs_code: str
    quantity: str
    legal: str
    price: str
    total: str
    origin: str
    destination: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyRow:
    role: str
    name: str
    name_en: str
    codes: tuple[str, ...]
    country: str
    contact: tuple[str, ...]
    declared: str = ""
    only_declared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    kind: str
    number: str
    date: str
    content: str


def header_facts(order: Order, names: Names) -> Iterator[tuple[str, str]]:
    """(text key, value) pairs of the declaration's header and the order around it."""
    header, t = order.declaration.header, names.t
    yield "field.direction", t.known("direction", header.direction) if header.direction else ""
    yield "field.business_mode", t.known("business_mode", order.business_mode)
    yield "field.entry_number", header.entry_number
    for party in declared_parties(header):
        yield party.field, party.shown
    yield "field.declared_at", formats.moment(order.declared_at) if order.declared_at else ""
    yield "field.accepted_at", formats.moment(order.accepted_at) if order.accepted_at else ""
    yield from _trade(header, names)
    yield from _quantities(header, names)
    yield "field.shipping_marks", formats.short(header.shipping_marks, 200)
    yield "field.remarks", formats.short(header.remarks, 300)


def _trade(header: Header, names: Names) -> Iterator[tuple[str, str]]:
    yield "field.supervision_mode", names.named("supervision_mode", header.supervision_mode)
    yield "field.duty_nature", names.named("duty_nature", header.duty_nature)
    yield "field.trade_term", names.named("trade_term", header.trade_term)
    yield "field.transport_mode", names.named("transport_mode", header.transport_mode)
    yield "field.means_of_transport", header.means_of_transport
    yield "field.declaration_office", names.named("customs_district", header.declaration_office)
    yield "field.border_office", names.named("customs_district", header.border_office)
    yield "field.trading_country", names.named("country", header.trading_country)
    yield "field.arrival_country", names.named("country", header.arrival_country)
    yield "field.contract_number", header.contract_number
    yield "field.transport_document_number", header.transport_document_number


def _quantities(header: Header, names: Names) -> Iterator[tuple[str, str]]:
    yield "field.package_count", _with(formats.number, header.package_count)
    yield "field.package_type", names.named("package_type", header.package_type)
    yield "field.gross_weight_kg", _with(formats.number, header.gross_weight_kg)
    yield "field.net_weight_kg", _with(formats.number, header.net_weight_kg)


def _with(write: Callable[[Decimal | int | None], str], value: Decimal | int | None) -> str:
    return write(value) if value is not None else ""


def total(order: Order) -> str:
    """The declared total, or the currencies when they are mixed."""
    amount = order.declaration.total
    if amount is None:
        return " + ".join(order.declaration.currencies) or "–"
    return f"{formats.amount(amount)} {order.declaration.currencies[0]}"


def line_rows(lines: Sequence[Line], names: Names) -> tuple[LineRow, ...]:
    """The first 200 lines; the page says how many more there are."""
    return tuple(_line(position, line, names) for position, line in enumerate(lines[:LINES_SHOWN], start=1))


def _line(position: int, line: Line, names: Names) -> LineRow:
    legal = ((line.first_quantity, line.first_unit), (line.second_quantity, line.second_unit))
    return LineRow(
        number=position if line.line_number is None else line.line_number,
        name=line.goods_name,
        specification=line.specification,
        hs_code=line.hs_code,
        quantity=f"{formats.number(line.quantity)} {names.unit(line.unit)}",
        legal=" · ".join(f"{formats.number(quantity)} {names.unit(unit)}" for quantity, unit in legal if quantity),
        price=f"{formats.amount(line.unit_price)} {line.currency}",
        total=f"{formats.amount(line.total)} {line.currency}",
        origin=names.named("country", line.origin_country) or "–",
        destination=names.named("country", line.final_destination) or "–",
    )


def party_rows(order: Order, names: Names, *, personal: bool) -> tuple[PartyRow, ...]:
    """The parties; identity numbers, phones and accounts masked unless `personal`.

    A row says what the declaration states for its role where that is another company; a role that only the
    declaration fills has a row of its own.
    """
    declared = {party.role: party for party in declared_parties(order.declaration.header) if party.role}
    named = {party.role for party in order.parties}
    rows = [
        replace(_party(party, names, personal), declared=_differing(declared.get(party.role), party))
        for party in order.parties
    ]
    rows += [_only_declared(role, party) for role, party in declared.items() if role not in named]
    return tuple(rows)


def _differing(declared: DeclaredParty | None, party: Party) -> str:
    return declared.shown if declared and declared.differs_from(party) else ""


def _only_declared(role: str, party: DeclaredParty) -> PartyRow:
    codes = tuple(code for code in (party.uscc, *party.codes) if code)
    return PartyRow(role=role, name=party.name, name_en="", codes=codes, country="", contact=(), only_declared=True)


def _party(party: Party, names: Names, personal: bool) -> PartyRow:
    phone = party.phone if personal else masking.phone(party.phone)
    account = party.bank_account if personal else masking.bank_account(party.bank_account)
    identity = party.identity_number if personal else masking.identity_number(party.identity_number)
    codes = (party.uscc, party.customs_code, party.aeo_code, party.imo_number)
    return PartyRow(
        role=party.role,
        name=party.name,
        name_en=party.name_en,
        codes=tuple(code for code in codes if code),
        country=names.named("country", party.country),
        contact=tuple(item for item in (party.address, phone, account, identity) if item),
    )


def document_rows(order: Order, names: Names) -> tuple[DocumentRow, ...]:
    """Contract, invoice, packing list, transport document, VAT invoices, receipts, permits, loading."""
    return tuple(_documents(order, names))


def _documents(order: Order, names: Names) -> Iterator[DocumentRow]:
    contract, invoice, packing = order.contract, order.invoice, order.packing_list
    if contract:
        said = (contract.buyer, contract.incoterm, _money(contract.total))
        yield _document("contract", contract.number, contract.signed_on, said)
    if invoice:
        yield _document(
            "invoice", invoice.number, invoice.issued_on, (invoice.buyer, invoice.incoterm, _money(invoice.total))
        )
    if packing:
        packed = (_counted(packing.packages, names.t("unit.packages")), _counted(packing.gross_weight_kg, "kg"))
        yield _document("packing_list", packing.number, None, packed)
    if order.transport:
        yield _transport(order.transport, names)
    for vat in order.vat_invoices:
        yield _document("vat_invoice", vat.number, vat.issued_on, (vat.seller, vat.seller_uscc, _money(vat.amount)))
    for receipt in order.receipts:
        yield _document("receipt", receipt.number, receipt.received_on, (receipt.payer, _money(receipt.amount)))
    for permit in order.permits:
        yield _document("permit", permit.number, permit.valid_from, (permit.code, formats.day(permit.valid_to)))
    if order.loading:
        yield _loading(order.loading, names)


def _transport(document: TransportDocument, names: Names) -> DocumentRow:
    said = (
        f"{document.vessel} {document.voyage}".strip(),
        _counted(document.packages, names.t("unit.packages")),
        _counted(document.gross_weight_kg, "kg"),
        ", ".join(document.containers),
        ", ".join(document.seals),
    )
    return _document("transport", document.number, document.vessel_loading_at, said)


def _loading(loading: Loading, names: Names) -> DocumentRow:
    said = (
        loading.supervisor,
        names.t("document.on_site") if loading.on_site else "",
        ", ".join(loading.containers),
        ", ".join(loading.seals),
        loading.plate,
        ", ".join(media.evidence for media in loading.media),
    )
    return _document("loading", "", loading.started_at, said)


def _document(kind: str, number: str, day: date | None, said: Sequence[str]) -> DocumentRow:
    shown = formats.moment(day) if isinstance(day, datetime) else formats.day(day)
    return DocumentRow(kind=kind, number=number or "–", date=shown, content=" · ".join(part for part in said if part))


def _money(value: Money | None) -> str:
    return f"{formats.amount(value.amount)} {value.currency}" if value else ""


def _counted(value: Decimal | int | None, unit: str) -> str:
    return f"{formats.number(value)} {unit}" if value is not None else ""
