"""Clients 客户信息库: profile, tier, admission and verification of every client, each change kept as a version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Date, Index, Row, Table, and_, bindparam, func, select, true

from databases.bulk import chunks, insert_rows
from databases.columns import Scaled, UtcTime, body, metadata, number, time, words
from databases.errors import NotFound
from databases.order_tables import orders
from databases.paging import Page, PageRequest, ordered, paged
from risk.canonical import canonical
from risk.days import china_day
from risk.facts import ClientProfile

LISTS = ("region_codes", "prereviewed_categories")

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
    Column("monthly_capacity", Scaled(), nullable=True),
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
    words("client_id", primary_key=True, foreign_key="clients.client_id"),
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


# made while one thread imports: the library does not guard the first use of a type against a second thread
_CLIENTS = msgspec.json.Decoder(Client)


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
        """Profiles of the known ones, under the client id or USCC as asked.

        `first_order_on` is the client's own word or the first order of ours not after `on`, whichever is earlier.
        """
        c = clients.c
        wanted = dict.fromkeys(client_ids)
        rows: list[Row[Any]] = []
        for piece in chunks(list(wanted)):
            rows.extend(self.connection.execute(select(clients).where(c.client_id.in_(piece) | c.uscc.in_(piece))))
        firsts = self._first_orders([row.client_id for row in rows])
        found: dict[str, ClientProfile] = {}
        for row in rows:
            days = [day for day in (row.first_order_on, firsts.get(row.client_id)) if day is not None and day <= on]
            profile = _profile(row, min(days, default=None))
            if row.uscc in wanted:
                found.setdefault(row.uscc, profile)
            if row.client_id in wanted:
                found[row.client_id] = profile
        return found

    def _first_orders(self, client_ids: Sequence[str]) -> dict[str, date]:
        first = func.min(orders.c.traded_at, type_=UtcTime())
        found: dict[str, date] = {}
        for piece in chunks(client_ids):
            query = select(orders.c.client_id, first).where(orders.c.client_id.in_(piece)).group_by(orders.c.client_id)
            found.update({row[0]: china_day(row[1]) for row in self.connection.execute(query)})
        return found

    def save(self, client: Client, by: str, now: datetime) -> StoredClient:
        """Create or change a client; an unchanged one gets no new version. Raises ValueError without client id."""
        self.save_many((client,), by, now)
        stored = self.get(client.client_id)
        if stored is None:
            raise NotFound(f"client {client.client_id!r} was not stored")
        return stored

    def save_many(self, batch: Sequence[Client], by: str, now: datetime) -> int:
        """The same for many, set-based (imports, demo); returns how many changed. The last one of an id counts."""
        last = {client.client_id: client for client in batch}
        if "" in last:
            raise ValueError(f"client {last[''].name!r} has no client id; expected its USCC or another id of ours")
        c = clients.c
        known: dict[str, StoredClient] = {}
        for piece in chunks(list(last)):
            rows = self.connection.execute(select(clients).where(c.client_id.in_(piece)).with_for_update())
            known.update({row.client_id: _stored(row) for row in rows})
        fresh: list[dict[str, Any]] = []
        changed: list[dict[str, Any]] = []
        for client_id, client in last.items():
            before = known.get(client_id)
            row = _row(client) | {"changed_by": by, "changed_at": now}
            if before is None:
                fresh.append(row | {"version": 1})
            elif before.client != client:
                changed.append(row | {"version": before.version + 1, "key": client_id})
        insert_rows(self.connection, clients, fresh)
        if changed:
            values: dict[str, Any] = {name: bindparam(name) for name in changed[0] if name not in {"key", "client_id"}}
            moved = clients.update().where(c.client_id == bindparam("key")).values(values)
            self.connection.execute(moved, [{k: v for k, v in row.items() if k != "client_id"} for row in changed])
        versions = [
            {
                "client_id": row["client_id"],
                "version": row["version"],
                "body": canonical(last[row["client_id"]]),
                "changed_at": now,
                "changed_by": by,
            }
            for row in (*fresh, *changed)
        ]
        insert_rows(self.connection, client_versions, versions)
        return len(versions)

    def get(self, client_id: str) -> StoredClient | None:
        """One client."""
        row = self.connection.execute(select(clients).where(clients.c.client_id == client_id)).first()
        return None if row is None else _stored(row)

    def versions(self, client_id: str) -> list[StoredClient]:
        """All versions, oldest first."""
        c = client_versions.c
        query = select(client_versions).where(c.client_id == client_id).order_by(c.version)
        return [
            StoredClient(
                client=_CLIENTS.decode(row.body),
                version=row.version,
                changed_at=row.changed_at,
                changed_by=row.changed_by,
            )
            for row in self.connection.execute(query)
        ]

    def search(self, query: ClientQuery, page: PageRequest | None = None) -> Page[StoredClient]:
        """Clients that meet the filters; sorts: name (default), tier, next_verification_on, changed_at, client_id."""
        c = clients.c
        found = select(clients)
        if query.text:
            exact = (c.client_id == query.text) | (c.uscc == query.text) | (c.customs_code == query.text)
            parts = [
                c.name.icontains(word, autoescape=True) | c.name_en.icontains(word, autoescape=True)
                for word in query.text.split()
            ]
            found = found.where(exact | and_(true(), *parts))
        found = found.where(c.tier == query.tier) if query.tier else found
        found = found.where(c.admission == query.admission) if query.admission else found
        if query.verification_due_before is not None:
            found = found.where(c.next_verification_on < query.verification_due_before)
        sorts = {name: c[name] for name in ("name", "tier", "next_verification_on", "changed_at", "client_id")}
        page = page or PageRequest(descending=False)
        return paged(self.connection, ordered(found, page, sorts, "name"), page, _stored)

    def tier_counts(self) -> Mapping[str, int]:
        """Number of clients per tier ("" = none yet)."""
        query = select(clients.c.tier, func.count()).group_by(clients.c.tier)
        return {row[0]: row[1] for row in self.connection.execute(query)}


def _row(client: Client) -> dict[str, Any]:
    values = {name: getattr(client, name) for name in Client.__slots__}
    return values | {name: "|".join(values[name]) for name in LISTS}


def _client(row: Row[Any]) -> Client:
    values = {name: row._mapping[name] for name in Client.__slots__}
    return Client(**values | {name: _parts(values[name]) for name in LISTS})


def _parts(text: str) -> tuple[str, ...]:
    return tuple(text.split("|")) if text else ()


def _stored(row: Row[Any]) -> StoredClient:
    return StoredClient(client=_client(row), version=row.version, changed_at=row.changed_at, changed_by=row.changed_by)


def _profile(row: Row[Any], first_order_on: date | None) -> ClientProfile:
    client = _client(row)
    return ClientProfile(
        client_id=client.client_id,
        name=client.name,
        uscc=client.uscc,
        tier=client.tier,
        admission=client.admission,
        agreement_valid_to=client.agreement_valid_to,
        next_verification_on=client.next_verification_on,
        region_codes=client.region_codes,
        monthly_capacity=client.monthly_capacity,
        capacity_unit=client.capacity_unit,
        prereviewed_categories=client.prereviewed_categories,
        first_order_on=first_order_on,
    )
