"""Planted trouble: each function spoils a truthful order in one way and is named by what an officer should find.

The label is a check id or a typology of handbook 06 §8; it is written beside the orders, never into them.
"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

from risk.nouns.declaration_parts import Container
from risk.nouns.money import Money
from risk.nouns.order import Order
from risk.nouns.parties import Party, Role
from tradewarden.simulate.identities import synthetic_uscc
from tradewarden.simulate.listed import LISTED_COMPANIES, LISTED_DOMESTIC

Trouble = Callable[[Random, Order], Order]
CENT = Decimal("0.01")


def _header(order: Order, **changes: Any) -> Order:
    declaration = order.declaration
    return replace(order, declaration=replace(declaration, header=replace(declaration.header, **changes)))


def _line(order: Order, **changes: Any) -> Order:
    declaration = order.declaration
    lines = (replace(declaration.lines[0], **changes), *declaration.lines[1:])
    return replace(order, declaration=replace(declaration, lines=lines))


def net_above_gross(_rng: Random, order: Order) -> Order:
    gross = order.declaration.header.gross_weight_kg or Decimal(1)
    spoiled = (gross * Decimal("0.8")).quantize(CENT)
    order = _header(order, gross_weight_kg=spoiled)
    packing = order.packing_list and replace(order.packing_list, gross_weight_kg=spoiled)
    transport = order.transport and replace(order.transport, gross_weight_kg=spoiled)
    return replace(order, packing_list=packing, transport=transport)


def total_not_quantity_times_price(_rng: Random, order: Order) -> Order:
    line = order.declaration.lines[0]
    price = (line.unit_price or Decimal(1)) * Decimal("0.9")
    return _line(order, unit_price=price.quantize(CENT))


def invoice_total_differs(_rng: Random, order: Order) -> Order:
    if order.invoice is None or order.invoice.total is None:
        raise ValueError(f"order {order.order_id} has no invoice total to spoil")
    total = Money((order.invoice.total.amount * Decimal("1.3")).quantize(CENT), order.invoice.total.currency)
    return replace(order, invoice=replace(order.invoice, total=total))


def bad_container_number(_rng: Random, order: Order) -> Order:
    first, *rest = order.declaration.containers
    wrong = f"{first.number[:-1]}{(int(first.number[-1]) + 1) % 10}"
    boxes: tuple[Container, ...] = (replace(first, number=wrong), *rest)
    order = replace(order, declaration=replace(order.declaration, containers=boxes))
    transport = order.transport and replace(order.transport, containers=tuple(box.number for box in boxes))
    return replace(order, transport=transport)


def cif_without_fees(_rng: Random, order: Order) -> Order:
    order = _header(order, trade_term="1")
    contract = order.contract and replace(order.contract, incoterm="CIF")
    invoice = order.invoice and replace(order.invoice, incoterm="CIF")
    return replace(order, contract=contract, invoice=invoice)


def name_lending(_rng: Random, order: Order) -> Order:
    """FR09/LC006: the producer on the declaration is not the contracted client."""
    return _header(order, producer_name="常州市借名实业有限公司", producer_uscc=synthetic_uscc(90_001))


def generic_goods_name(_rng: Random, order: Order) -> Order:
    return _line(order, goods_name="日用品")


def port_of_another_country(_rng: Random, order: Order) -> Order:
    return _header(order, foreign_port="HKG003" if order.declaration.header.arrival_country != "HKG" else "USA309")


def overvalued(_rng: Random, order: Order) -> Order:
    """FR03: the same goods at four times the usual price; all papers agree."""
    line = order.declaration.lines[0]
    price = ((line.unit_price or Decimal(1)) * 4).quantize(CENT)
    total = ((line.quantity or Decimal(1)) * price).quantize(CENT)
    money = Money(total, line.currency)
    order = _line(order, unit_price=price, total=total)
    contract = order.contract and replace(order.contract, total=money)
    lines = tuple(replace(item, total=total) for item in order.invoice.lines) if order.invoice else ()
    invoice = order.invoice and replace(order.invoice, total=money, lines=lines)
    return replace(order, contract=contract, invoice=invoice)


def brand_without_authorisation(_rng: Random, order: Order) -> Order:
    elements = order.declaration.lines[0].specification.split("|")
    changed = ["3" if position == 0 else value for position, value in enumerate(elements)]
    swapped = ["EXAMPLEBRAND牌" if value in {"无品牌", "暖山牌", "洁岚牌"} else value for value in changed]
    return _line(order, specification="|".join(swapped))


def packing_list_differs(_rng: Random, order: Order) -> Order:
    if order.packing_list is None:
        raise ValueError(f"order {order.order_id} has no packing list to spoil")
    return replace(order, packing_list=replace(order.packing_list, packages=(order.packing_list.packages or 0) + 7))


def listed_buyer(rng: Random, order: Order) -> Order:
    """The buyer stands on the synthetic watch list."""
    name, country = rng.choice(LISTED_COMPANIES)
    parties = tuple(
        Party(party.role, name, country=country) if party.role in {Role.BUYER, Role.CONSIGNEE} else party
        for party in order.parties
    )
    contract = order.contract and replace(order.contract, buyer=name)
    invoice = order.invoice and replace(order.invoice, buyer=name)
    order = replace(order, parties=parties, contract=contract, invoice=invoice)
    return _header(order, overseas_consignee_name=name)


def punished_producer(rng: Random, order: Order) -> Order:
    """The goods come from a company on the synthetic joint-punishment list."""
    name, uscc = rng.choice(LISTED_DOMESTIC)
    return _header(order, producer_name=name, producer_uscc=uscc)


TROUBLES: tuple[tuple[str, Trouble], ...] = (
    ("LC010", net_above_gross),
    ("LC050", total_not_quantity_times_price),
    ("LC058", invoice_total_differs),
    ("LC023", bad_container_number),
    ("LC036", cif_without_fees),
    ("LC006", name_lending),
    ("LC063", generic_goods_name),
    ("LC111", port_of_another_country),
    ("FR03", overvalued),
    ("LC077", brand_without_authorisation),
    ("LC142", packing_list_differs),
    ("LC160", punished_producer),
    ("LC161", listed_buyer),
)
