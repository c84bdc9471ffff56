"""The codes a declaration is filled in with, apart from its numbers, names and dates.

A client fills in the same codes order after order. `Form` is all that a check on them is shown, and it is also what its
answer is remembered by: whatever could change the answer is in it, or in the reference data of the same judgement.
"""

from collections.abc import Callable
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple

from risk.facts import ClientProfile, OrderFacts
from risk.goods import factory_regions
from risk.nouns.header import Header
from risk.nouns.order import BusinessMode, Order
from risk.nouns.parties import Role


class Form(NamedTuple):
    """Codes of the header (see `risk.nouns.header.Header`) and of what belongs to it.

    `documents` and `specs` are the codes of supervision documents and containers, `destinations` those of the lines,
    each once. The truth values say whether something is given at all, whatever it reads.
    """

    direction: str
    supervision_mode: str
    duty_nature: str
    ledger_number: str
    domestic_party_uscc: str
    producer_uscc: str
    domestic_party_customs_code: str
    declarant_customs_code: str
    transport_mode: str
    border_office: str
    arrival_country: str
    foreign_port: str
    trading_country: str
    package_type: str
    no_other_packing_flag: str
    price_promises: str
    vessel: bool
    voyage: bool
    transport_document: bool
    remarks: bool
    ecommerce_order: bool
    overseas_warehouse: bool
    wood_treated: bool
    on: date
    business_mode: BusinessMode
    client_uscc: str
    buyer_country: str
    other_packing: tuple[str, ...]
    documents: tuple[str, ...]
    specs: tuple[str, ...]
    destinations: tuple[str, ...]
    factories: tuple[str, ...]
    client_known: bool
    admission: str
    agreement_valid_to: date | None
    next_verification_on: date | None


_CODES = 16
_codes_of: Callable[[Header], tuple[Any, ...]] = attrgetter(*Form._fields[:_CODES])


def form_of(facts: OrderFacts) -> Form:
    """What the order's declaration is filled in with."""
    order, client = facts.order, facts.client
    declaration = order.declaration
    header, free_text = declaration.header, declaration.free_text
    return Form._make(
        (
            *_codes_of(header),
            header.means_of_transport != "",
            free_text is not None and free_text.voyage_number != "",
            header.transport_document_number != "",
            header.remarks.strip() != "",
            order.ecommerce_order_number != "",
            order.overseas_warehouse_filing != "",
            bool(order.wood_treatment_evidence),
            facts.declared_on,
            order.business_mode,
            order.client_uscc,
            _buyer_country(order),
            tuple([packing.package_type for packing in declaration.other_packing]),
            tuple([document.code for document in declaration.supervision_documents]),
            tuple([container.spec for container in declaration.containers]),
            tuple(dict.fromkeys([line.final_destination for line in declaration.lines])),
            factory_regions(facts),
            *(_UNKNOWN if client is None else (True, *_client(client))),
        )
    )


_UNKNOWN = (False, "", None, None)
_client: Callable[[ClientProfile], tuple[Any, ...]] = attrgetter(*Form._fields[-3:])


def _buyer_country(order: Order) -> str:
    """As the contract says, else as the party does."""
    country = order.contract.buyer_country if order.contract is not None else ""
    if country:
        return country
    party = order.party(Role.BUYER)
    return party.country if party is not None else ""
