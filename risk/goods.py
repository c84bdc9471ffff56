"""What is said of goods in words and codes, apart from how much of them there is.

Goods come again and again under the same words, order after order; what a check says of such a description it need say
only once. `Goods` is all that a check on the description is shown, and it is also what its answer is remembered by:
whatever could change the answer is in it, or in the reference data of the same judgement.
"""

from collections.abc import Callable
from datetime import date
from operator import attrgetter
from typing import Any, NamedTuple

from risk.facts import OrderFacts
from risk.nouns.line import GoodsQualification, Line
from risk.nouns.order import Order
from risk.once import once_per_order


class ValidPermit(NamedTuple):
    """A permit of the order with its days of validity."""

    code: str
    valid_from: date | None
    valid_to: date | None


class Shipment(NamedTuple):
    """What an order says of all its goods alike. `licensed`: a licence number is declared; `documents` are codes."""

    on: date
    direction: str
    supervision_mode: str
    duty_nature: str
    arrival_country: str
    licensed: bool
    documents: tuple[str, ...]
    permits: tuple[ValidPermit, ...]
    client_uscc: str
    tier: str
    prereviewed: tuple[str, ...]
    factories: tuple[str, ...]
    unavailable: tuple[str, ...]


class Goods(NamedTuple):
    """The description of the goods of one line (see `risk.nouns.line.Line`) within its shipment."""

    hs_code: str
    goods_name: str
    goods_name_en: str
    specification: str
    first_unit: str
    currency: str
    origin_country: str
    final_destination: str
    domestic_region: str
    duty_mode: str
    control_code: str
    ciq_brand: str
    un_number: str
    dangerous_goods_name: str
    dangerous_packing_group: str
    qualifications: tuple[GoodsQualification, ...]
    shipment: Shipment


Description = tuple[Any, ...]
"""The fields of `Goods` without the shipment, in their order."""

description_of: Callable[[Line], Description] = attrgetter(*Goods._fields[:-1])


def shipment_of(facts: OrderFacts) -> Shipment:
    """What the order says of all its goods."""
    order, client = facts.order, facts.client
    header = order.declaration.header
    return Shipment(
        facts.declared_on,
        header.direction,
        header.supervision_mode,
        header.duty_nature,
        header.arrival_country,
        bool(header.licence_number),
        tuple([document.code for document in order.declaration.supervision_documents]),
        _valid_permits(order),
        order.client_uscc,
        client.tier if client else "",
        client.prereviewed_categories if client else (),
        factory_regions(facts),
        facts.unavailable,
    )


def goods_of(facts: OrderFacts, line: Line) -> Goods:
    """The description of one line's goods."""
    return Goods._make((*description_of(line), shipment_of(facts)))


def _valid_permits(order: Order) -> tuple[ValidPermit, ...]:
    return tuple([ValidPermit(permit.code, permit.valid_from, permit.valid_to) for permit in order.permits])


@once_per_order
def factory_regions(facts: OrderFacts) -> tuple[str, ...]:
    """Four-digit regions of the producer: as verified when it is the client, else as its customs code says."""
    header = facts.order.declaration.header
    client = facts.client
    if client is not None and client.region_codes and header.producer_uscc in {"", client.uscc}:
        return tuple([code[:4] for code in client.region_codes])
    region = header.producer_customs_code[:4]
    return (region,) if region.isdigit() else ()
