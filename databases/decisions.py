"""Decisions 判定: what the machine said about each revision, with findings and contributions, for ever."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Index, Integer, Table, UniqueConstraint

from databases.columns import body, metadata, number, time, words
from databases.decision_figures import Figures
from databases.paging import Page, PageRequest
from risk.decision import Decision
from risk.findings import Outcome

decisions = Table(
    "decisions",
    metadata,
    words("decision_id", primary_key=True),
    words("order_id"),
    number("revision"),
    words("client_id"),
    time("as_of"),
    time("recorded_at"),
    Column("outcome", Integer, nullable=False),
    Column("score", Integer, nullable=False),
    words("order_class"),
    words("supervision"),
    words("policy"),
    words("policy_hash"),
    body("body"),
    words("body_hash"),
    body("facts"),
    words("facts_hash"),
    UniqueConstraint("order_id", "revision"),
    Index(None, "as_of"),
    Index(None, "client_id", "as_of"),
)

findings = Table(
    "findings",
    metadata,
    words("decision_id", primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    words("check_id"),
    words("status"),
    words("severity"),
    Column("line", Integer, nullable=True),
    words("code"),
    Column("floor", Integer, nullable=False),
    body("seen"),
    Index(None, "check_id", "status"),
)

contributions = Table(
    "contributions",
    metadata,
    words("decision_id", primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    words("check_id"),
    words("status"),
    Column("points", Integer, nullable=False),
    Column("floor", Integer, nullable=False),
    Column("lines", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """A decision to be kept. `facts` is the canonical JSON of the evidence facts, exactly as it shall be hashed."""

    decision: Decision
    client_id: str
    facts: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionSummary:
    """One row of a list of decisions."""

    decision_id: str
    order_id: str
    revision: int
    client_id: str
    as_of: datetime
    recorded_at: datetime
    outcome: Outcome
    score: int
    order_class: str
    supervision: str
    policy: str
    policy_hash: str
    body_hash: str
    facts_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDecision:
    """A decision as recorded: the exact bytes hashed (`body`, `facts`) and the decision decoded from them.

    Decimals among the numbers seen come back as text, as they stand in the canonical JSON.
    """

    summary: DecisionSummary
    decision: Decision
    body: bytes
    facts: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionQuery:
    """Filters; empty means any. `check` finds decisions with a finding of that check, of `status` if given."""

    order_id: str = ""
    client_id: str = ""
    outcome: Outcome | None = None
    check: str = ""
    status: str = ""
    policy_hash: str = ""
    since: datetime | None = None
    until: datetime | None = None


class Decisions:
    """Decisions inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def record(self, batch: Sequence[DecisionRecord], now: datetime) -> None:
        """Keep decisions in bulk and set outcome, score and state of their orders (if still at that revision).

        Findings that passed are in the body only. Raises StaleState when a revision was decided before.
        """
        raise NotImplementedError

    def get(self, decision_id: str) -> StoredDecision | None:
        """One decision."""
        raise NotImplementedError

    def of_order(self, order_id: str) -> list[StoredDecision]:
        """All decisions of an order, oldest revision first."""
        raise NotImplementedError

    def list(self, query: DecisionQuery, page: PageRequest | None = None) -> Page[DecisionSummary]:
        """Decisions that meet the filters; sorts: as_of (default), score, order_id."""
        raise NotImplementedError

    def figures(self, since: datetime, until: datetime, zone: str = "Asia/Shanghai") -> Figures:
        """The workbench's numbers over decisions with since <= as_of < until."""
        raise NotImplementedError
