"""Who has to be screened on an order: the parties named and those that only a document or the declaration names."""

from collections.abc import Iterator

from risk.nouns.order import Order
from risk.nouns.parties import Kind, Party, Role

WATER = "2"


def parties_of(order: Order) -> tuple[Party, ...]:
    """Every distinct (name, USCC) once, under the first role it appears in; handbook 05 §3."""
    distinct: dict[tuple[str, str], Party] = {}
    for party in (*order.parties, *_from_documents(order)):
        if party.name.strip() or party.uscc:
            distinct.setdefault((party.name.strip(), party.uscc), party)
    return tuple(distinct.values())


def _from_documents(order: Order) -> Iterator[Party]:
    header = order.declaration.header
    yield Party(Role.CLIENT, order.client_name, uscc=order.client_uscc, country="CHN")
    yield Party(Role.CONSIGNOR, header.domestic_party_name, uscc=header.domestic_party_uscc, country="CHN")
    yield Party(Role.PRODUCER, header.producer_name, uscc=_code(header.producer_uscc), country="CHN")
    yield Party(Role.DECLARANT, header.declarant_name, uscc=header.declarant_uscc, country="CHN")
    for name in (header.overseas_consignee_name, header.overseas_consignor_name, header.overseas_party_name_zh):
        if name.upper() != "NO":
            yield Party(Role.CONSIGNEE, name)
    if order.contract:
        yield Party(Role.BUYER, order.contract.buyer, country=order.contract.buyer_country)
    if order.invoice:
        yield Party(Role.BUYER, order.invoice.buyer)
    for invoice in order.vat_invoices:
        yield Party(Role.INVOICE_ISSUER, invoice.seller, uscc=invoice.seller_uscc, country="CHN")
    for receipt in order.receipts:
        yield Party(Role.PAYER, receipt.payer, country=receipt.payer_country)
    if header.transport_mode == WATER:
        yield Party(Role.VESSEL, header.means_of_transport, kind=Kind.VESSEL)


def _code(text: str) -> str:
    """The message writes NO for a producer without a code."""
    return "" if text.upper() == "NO" else text
