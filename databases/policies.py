"""Policy versions: draft → live → retired, each by its hash; who made it and who else approved it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Index, Table, UniqueConstraint, text

from databases.columns import body, metadata, number, time, words
from risk.policy import Policy

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


class Policies:
    """Policies inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def live(self) -> Policy | None:
        """The policy in force; None before the first. Raises StorageError when the stored hash does not fit."""
        raise NotImplementedError

    def draft(self, policy: Policy, by: str, now: datetime, note: str = "") -> StoredPolicy:
        """Keep a draft. Raises StaleState when (name, version) or the content exists already."""
        raise NotImplementedError

    def publish(self, policy: Policy, by: str, approved_by: str, now: datetime, note: str = "") -> StoredPolicy:
        """Put a policy in force and retire the one before. Raises FourEyesViolated when maker and checker are one.

        The first policy of an installation is published by `system` and approved by `setup`.
        """
        raise NotImplementedError

    def by_hash(self, policy_hash: str) -> StoredPolicy | None:
        """The version with a hash, for replay."""
        raise NotImplementedError

    def all(self) -> list[StoredPolicy]:
        """Every version, newest first."""
        raise NotImplementedError

    def next_version(self, name: str) -> int:
        """The number the next version of a name takes."""
        raise NotImplementedError
