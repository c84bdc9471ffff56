"""The order and the events that carry it into the platform."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from risk.nouns.declaration import Declaration
from risk.nouns.documents import Contract, Invoice, Loading, PackingList, Permit, Receipt, TransportDocument, VatInvoice
from risk.nouns.parties import Party, Role

SCHEMA_VERSION = 1


class BusinessMode(StrEnum):
    """How the platform serves the client (handbook 01 §1.2)."""

    AGENCY_REFUND = "agency_refund"
    PURCHASE = "purchase"
    AGENCY_EXPORT = "agency_export"
    PURE_SERVICE = "pure_service"
    UNKNOWN = "unknown"


class EventType(StrEnum):
    SUBMITTED = "order.submitted"
    CANCELLED = "order.cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order of one client at one revision; what a door hands in and every check looks at.

    `declared_at` is the (planned) time of declaration; checks on validity use its date, else the event's.
    `client_uscc` names the contracted client. `wood_treatment_evidence` says that IPPC or fumigation proof is on file.
    """

    order_id: str
    revision: int = 1
    client_uscc: str = ""
    client_name: str = ""
    business_mode: BusinessMode = BusinessMode.UNKNOWN
    accepted_at: datetime | None = None
    declared_at: datetime | None = None
    advance_declaration: bool = False
    parties: tuple[Party, ...] = ()
    declaration: Declaration
    contract: Contract | None = None
    invoice: Invoice | None = None
    packing_list: PackingList | None = None
    transport: TransportDocument | None = None
    vat_invoices: tuple[VatInvoice, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    receipt_due_on: date | None = None
    permits: tuple[Permit, ...] = ()
    loading: Loading | None = None
    wood_treatment_evidence: bool | None = None
    ecommerce_order_number: str = ""
    overseas_warehouse_filing: str = ""

    def party(self, role: Role) -> Party | None:
        """The first party in `role`, or None."""
        return next((party for party in self.parties if party.role is role), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEvent:
    """A message about an order. `(source, event_id)` is unique for ever; a repeat changes nothing.

    A cancellation carries no order, only its id and revision.
    """

    event_id: str
    source: str
    type: EventType = EventType.SUBMITTED
    occurred_at: datetime
    order_id: str
    revision: int = 1
    order: Order | None = None
    schema: int = SCHEMA_VERSION
