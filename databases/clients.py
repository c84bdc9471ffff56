"""Clients 客户信息库: profile, tier, admission and verification of every client, each change kept as a version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Column, Connection, Date, Index, Numeric, Table

from databases.columns import body, metadata, number, time, words
from databases.paging import Page, PageRequest
from risk.facts import ClientProfile

clients = Table(
    "clients",
    metadata,
    words("client_id", primary_key=True),
    words("name"),
    words("name_en"),
    words("uscc"),
    words("customs_code"),
    words("tier"),
    words("admission"),
    Column("agreement_valid_to", Date, nullable=True),
    Column("last_verification_on", Date, nullable=True),
    Column("next_verification_on", Date, nullable=True),
    words("region_codes"),
    Column("monthly_capacity", Numeric().with_variant(Numeric(38, 6), "sqlite"), nullable=True),
    words("capacity_unit"),
    words("prereviewed_categories"),
    words("legal_representative"),
    words("contact"),
    words("phone"),
    words("address"),
    words("note"),
    Column("first_order_on", Date, nullable=True),
    number("version"),
    time("changed_at"),
    words("changed_by"),
    Index(None, "uscc"),
    Index(None, "tier"),
)

client_versions = Table(
    "client_versions",
    metadata,
    words("client_id", primary_key=True),
    number("version", primary_key=True, autoincrement=False),
    body("body"),
    time("changed_at"),
    words("changed_by"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """All that is kept about a client. `tier` A..D or ""; `admission` applied, documents_checked, screened,
    site_visit_done, scored, approved, refused, suspended or exited (handbook 06 §1). `first_order_on` before our time.
    """

    client_id: str
    name: str
    name_en: str = ""
    uscc: str = ""
    customs_code: str = ""
    tier: str = ""
    admission: str = ""
    agreement_valid_to: date | None = None
    last_verification_on: date | None = None
    next_verification_on: date | None = None
    region_codes: tuple[str, ...] = ()
    monthly_capacity: Decimal | None = None
    capacity_unit: str = ""
    prereviewed_categories: tuple[str, ...] = ()
    legal_representative: str = ""
    contact: str = ""
    phone: str = ""
    address: str = ""
    note: str = ""
    first_order_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredClient:
    """A client with the version in force."""

    client: Client
    version: int
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientQuery:
    """Filters; empty means any. `text` is a client id, USCC, customs code or part of a name."""

    text: str = ""
    tier: str = ""
    admission: str = ""
    verification_due_before: date | None = None


class Clients:
    """The client database inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def profiles(self, client_ids: Sequence[str], on: date) -> Mapping[str, ClientProfile]:
        """Profiles of the known ones, by client id or USCC as asked, with the first order not after `on`."""
        raise NotImplementedError

    def save(self, client: Client, by: str, now: datetime) -> StoredClient:
        """Create or change a client; an unchanged one gets no new version."""
        raise NotImplementedError

    def save_many(self, batch: Sequence[Client], by: str, now: datetime) -> int:
        """The same for many, set-based (imports, demo); returns how many changed."""
        raise NotImplementedError

    def get(self, client_id: str) -> StoredClient | None:
        """One client."""
        raise NotImplementedError

    def versions(self, client_id: str) -> list[StoredClient]:
        """All versions, oldest first."""
        raise NotImplementedError

    def search(self, query: ClientQuery, page: PageRequest | None = None) -> Page[StoredClient]:
        """Clients that meet the filters; sorts: name, tier, next_verification_on, changed_at."""
        raise NotImplementedError

    def tier_counts(self) -> Mapping[str, int]:
        """Number of clients per tier ("" = none yet)."""
        raise NotImplementedError
