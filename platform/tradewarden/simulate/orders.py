"""A truthful synthetic order: every number follows from article, quantity and price, so no check has reason to hit."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from random import Random

from risk.identifiers import container_check_digit
from risk.nouns.declaration import Declaration
from risk.nouns.declaration_parts import Container, FreeText, Signature
from risk.nouns.documents import Contract, Invoice, InvoiceLine, PackingLine, PackingList, TransportDocument
from risk.nouns.header import Header
from risk.nouns.line import Line
from risk.nouns.money import Money
from risk.nouns.order import BusinessMode, Order
from risk.nouns.parties import Party, Role
from tradewarden.simulate.clients import Factory
from tradewarden.simulate.goods import Article
from tradewarden.simulate.identities import DECLARANT_NAME, PLATFORM_NAME, Buyer, synthetic_uscc

CENT = Decimal("0.01")
PLATFORM_USCC = synthetic_uscc(1)
DECLARANT_USCC = synthetic_uscc(2)
VESSELS = ("EXAMPLE AURORA", "EXAMPLE HORIZON", "EXAMPLE MERIDIAN", "EXAMPLE PELICAN")
TYPICAL_USD = {"A": (20_000, 90_000), "B": (6_000, 40_000), "C": (2_000, 12_000)}
BOX_PAYLOAD_KG, BOX_M3 = Decimal(26_000), Decimal(60)
CARTON_KG, SHARED_BELOW_M3 = Decimal(55), Decimal(15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """The physical side of an order: one number decides all weights and volumes."""

    article: Article
    quantity: int
    unit_price: Decimal

    @property
    def total(self) -> Decimal:
        return (self.quantity * self.unit_price).quantize(CENT, ROUND_HALF_UP)

    @property
    def cartons(self) -> int:
        return -(-self.quantity // self.article.per_carton)

    @property
    def net_kg(self) -> Decimal:
        return max(Decimal(1), self.quantity * self.article.kg)

    @property
    def gross_kg(self) -> Decimal:
        return (self.net_kg * Decimal("1.05")).quantize(CENT, ROUND_HALF_UP) + Decimal("0.25") * self.cartons

    @property
    def volume_m3(self) -> Decimal:
        return self.cartons * self.article.carton_m3

    @property
    def package_type(self) -> str:
        """Cartons, or pallets of recycled wood for what nobody could lift."""
        return "22" if self.gross_kg / self.cartons <= CARTON_KG else "92"

    @property
    def lcl_flag(self) -> str:
        """A shipment that leaves its box nearly empty shares it with others."""
        return "1" if self.volume_m3 < SHARED_BELOW_M3 * self.boxes else "0"

    @property
    def boxes(self) -> int:
        need = max(self.gross_kg / BOX_PAYLOAD_KG, self.volume_m3 / BOX_M3)
        return max(1, int(need.to_integral_value(ROUND_CEILING)))


def make_order(rng: Random, number: int, factory: Factory, declared_at: datetime) -> Order:
    """One order of `factory`, declared at `declared_at` (aware), FOB by sea in USD."""
    shipment = _shipment(rng, factory)
    partner = rng.choice(factory.buyers)
    boxes = tuple(_box(rng) for _ in range(shipment.boxes))
    bill = f"EXMU{rng.randrange(10**9):09d}"
    vessel, voyage = rng.choice(VESSELS), f"{rng.randint(1, 99):03d}E"
    contract = f"SC{declared_at:%y%m}-{number:06d}"
    declared_on = declared_at.date()
    total = Money(shipment.total, "USD")
    return Order(
        order_id=f"SIM-{declared_at:%Y%m%d}-{number:06d}",
        client_uscc=factory.profile.uscc,
        client_name=factory.profile.name,
        business_mode=BusinessMode.AGENCY_REFUND,
        accepted_at=declared_at - timedelta(days=6),
        declared_at=declared_at,
        parties=_parties(factory, partner),
        declaration=Declaration(
            header=_header(factory, partner, shipment, (bill, contract, vessel)),
            lines=(_line(factory, partner, shipment),),
            containers=tuple(
                Container(number=box, spec="11", line_numbers="1", lcl_flag=shipment.lcl_flag) for box in boxes
            ),
            free_text=FreeText(voyage_number=voyage),
            signature=Signature(operation="G", client_number=f"{declared_at:%Y%m%d}{number:010d}"),
        ),
        contract=Contract(
            number=contract,
            signed_on=declared_on - timedelta(days=20),
            buyer=partner.name,
            buyer_country=partner.country,
            incoterm="FOB",
            total=total,
        ),
        invoice=Invoice(
            number=f"IV-{number:06d}",
            issued_on=declared_on - timedelta(days=4),
            buyer=partner.name,
            incoterm="FOB",
            total=total,
            lines=(
                InvoiceLine(
                    line_number=1,
                    goods_name=shipment.article.name,
                    quantity=Decimal(shipment.quantity),
                    unit=shipment.article.unit,
                    total=shipment.total,
                ),
            ),
        ),
        packing_list=_packing_list(number, shipment),
        transport=TransportDocument(
            number=bill,
            vessel=vessel,
            voyage=voyage,
            packages=shipment.cartons,
            gross_weight_kg=shipment.gross_kg,
            containers=boxes,
            arrived_at=declared_at - timedelta(hours=20),
            vessel_loading_at=declared_at + timedelta(days=3),
        ),
    )


def _shipment(rng: Random, factory: Factory) -> Shipment:
    low, high = TYPICAL_USD[factory.profile.tier]
    price = (factory.article.price * factory.price_factor * rng.randint(97, 103) / 100).quantize(CENT, ROUND_HALF_UP)
    return Shipment(article=factory.article, quantity=max(1, int(rng.randint(low, high) / price)), unit_price=price)


def _box(rng: Random) -> str:
    body = f"EXMU{rng.randrange(10**6):06d}"
    return f"{body}{container_check_digit(body)}"


def _parties(factory: Factory, partner: Buyer) -> tuple[Party, ...]:
    return (
        Party(Role.CLIENT, factory.profile.name, uscc=factory.profile.uscc, country="CHN"),
        Party(Role.CONSIGNOR, PLATFORM_NAME, uscc=PLATFORM_USCC, country="CHN"),
        Party(Role.PRODUCER, factory.profile.name, uscc=factory.profile.uscc, country="CHN"),
        Party(Role.BUYER, partner.name, country=partner.country),
        Party(Role.CONSIGNEE, partner.name, country=partner.country),
    )


def _header(factory: Factory, partner: Buyer, shipment: Shipment, papers: tuple[str, str, str]) -> Header:
    bill, contract, vessel = papers
    return Header(
        direction="E",
        declarant_customs_code="4403980009",
        declarant_name=DECLARANT_NAME,
        declarant_uscc=DECLARANT_USCC,
        declaration_office=factory.place.office,
        border_office=factory.place.office,
        domestic_port=factory.place.port,
        domestic_party_customs_code="4403960001",
        domestic_party_uscc=PLATFORM_USCC,
        domestic_party_name=PLATFORM_NAME,
        producer_customs_code=factory.customs_code,
        producer_uscc=factory.profile.uscc,
        producer_name=factory.profile.name,
        overseas_consignee_name=partner.name,
        supervision_mode="0110",
        duty_nature="101",
        trading_country=partner.country,
        arrival_country=partner.country,
        foreign_port=partner.port,
        transport_mode="2",
        means_of_transport=vessel,
        transport_document_number=bill,
        contract_number=contract,
        trade_term="3",
        package_type=shipment.package_type,
        package_count=shipment.cartons,
        gross_weight_kg=shipment.gross_kg,
        net_weight_kg=shipment.net_kg,
        price_promises="99999",
        entry_type="M",
        shipping_marks="N/M",
    )


def _line(factory: Factory, partner: Buyer, shipment: Shipment) -> Line:
    article = shipment.article
    pieces, kilograms = Decimal(shipment.quantity), shipment.net_kg
    statutory = {"first_quantity": pieces, "second_quantity": kilograms, "second_unit": "035"}
    if article.unit == "035":
        statutory = {"first_quantity": pieces}
    return Line(
        line_number=1,
        hs_code=article.hs10,
        goods_name=article.name,
        specification=article.specification.format(model=f"M{factory.customs_code[-4:]}"),
        quantity=pieces,
        unit=article.unit,
        first_unit=article.unit,
        unit_price=shipment.unit_price,
        total=shipment.total,
        currency="USD",
        origin_country="CHN",
        final_destination=partner.country,
        domestic_region=factory.place.region,
        duty_mode="1",
        **statutory,  # type: ignore[arg-type]  # a mixed mapping of Decimals and a code
    )


def _packing_list(number: int, shipment: Shipment) -> PackingList:
    return PackingList(
        number=f"PL-{number:06d}",
        packages=shipment.cartons,
        gross_weight_kg=shipment.gross_kg,
        net_weight_kg=shipment.net_kg,
        volume_m3=shipment.volume_m3,
        lines=(
            PackingLine(
                line_number=1,
                packages=shipment.cartons,
                quantity=Decimal(shipment.quantity),
                net_weight_kg=shipment.net_kg,
            ),
        ),
    )
