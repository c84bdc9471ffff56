"""The customs declaration 报关单: one header, goods lines, containers, documents and the rest of the message."""

from dataclasses import dataclass
from decimal import Decimal

from risk.nouns.declaration_parts import (
    CompanyPromise,
    Container,
    ControlElement,
    ElectronicDocument,
    EnterpriseQualification,
    FreeText,
    MarkAttachment,
    OriginCertificate,
    OtherPacking,
    RequestedCertificate,
    RiskAssessment,
    Royalty,
    Signature,
    SiteTransfer,
    SupervisionDocument,
    Transit,
    TransitContainer,
    UserContact,
)
from risk.nouns.header import Header
from risk.nouns.line import Line


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """All that the single-window message carries, under our names (handbook 02).

    `unknown_elements` keeps what a message held beyond the mapped elements as (path, text), so nothing is lost.
    """

    header: Header
    lines: tuple[Line, ...] = ()
    containers: tuple[Container, ...] = ()
    supervision_documents: tuple[SupervisionDocument, ...] = ()
    requested_certificates: tuple[RequestedCertificate, ...] = ()
    other_packing: tuple[OtherPacking, ...] = ()
    enterprise_qualifications: tuple[EnterpriseQualification, ...] = ()
    user_contacts: tuple[UserContact, ...] = ()
    mark_attachments: tuple[MarkAttachment, ...] = ()
    free_text: FreeText | None = None
    signature: Signature | None = None
    electronic_documents: tuple[ElectronicDocument, ...] = ()
    origin_certificates: tuple[OriginCertificate, ...] = ()
    company_promises: tuple[CompanyPromise, ...] = ()
    site_transfer: SiteTransfer | None = None
    control_elements: tuple[ControlElement, ...] = ()
    risk_assessments: tuple[RiskAssessment, ...] = ()
    transit: Transit | None = None
    transit_containers: tuple[TransitContainer, ...] = ()
    royalties: tuple[Royalty, ...] = ()
    unknown_elements: tuple[tuple[str, str], ...] = ()

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies of the lines, each once, in order of appearance."""
        return tuple(dict.fromkeys([line.currency for line in self.lines if line.currency]))

    @property
    def total(self) -> Decimal | None:
        """Sum of the line totals in their one currency; None when a total is missing or currencies are mixed."""
        return self.total_in(self.currencies)

    def total_in(self, currencies: tuple[str, ...]) -> Decimal | None:
        """The same for one who has asked for the `currencies` already."""
        totals = [line.total for line in self.lines if line.total is not None]
        if not totals or len(totals) < len(self.lines) or len(currencies) != 1:
            return None
        return sum(totals, Decimal(0))
