"""Policy versions: draft → live → retired, each by its hash; who made it and who else approved it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, Index, Row, Table, UniqueConstraint, func, select, text

from databases.bulk import upsert
from databases.columns import body, metadata, number, time, words
from databases.errors import FourEyesViolated, StaleState, StorageError
from risk.canonical import canonical
from risk.checks.catalogue import BY_ID
from risk.policy import CustomsPolicy, Policy

# made while one thread imports: the library does not guard the first use of a type against a second thread
_POLICIES = msgspec.json.Decoder(Policy)

policies = Table(
    "policies",
    metadata,
    words("name", primary_key=True),
    number("version", primary_key=True, autoincrement=False),
    words("state"),
    body("body"),
    words("hash"),
    words("made_by"),
    time("made_at"),
    words("approved_by"),
    time("live_from", nullable=True),
    time("retired_at", nullable=True),
    words("note"),
    UniqueConstraint("hash"),
    # at most one policy is in force
    Index(
        "uq_policies_live",
        "state",
        unique=True,
        sqlite_where=text("state = 'live'"),
        postgresql_where=text("state = 'live'"),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPolicy:
    """A version with its life. `state`: draft, live or retired."""

    policy: Policy
    state: str
    hash: str
    made_by: str
    made_at: datetime
    approved_by: str = ""
    live_from: datetime | None = None
    retired_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class _CustomsPart:
    """The one part of a policy that verification against customs needs; absent in policies of older releases."""

    customs: CustomsPolicy = field(default_factory=CustomsPolicy)


_CUSTOMS = msgspec.json.Decoder(_CustomsPart)


class Policies:
    """Policies inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def live(self) -> Policy | None:
        """The policy in force; None before the first. Raises StorageError when the stored hash does not fit."""
        row = self.connection.execute(select(policies).where(policies.c.state == "live")).first()
        return None if row is None else _stored(row).policy

    def live_hash(self) -> str | None:
        """The hash of the policy in force without reading it: the key to cache it by."""
        return self.connection.execute(select(policies.c.hash).where(policies.c.state == "live")).scalar()

    def customs(self) -> tuple[str, CustomsPolicy]:
        """The hash of the policy in force and how exactly it compares with customs; "" and the default before one.

        Reads that part only. Raises StorageError when the stored hash does not fit.
        """
        row = self.connection.execute(select(policies).where(policies.c.state == "live")).first()
        if row is None:
            return "", CustomsPolicy()
        return row.hash, _CUSTOMS.decode(_intact(row)).customs

    def draft(self, policy: Policy, by: str, now: datetime, note: str = "") -> StoredPolicy:
        """Keep a draft. Raises StaleState when (name, version) or the content exists already."""
        return self._insert(policy, {"state": "draft", "made_by": by, "made_at": now, "note": note})

    def publish(self, policy: Policy, by: str, approved_by: str, now: datetime, note: str = "") -> StoredPolicy:
        """Put a policy (a draft or a new one) in force and retire the one before. `by` made it.

        Raises FourEyesViolated when maker and checker are one, or when somebody else made the draft than `by` says.
        The first policy of an installation is published by `system` and approved by `setup`.
        """
        if not by or not approved_by or by == approved_by:
            raise FourEyesViolated(
                f"policy {policy.name} version {policy.version}: made by {by!r}, approved by {approved_by!r}; "
                "a second person has to approve it"
            )
        c = policies.c
        self.connection.execute(policies.update().where(c.state == "live").values(state="retired", retired_at=now))
        stored = self.by_hash(policy.hash)
        if stored is None:
            values = {"state": "live", "made_by": by, "made_at": now, "note": note}
            return self._insert(policy, values | {"approved_by": approved_by, "live_from": now})
        if stored.made_by == approved_by:
            raise FourEyesViolated(f"policy {policy.name} version {policy.version} was made by {approved_by}")
        wanted = (c.hash == policy.hash) & (c.state == "draft")
        values = {"state": "live", "approved_by": approved_by, "live_from": now}
        if not self.connection.execute(policies.update().where(wanted).values(values)).rowcount:
            raise StaleState(
                f"policy {policy.name} version {policy.version} is {stored.state}, no draft; make a new version"
            )
        return replace(stored, state="live", approved_by=approved_by, live_from=now)

    def _insert(self, policy: Policy, values: dict[str, Any]) -> StoredPolicy:
        row = {"name": policy.name, "version": policy.version, "body": canonical(policy), "hash": policy.hash, **values}
        fresh = upsert(self.connection, policies).on_conflict_do_nothing()
        made = self.connection.execute(fresh.values(row).returning(policies)).first()
        if made is None:
            raise StaleState(
                f"policy {policy.name} version {policy.version} exists already, or another version says the same; "
                f"the next free version is {self.next_version(policy.name)}"
            )
        return _stored(made)

    def by_hash(self, policy_hash: str) -> StoredPolicy | None:
        """The version with a hash, for replay."""
        row = self.connection.execute(select(policies).where(policies.c.hash == policy_hash)).first()
        return None if row is None else _stored(row)

    def all(self) -> list[StoredPolicy]:
        """Every version, newest first."""
        query = select(policies).order_by(policies.c.made_at.desc(), policies.c.version.desc())
        return [_stored(row) for row in self.connection.execute(query)]

    def next_version(self, name: str) -> int:
        """The number the next version of a name takes."""
        query = select(func.coalesce(func.max(policies.c.version), 0)).where(policies.c.name == name)
        return int(self.connection.execute(query).scalar_one()) + 1


def _stored(row: Row[Any]) -> StoredPolicy:
    policy = policy_from(_intact(row))
    fields = ("state", "hash", "made_by", "made_at", "approved_by", "live_from", "retired_at", "note")
    return StoredPolicy(policy=policy, **{field: row._mapping[field] for field in fields})


def _intact(row: Row[Any]) -> bytes:
    """The content as it was stored. Its own bytes are hashed: an older release knew fewer parts of a policy."""
    content: bytes = row.body
    found = hashlib.sha256(content).hexdigest()
    if found != row.hash:
        raise StorageError(
            f"policy {row.name} version {row.version}: its content has hash {found[:12]}, stored is "
            f"{row.hash[:12]}; it was changed behind the program's back, restore it from a backup"
        )
    return content


def policy_from(content: bytes) -> Policy:
    """The policy behind its canonical JSON, the checks' parameters in the types their cards declare.

    A part that came with a later release than the content stands at its default.
    """
    decoded = _POLICIES.decode(content)
    settings = {
        check_id: replace(setting, parameters=_typed(setting.parameters, BY_ID[check_id].card.parameters))
        if check_id in BY_ID
        else setting
        for check_id, setting in decoded.checks.items()
    }
    return replace(decoded, checks=settings)


def _typed(given: Mapping[str, Any], declared: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has no decimals and no tuples; a parameter the card no longer knows stays as it came."""
    typed: dict[str, Any] = {}
    for name, value in given.items():
        pattern = declared.get(name)
        if isinstance(pattern, Decimal) and isinstance(value, str):
            typed[name] = Decimal(value)
        else:
            typed[name] = tuple(value) if isinstance(value, list) else value
    return typed
