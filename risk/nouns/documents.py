"""The trade documents around a declaration: contract, invoice, packing list, transport, VAT, receipts, loading."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from risk.nouns.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """Sales contract with the overseas buyer. `tolerance_percent` is the agreed more-or-less clause."""

    number: str
    signed_on: date | None = None
    buyer: str = ""
    buyer_country: str = ""
    seller: str = ""
    incoterm: str = ""
    total: Money | None = None
    tolerance_percent: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """One item of a commercial invoice; `line_number` refers to the declaration line."""

    line_number: int
    goods_name: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    total: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """Commercial invoice."""

    number: str
    issued_on: date | None = None
    buyer: str = ""
    incoterm: str = ""
    total: Money | None = None
    lines: tuple[InvoiceLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PackingLine:
    """One item of a packing list; weights in kg, volume in cubic metres."""

    line_number: int
    packages: int | None = None
    quantity: Decimal | None = None
    gross_weight_kg: Decimal | None = None
    net_weight_kg: Decimal | None = None
    volume_m3: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackingList:
    """Packing list with its totals; weights in kg, volume in cubic metres."""

    number: str = ""
    packages: int | None = None
    gross_weight_kg: Decimal | None = None
    net_weight_kg: Decimal | None = None
    volume_m3: Decimal | None = None
    lines: tuple[PackingLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportDocument:
    """Bill of lading or waybill. `arrived_at` is the arrival at the yard, `vessel_loading_at` the loading on board."""

    number: str
    vessel: str = ""
    voyage: str = ""
    packages: int | None = None
    gross_weight_kg: Decimal | None = None
    containers: tuple[str, ...] = ()
    seals: tuple[str, ...] = ()
    arrived_at: datetime | None = None
    vessel_loading_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VatInvoiceLine:
    """One item of a VAT invoice; `tax_class` is the goods-and-services tax classification code."""

    line_number: int
    goods_name: str = ""
    tax_class: str = ""
    quantity: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VatInvoice:
    """VAT invoice of the producer. `amount` excludes tax."""

    number: str
    seller: str = ""
    seller_uscc: str = ""
    issued_on: date | None = None
    amount: Money | None = None
    lines: tuple[VatInvoiceLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Foreign exchange received for the order."""

    number: str
    payer: str = ""
    payer_country: str = ""
    amount: Money | None = None
    received_on: date | None = None
    third_party_statement: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Details of a licence or certificate behind a supervision document code."""

    code: str
    number: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    quantity_left: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadingMedia:
    """A photo or video of the loading.

    `evidence` is E1..E9 (handbook 08 §1); `reused_from` names an order whose media it repeats.
    """

    evidence: str
    sha256: str = ""
    recorded_at: datetime | None = None
    reused_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """Record of the loading supervision."""

    started_at: datetime | None = None
    ended_at: datetime | None = None
    supervisor: str = ""
    on_site: bool = False
    containers: tuple[str, ...] = ()
    seals: tuple[str, ...] = ()
    plate: str = ""
    media: tuple[LoadingMedia, ...] = ()
