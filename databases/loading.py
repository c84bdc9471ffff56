"""Loading supervision 监装: the plan of each order, the visits made, and the ratio of supervised declarations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Column, Connection, Date, Index, Integer, Table

from databases.columns import body, metadata, number, row_id, time, words
from risk.decision import SupervisionPlan

supervision_plans = Table(
    "supervision_plans",
    metadata,
    words("order_id", primary_key=True),
    number("revision", primary_key=True, autoincrement=False),
    words("decision_id"),
    words("client_id"),
    words("tier"),
    words("kind"),
    words("reason"),
    words("order_class"),
    body("draw"),
    Column("declared_on", Date, nullable=False),
    time("planned_at"),
    words("assigned_to"),
    Index(None, "declared_on"),
)

supervision_records = Table(
    "supervision_records",
    metadata,
    row_id(),
    words("order_id"),
    words("supervisor"),
    Column("on_site", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    time("started_at"),
    time("ended_at"),
    time("recorded_at"),
    words("note"),
    Index(None, "order_id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSupervision:
    """A plan with what it belongs to. `declared_on` is the day whose period the declaration counts in."""

    order_id: str
    revision: int
    decision_id: str
    client_id: str
    tier: str
    declared_on: date
    planned_at: datetime
    plan: SupervisionPlan
    assigned_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionRecord:
    """A loading that was watched. Only an accepted on-site record counts; a late one (> 72 h) never does."""

    order_id: str
    supervisor: str
    on_site: bool
    accepted: bool
    started_at: datetime
    ended_at: datetime
    recorded_at: datetime
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisionRatio:
    """Declarations with an accepted on-site supervision over all of the period (handbook 08 §4).

    `planned` counts those whose plan in force is on_site or sampled. `ratio` is None without declarations.
    """

    since: date
    until: date
    declarations: int
    supervised: int
    planned: int

    @property
    def ratio(self) -> Decimal | None:
        return Decimal(self.supervised) / Decimal(self.declarations) if self.declarations else None

    @property
    def planned_ratio(self) -> Decimal | None:
        return Decimal(self.planned) / Decimal(self.declarations) if self.declarations else None


class Loadings:
    """Loading supervision inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def plan(self, plans: Sequence[PlannedSupervision]) -> None:
        """Keep plans in bulk, one per order and revision."""
        raise NotImplementedError

    def plan_of(self, order_id: str) -> PlannedSupervision | None:
        """The plan of the highest revision."""
        raise NotImplementedError

    def assign(self, order_id: str, supervisor: str) -> None:
        """Name the supervisor of the latest plan. Raises NotFound."""
        raise NotImplementedError

    def add_record(self, record: SupervisionRecord) -> int:
        """Keep a supervision record; returns its id."""
        raise NotImplementedError

    def records(self, order_id: str) -> list[SupervisionRecord]:
        """The records of an order, oldest first."""
        raise NotImplementedError

    def assigned(self, order_ids: Sequence[str]) -> dict[str, bool]:
        """Per planned order: is a supervisor named."""
        raise NotImplementedError

    def ratio(self, since: date, until: date) -> SupervisionRatio:
        """Over declarations with since <= declared_on < until; cancelled and refused orders are no declarations."""
        raise NotImplementedError
