"""The tables of alerts and what an alert looks like to the rest of the product."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Column, Index, Integer, Table, text

from databases.columns import body, metadata, number, row_id, time, words
from risk.findings import Outcome

Disposition = Literal["release", "refuse", "return", "acknowledge"]
"""release 放行 the order may go; refuse 拒单; return 退回 to the client to be revised; acknowledge 已阅 (system)."""

alerts = Table(
    "alerts",
    metadata,
    row_id("alert_id"),
    words("kind"),
    words("state"),
    words("order_id"),
    number("revision", nullable=True),
    words("decision_id"),
    words("client_id"),
    Column("outcome", Integer, nullable=True),
    Column("score", Integer, nullable=True),
    words("subject"),
    body("details"),
    time("created_at"),
    time("due_at"),
    words("assignee"),
    time("assigned_at", nullable=True),
    words("disposition"),
    words("reason_code"),
    words("note"),
    words("proposed_by"),
    time("proposed_at", nullable=True),
    words("closed_by"),
    time("closed_at", nullable=True),
    Index(None, "state", "due_at"),
    Index(None, "assignee", "state"),
    Index(None, "order_id"),
    # one open system alert per kind and subject: a list that stays stale is one work item, not one a minute
    Index(
        "uq_alerts_open_subject",
        "kind",
        "subject",
        unique=True,
        sqlite_where=text("state <> 'closed' AND kind <> 'decision'"),
        postgresql_where=text("state <> 'closed' AND kind <> 'decision'"),
    ),
)

alert_steps = Table(
    "alert_steps",
    metadata,
    row_id(),
    number("alert_id", foreign_key="alerts.alert_id"),
    time("at"),
    words("actor"),
    words("step"),
    body("details"),
    Index(None, "alert_id"),
)

disposition_reasons = Table(
    "disposition_reasons",
    metadata,
    words("code", primary_key=True),
    words("disposition"),
    words("name_zh"),
    words("name_en"),
    number("position"),
    number("retired"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAlert:
    """An alert to raise. `kind`: decision, event_conflict, stale_list, dead_letter, reconciliation ...

    `subject` names what a system alert is about (list id, inbox id); a second open one on the same is not raised.
    """

    kind: str
    due_at: datetime
    subject: str = ""
    order_id: str = ""
    revision: int | None = None
    decision_id: str = ""
    client_id: str = ""
    outcome: Outcome | None = None
    score: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert(NewAlert):
    """An alert as it stands. `state`: open, assigned, proposed or closed."""

    alert_id: int
    state: str
    created_at: datetime
    assignee: str = ""
    assigned_at: datetime | None = None
    disposition: str = ""
    reason_code: str = ""
    note: str = ""
    proposed_by: str = ""
    proposed_at: datetime | None = None
    closed_by: str = ""
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AlertStep:
    """One step in the life of an alert: raised, assigned, reassigned, proposed, approved, rejected, closed ..."""

    alert_id: int
    at: datetime
    actor: str
    step: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertQuery:
    """Filters; empty means any. `states` defaults to everything not closed; `overdue_at` finds due_at before it."""

    states: tuple[str, ...] = ("open", "assigned", "proposed")
    kind: str = ""
    assignee: str = ""
    unassigned: bool = False
    order_id: str = ""
    client_id: str = ""
    outcome: Outcome | None = None
    overdue_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An officer's verdict; `reason_code` out of the predefined reasons of that disposition."""

    disposition: Disposition
    reason_code: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """A predefined reason, Chinese first."""

    code: str
    disposition: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class DispositionCount:
    """How often a reason was used for closed alerts."""

    disposition: str
    reason_code: str
    count: int
