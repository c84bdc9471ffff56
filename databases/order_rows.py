"""From the nouns of an order to the rows it is found by and counted with."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import log
from typing import Any

from databases.columns import PRICE_PLACES, scaled
from risk.days import china_day
from risk.mass import line_kilograms
from risk.nouns.line import Line
from risk.nouns.order import Order
from risk.nouns.parties import Role
from risk.reference import Reference

LOG_LIMIT = Decimal("1e-8")
LOG_UNITS = 10**PRICE_PLACES
NEARLY_HALF = 0.499
NO_UNITS = "unit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What belongs to every row of one order: its id, its client, the time it counts at."""

    order_id: str
    client_id: str
    traded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRows:
    """The rows of one order: what it is searched by, its goods lines, its containers."""

    order: dict[str, Any]
    lines: list[dict[str, Any]]
    boxes: list[dict[str, Any]]


def rows_of(order: Order, described: Described, reference: Reference, on: date) -> OrderRows:
    """All rows of an order but those of its decision; `on` is the day of the exchange rates."""
    row = order_row(order, described, reference, on)
    row["order_id"] = described.order_id
    return OrderRows(
        order=row, lines=line_rows(order, described, reference, on), boxes=container_rows(order, described)
    )


def trading_time(order: Order, as_of: datetime) -> datetime:
    """When an order counts in history: its declaration if that lies behind us, else the time of judgement."""
    return order.declared_at if order.declared_at is not None and order.declared_at < as_of else as_of


def order_row(order: Order, described: Described, reference: Reference, on: date) -> dict[str, Any]:
    """The searchable columns of an order; `on` is the day of the exchange rates."""
    header = order.declaration.header
    vessel, voyage = conveyance(order)
    return {
        "client_name": order.client_name,
        "business_mode": order.business_mode.value,
        "direction": header.direction,
        "supervision_mode": header.supervision_mode,
        "entry_number": header.entry_number,
        "transport_document": transport_document(order),
        "contract_number": header.contract_number or (order.contract.number if order.contract else ""),
        "vessel": vessel,
        "voyage": voyage,
        "buyer": buyer(order),
        "destination": header.arrival_country or next((x.final_destination for x in order.declaration.lines), ""),
        "hs_chapters": ",".join(chapters(order)),
        "line_count": len(order.declaration.lines),
        "currency": "/".join(order.declaration.currencies),
        "total": order.declaration.total,
        "total_usd": _total_usd(order, reference, on),
        "declared_on": china_day(order.declared_at) if order.declared_at else None,
        "client_id": described.client_id,
        "traded_at": described.traded_at,
    }


def chapters(order: Order) -> tuple[str, ...]:
    """The HS chapters of the lines, each once, sorted."""
    return tuple(sorted({line.hs_code[:2] for line in order.declaration.lines if line.hs_code}))


def buyer(order: Order) -> str:
    """The overseas buyer's name: party, contract or consignee, the first that is given."""
    party = order.party(Role.BUYER)
    contract = order.contract.buyer if order.contract else ""
    return (party.name if party else "") or contract or order.declaration.header.overseas_consignee_name


def transport_document(order: Order) -> str:
    """The number of the bill of lading or waybill."""
    given = order.transport.number if order.transport else ""
    return order.declaration.header.transport_document_number or given


def conveyance(order: Order) -> tuple[str, str]:
    """Vessel (or other means of transport) and voyage, as declared, else as the transport document says."""
    free_text = order.declaration.free_text
    vessel = order.transport.vessel if order.transport else ""
    voyage = order.transport.voyage if order.transport else ""
    return (
        order.declaration.header.means_of_transport or vessel,
        (free_text.voyage_number if free_text else "") or voyage,
    )


def containers(order: Order) -> tuple[str, ...]:
    """Container numbers of declaration and transport document, each once."""
    listed = [container.number for container in order.declaration.containers]
    listed.extend(order.transport.containers if order.transport else ())
    return tuple(dict.fromkeys(number for number in listed if number))


def container_rows(order: Order, described: Described) -> list[dict[str, Any]]:
    """One row for each container."""
    vessel, voyage = conveyance(order)
    common = {"vessel": vessel, "voyage": voyage, **_common(described)}
    return [{"number": number, **common} for number in containers(order)]


def line_rows(order: Order, described: Described, reference: Reference, on: date) -> list[dict[str, Any]]:
    """One row for each goods line, prices in USD at the rate of `on`."""
    common = _common(described)
    return [
        {"position": position, **_line_row(line, reference, on), **common}
        for position, line in enumerate(order.declaration.lines, start=1)
    ]


def _common(described: Described) -> dict[str, Any]:
    return {
        "order_id": described.order_id,
        "client_id": described.client_id,
        "traded_at": described.traded_at,
    }


def _line_row(line: Line, reference: Reference, on: date) -> dict[str, Any]:
    rate = reference.usd_rate(line.currency, on)
    price = _unit_price(line)
    price_usd = None if price is None or rate is None else price * rate
    total_usd = None if line.total is None or rate is None else line.total * rate
    kilograms = line_kilograms(line, reference, on) if NO_UNITS in reference.tables else None
    per_kg = total_usd / kilograms if total_usd is not None and kilograms is not None and kilograms > 0 else None
    return {
        "line_number": line.line_number,
        "hs10": line.hs_code,
        "hs8": line.hs_code[:8],
        "hs6": line.hs_code[:6],
        "goods_name": line.goods_name,
        "unit": line.unit,
        "currency": line.currency,
        "destination": line.final_destination,
        "quantity": line.quantity,
        "first_unit": line.first_unit,
        "first_quantity": line.first_quantity,
        "second_unit": line.second_unit,
        "second_quantity": line.second_quantity,
        "total_usd": total_usd,
        "price_usd": price_usd,
        "log_price": log_price(price_usd) if price_usd is not None and price_usd >= LOG_LIMIT else None,
        "usd_per_kg": per_kg,
    }


def log_price(price: Decimal) -> Decimal:
    """The natural logarithm to the places kept, half to even.

    The machine's logarithm is right to about 15 digits, so it settles the last place kept unless the digits behind it
    come close to a half; only then the exact one is needed, which takes ten times as long.
    """
    units = log(price) * LOG_UNITS
    whole = round(units)
    if abs(units - whole) > NEARLY_HALF:
        return Decimal(scaled(price.ln(), PRICE_PLACES)).scaleb(-PRICE_PLACES)
    return Decimal(whole).scaleb(-PRICE_PLACES)


def _unit_price(line: Line) -> Decimal | None:
    if line.unit_price is not None:
        return line.unit_price
    if line.total is None or line.quantity is None or line.quantity <= 0:
        return None
    return line.total / line.quantity


def _total_usd(order: Order, reference: Reference, on: date) -> Decimal | None:
    """None when a total, a currency or a rate is missing, as in the facts."""
    total = Decimal(0)
    for line in order.declaration.lines:
        rate = reference.usd_rate(line.currency, on)
        if line.total is None or rate is None:
            return None
        total += line.total * rate
    return total if order.declaration.lines else None
