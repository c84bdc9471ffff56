"""A declaration as it came in a message, made into an order of the platform."""

from datetime import UTC, date, datetime, time

from integrations.dates import EXPECTED_PERIOD, out_of_period
from integrations.errors import DoorError
from integrations.identities import ORDER_ID, ORDER_ID_EXPECTED
from risk.canonical import digest
from risk.nouns.declaration import Declaration
from risk.nouns.header import Header
from risk.nouns.order import BusinessMode, Order
from risk.nouns.parties import Kind, Party, Role

_NOON_IN_CHINA = time(4, tzinfo=UTC)
_SEA = "2"
DIGEST_LENGTH = 16
MOST_OF_CONTRACT = 64 - DIGEST_LENGTH - 1


def declaration_to_order(
    declaration: Declaration, source: str = "xml", revision: int = 1, declared_at: datetime | None = None
) -> Order:
    """The order of a declaration. Raises DoorError when the message holds no usable number to know it by.

    The id is the sender's own number (ClientSeqNo), else the unified number, else the entry number, else the contract
    number with a digest of the content, because several declarations may share one contract. The client is the
    producer on export and the consumer on import; a message with one domestic party has that one as client.
    `declared_at` stands in when the message carries no declaration date; a date becomes noon in China, the same day
    in UTC.
    """
    header = declaration.header
    _check_days(header, source)
    client = _client(header)
    return Order(
        order_id=_order_id(declaration, source),
        revision=revision,
        client_uscc=client.uscc,
        client_name=client.name,
        business_mode=_business_mode(header),
        declared_at=_declared_at(header) or declared_at,
        parties=parties_of(header, client),
        declaration=declaration,
    )


def _order_id(declaration: Declaration, source: str) -> str:
    header = declaration.header
    client_number = declaration.signature.client_number if declaration.signature else ""
    candidates = (client_number, header.unified_number, header.entry_number)
    chosen = next((text.strip() for text in candidates if text.strip()), "")
    contract = header.contract_number.strip()
    if not chosen:
        usable = ORDER_ID.fullmatch(contract)
        chosen = f"{contract[:MOST_OF_CONTRACT]}-{digest(declaration)[:DIGEST_LENGTH]}" if usable else contract
    if not ORDER_ID.fullmatch(chosen):
        step = "Fill DecSign/ClientSeqNo with your own number of the declaration."
        where = "DecSign/ClientSeqNo, DecHead/SeqNo, DecHead/EntryId, DecHead/ContrNo"
        raise DoorError(source, where, chosen, f"one of them with {ORDER_ID_EXPECTED}", step)
    return chosen


def _check_days(header: Header, source: str) -> None:
    """A text that is no day is left to a check; a day in another age is a slip nobody can reckon with."""
    for element, text in (("DecHead/DDate", header.declaration_date), ("DecHead/IEDate", header.border_date)):
        if out_of_period(text.strip()[:8]):
            raise DoorError(source, element, text, EXPECTED_PERIOD, "Correct the year and send the message again.")


def _business_mode(header: Header) -> BusinessMode:
    """Two headers (another producer than the domestic party) are how agency refund shows in the message.

    A purchase by the platform looks the same there; only our own contract data can tell the two apart, so a door that
    knows better says so in its order. One header with one code is a pure service; missing codes decide nothing.
    """
    producer, domestic = _code(header.producer_uscc), _code(header.domestic_party_uscc)
    if not header.is_export or not producer or not domestic:
        return BusinessMode.UNKNOWN
    return BusinessMode.PURE_SERVICE if producer == domestic else BusinessMode.AGENCY_REFUND


def _code(text: str) -> str:
    """A code, or nothing for the literal NO, which says that the party has none."""
    return "" if text.strip().upper() == "NO" else text.strip()


def _client(header: Header) -> Party:
    producer, domestic = _producer(header, Role.CLIENT), _domestic(header, Role.CLIENT)
    return producer if producer.name or producer.uscc else domestic


def _producer(header: Header, role: Role) -> Party:
    return Party(
        role,
        _code(header.producer_name),
        uscc=_code(header.producer_uscc),
        customs_code=_code(header.producer_customs_code),
        country="CHN",
    )


def _domestic(header: Header, role: Role) -> Party:
    return Party(
        role,
        _code(header.domestic_party_name),
        name_en=_code(header.domestic_party_foreign_name),
        uscc=_code(header.domestic_party_uscc),
        customs_code=_code(header.domestic_party_customs_code),
        country="CHN",
    )


def _overseas(header: Header) -> Party:
    """The foreign party: buyer on export, consignor on import; its country is the trading country."""
    if header.is_export:
        name, aeo, role = header.overseas_consignee_name, header.overseas_consignee_code, Role.BUYER
    else:
        name, aeo, role = header.overseas_consignor_name, header.overseas_consignor_code, Role.CONSIGNOR
    names = [text for text in (_code(name), _code(header.overseas_party_name_zh)) if text]
    return Party(
        role,
        names[0] if names else "",
        former_names=tuple(names[1:]),
        country=header.trading_country,
        address=header.overseas_party_address,
        aeo_code=_code(aeo),
    )


def parties_of(header: Header, client: Party) -> tuple[Party, ...]:
    """The client and every party a header names, each in its role; parties without name and codes are left out."""
    declarant = Party(
        Role.DECLARANT,
        _code(header.declarant_name),
        uscc=_code(header.declarant_uscc),
        customs_code=_code(header.declarant_customs_code),
        country="CHN",
    )
    data_entry = Party(
        Role.DATA_ENTRY, _code(header.data_entry_name), uscc=_code(header.data_entry_uscc), country="CHN"
    )
    found = [
        client,
        _domestic(header, Role.CONSIGNOR if header.is_export else Role.CONSIGNEE),
        _producer(header, Role.PRODUCER),
        declarant,
        data_entry,
        _overseas(header),
    ]
    if header.transport_mode == _SEA:
        found.append(Party(Role.VESSEL, _code(header.means_of_transport), kind=Kind.VESSEL))
    return tuple(party for party in found if party.name or party.uscc or party.customs_code)


def _declared_at(header: Header) -> datetime | None:
    """The day of a `yyyyMMdd` date at noon in China; None when it is missing or no date (a check judges the text)."""
    text = header.declaration_date.strip()[:8]
    if len(text) != 8 or not text.isascii() or not text.isdigit():
        return None
    try:
        day = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
    return datetime.combine(day, _NOON_IN_CHINA)
