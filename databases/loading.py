"""Loading supervision 监装: the plan of each order, the visits made, and the ratio of supervised declarations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Column, Connection, Date, Index, Integer, Row, Table, case, exists, func, select

from databases.bulk import chunks, insert_rows
from databases.columns import body, metadata, number, row_id, time, words
from databases.errors import NotFound
from databases.order_tables import orders
from risk.canonical import canonical
from risk.decision import SupervisionPlan

LATE = timedelta(hours=72)

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
    Column("late", Integer, nullable=False),
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
        insert_rows(
            self.connection,
            supervision_plans,
            [
                {
                    "order_id": planned.order_id,
                    "revision": planned.revision,
                    "decision_id": planned.decision_id,
                    "client_id": planned.client_id,
                    "tier": planned.tier,
                    "kind": planned.plan.kind,
                    "reason": planned.plan.reason,
                    "order_class": planned.plan.order_class,
                    "draw": canonical(planned.plan.draw),
                    "declared_on": planned.declared_on,
                    "planned_at": planned.planned_at,
                    "assigned_to": planned.assigned_to,
                }
                for planned in plans
            ],
        )

    def plan_of(self, order_id: str) -> PlannedSupervision | None:
        """The plan of the highest revision."""
        c = supervision_plans.c
        query = select(supervision_plans).where(c.order_id == order_id).order_by(c.revision.desc()).limit(1)
        row = self.connection.execute(query).first()
        return None if row is None else _planned(row)

    def assign(self, order_id: str, supervisor: str) -> None:
        """Name the supervisor of the latest plan. Raises NotFound."""
        c = supervision_plans.c
        latest = select(func.max(c.revision)).where(c.order_id == order_id).scalar_subquery()
        moved = supervision_plans.update().where(c.order_id == order_id, c.revision == latest)
        if not self.connection.execute(moved.values(assigned_to=supervisor)).rowcount:
            raise NotFound(f"order {order_id} has no supervision plan")

    def add_record(self, record: SupervisionRecord) -> int:
        """Keep a supervision record; returns its id. Raises ValueError when it ends before it starts."""
        if record.ended_at < record.started_at:
            raise ValueError(
                f"supervision of {record.order_id}: ended {record.ended_at.isoformat()} before it started "
                f"{record.started_at.isoformat()}; correct one of the two"
            )
        row = {name: getattr(record, name) for name in SupervisionRecord.__slots__}
        row |= {"on_site": int(record.on_site), "accepted": int(record.accepted)}
        row |= {"late": int(record.recorded_at - record.ended_at > LATE)}
        made = self.connection.execute(supervision_records.insert().values(row).returning(supervision_records.c.id))
        return int(made.scalar_one())

    def records(self, order_id: str) -> list[SupervisionRecord]:
        """The records of an order, oldest first."""
        c = supervision_records.c
        query = select(supervision_records).where(c.order_id == order_id).order_by(c.started_at, c.id)
        found = []
        for row in self.connection.execute(query):
            values = {name: row._mapping[name] for name in SupervisionRecord.__slots__}
            found.append(SupervisionRecord(**values | {"on_site": bool(row.on_site), "accepted": bool(row.accepted)}))
        return found

    def assigned(self, order_ids: Sequence[str]) -> dict[str, bool]:
        """Per planned order: is a supervisor named in its latest plan."""
        c = supervision_plans.c
        found: dict[str, bool] = {}
        for piece in chunks(order_ids):
            query = select(c.order_id, c.assigned_to).where(c.order_id.in_(piece)).order_by(c.order_id, c.revision)
            found.update({row[0]: bool(row[1]) for row in self.connection.execute(query)})
        return found

    def ratio(self, since: date, until: date) -> SupervisionRatio:
        """Over declarations with since <= declared_on < until; cancelled and refused orders are no declarations.

        Counted is the plan of the revision in force, so a revised order counts once.
        """
        p, r = supervision_plans.c, supervision_records.c
        watched = exists().where(r.order_id == p.order_id, r.on_site == 1, r.accepted == 1, r.late == 0)
        in_force = (orders.c.order_id == p.order_id) & (orders.c.revision == p.revision)
        query = (
            select(
                func.count(),
                func.coalesce(func.sum(case((watched, 1), else_=0)), 0),
                func.coalesce(func.sum(case((p.kind.in_(("on_site", "sampled")), 1), else_=0)), 0),
            )
            .select_from(supervision_plans.join(orders, in_force))
            .where(p.declared_on >= since, p.declared_on < until, orders.c.state.not_in(("cancelled", "refused")))
        )
        declarations, supervised, planned = self.connection.execute(query).one()
        return SupervisionRatio(
            since=since, until=until, declarations=declarations, supervised=int(supervised), planned=int(planned)
        )


def _planned(row: Row[Any]) -> PlannedSupervision:
    plan = SupervisionPlan(
        kind=row.kind,
        reason=row.reason,
        order_class=row.order_class,
        draw=msgspec.json.decode(row.draw, type=dict[str, str]),
    )
    names = ("order_id", "revision", "decision_id", "client_id", "tier", "declared_on", "planned_at", "assigned_to")
    return PlannedSupervision(plan=plan, **{name: row._mapping[name] for name in names})
