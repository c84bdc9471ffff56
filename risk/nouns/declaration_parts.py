"""The smaller parts of a declaration message, one class for each single-window element group."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A container (`Container`). `line_numbers` is the comma-separated text of the message."""

    number: str = ""
    spec: str = ""
    line_numbers: str = ""
    lcl_flag: str = ""
    cargo_weight_kg: Decimal | None = None
    tare_weight_kg: Decimal | None = None

    @property
    def lines(self) -> tuple[int, ...]:
        """Line numbers carried by this container; entries that are no number are left out (LC030 judges them)."""
        return tuple(int(part) for part in self.line_numbers.split(",") if part.strip().isdigit())


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionDocument:
    """A supervision document (`LicenseDocu`): licence or certificate code and number; case of the code matters."""

    code: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedCertificate:
    """A certificate the declarant asks for (`DecRequestCert`)."""

    code: str = ""
    originals: str = ""
    copies: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherPacking:
    """Packing besides the main package type (`DecOtherPack`)."""

    quantity: Decimal | None = None
    package_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseQualification:
    """A qualification of the enterprise (`DecCopLimit`)."""

    number: str = ""
    type_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserContact:
    """A contact of the goods' user (`DecUser`)."""

    person: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkAttachment:
    """A picture of the shipping marks (`DecMarkLob`)."""

    name: str = ""
    file_type: str = ""
    content_base64: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeText:
    """Free text part (`DecFreeTxt`); carries the voyage number."""

    related_declaration: str = ""
    related_ledger: str = ""
    bonded_site: str = ""
    voyage_number: str = ""
    declarant_contact: str = ""
    yard_code: str = ""
    declarant_number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Operation and signature (`DecSign`). `client_number` is our own unique key of the declaration."""

    operation: str = ""
    operator_card_number: str = ""
    operator_organisation_code: str = ""
    operator_name: str = ""
    client_number: str = ""
    signature: str = ""
    signed_at: str = ""
    certificate_number: str = ""
    mailbox: str = ""
    signer_type: str = ""
    list_number: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectronicDocument:
    """An attached electronic document (`EdocRealation`)."""

    file_name: str = ""
    type_code: str = ""
    format: str = ""
    note: str = ""
    company_file_name: str = ""
    owner_code: str = ""
    signing_unit: str = ""
    signed_at: str = ""
    owner_name: str = ""
    size: str = ""
    line_numbers: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginCertificate:
    """Link of a line to an origin certificate (`EcoRelation`)."""

    type_code: str = ""
    number: str = ""
    line_number: str = ""
    certificate_line: str = ""
    extension: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyPromise:
    """A statement of the company (`DecCopPromise`)."""

    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteTransfer:
    """Two-step access to the site (`DecTpAccess`)."""

    transfer_requested: str = ""
    site: str = ""
    conditional_release_requested: str = ""
    merged_check_requested: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlElement:
    """An element of prohibited or restricted goods (`DecControlModel`)."""

    number: str = ""
    value: str = ""
    category_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskAssessment:
    """A risk result of the message (`DecRisk`)."""

    result: str = ""
    signature: str = ""
    assessed_at: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transit:
    """Transit header (`TrnHead`)."""

    unified_number: str = ""
    manifest_number: str = ""
    transit_number: str = ""
    transport_mode: str = ""
    vehicle_number: str = ""
    vehicle_name: str = ""
    voyage_number: str = ""
    carrier_name: str = ""
    carrier_code: str = ""
    transit_kind: str = ""
    expected_arrival: str = ""
    electronic_seal_flag: str = ""
    notes: str = ""
    paperless_type: str = ""
    declarant_uscc: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitContainer:
    """A transit container (`TrnContainer`)."""

    number: str = ""
    serial: int | None = None
    size_type: str = ""
    seal_number: str = ""
    vehicle_name: str = ""
    vehicle_weight_kg: Decimal | None = None
    seal_count: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Royalty:
    """Royalty statement (`DecRoyaltyFee`)."""

    contract_number: str = ""
    licensor: str = ""
    licensee: str = ""
    payment_type: str = ""
    amount: Decimal | None = None
    currency: str = ""
