"""Parties of a trade and the roles they play (handbook 01 §1)."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a party does in one order. One company may appear in several roles."""

    CLIENT = "client"
    CONSIGNOR = "consignor"
    PRODUCER = "producer"
    DECLARANT = "declarant"
    DATA_ENTRY = "data_entry"
    BUYER = "buyer"
    CONSIGNEE = "consignee"
    NOTIFY = "notify"
    PAYER = "payer"
    INVOICE_ISSUER = "invoice_issuer"
    FORWARDER = "forwarder"
    CARRIER = "carrier"
    DRIVER = "driver"
    VESSEL = "vessel"
    LEGAL_REPRESENTATIVE = "legal_representative"
    CONTROLLER = "controller"
    SHAREHOLDER = "shareholder"


class Kind(StrEnum):
    """The nature of a party; decides which name comparison applies."""

    ORGANISATION = "organisation"
    PERSON = "person"
    VESSEL = "vessel"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Party:
    """A company, person or vessel in a role. Empty text means the fact was not given.

    `country` is ISO 3166-1 alpha-3; `uscc` the 18-character unified social credit code (GB 32100).
    """

    role: Role
    name: str
    kind: Kind = Kind.ORGANISATION
    name_en: str = ""
    former_names: tuple[str, ...] = ()
    uscc: str = ""
    customs_code: str = ""
    country: str = ""
    address: str = ""
    phone: str = ""
    bank_account: str = ""
    identity_number: str = ""
    imo_number: str = ""
    aeo_code: str = ""
    birth_date: str = ""
