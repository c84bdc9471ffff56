"""Alerts 预警: the officers' work items, from the machine's decision to the officer's disposition.

open → assigned → proposed → closed. Every step is a conditional UPDATE on the state it starts from, so of two officers
who press at once one succeeds. A release needs a second person whose account is older than the proposal; what keeps
or raises the restriction is closed by one. What the machine refused nobody releases.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Column, Connection, Index, Integer, Table, text

from databases.columns import body, metadata, number, row_id, time, words
from databases.paging import Page, PageRequest
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
    number("alert_id"),
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


@dataclass(frozen=True, slots=True, kw_only=True)
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


class Alerts:
    """The alert queue inside one unit of work. Every change is also an alert step; auditing is the caller's."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def raise_many(self, new: Sequence[NewAlert], now: datetime) -> int:
        """Raise alerts in bulk; returns how many were raised (a doubled system alert is not)."""
        raise NotImplementedError

    def supersede(self, order_ids: Sequence[str], now: datetime) -> int:
        """Close unclosed decision alerts of orders that got a new revision; returns how many."""
        raise NotImplementedError

    def get(self, alert_id: int) -> Alert | None:
        """One alert."""
        raise NotImplementedError

    def steps(self, alert_id: int) -> list[AlertStep]:
        """The life of an alert, oldest first."""
        raise NotImplementedError

    def queue(self, query: AlertQuery, page: PageRequest | None = None) -> Page[Alert]:
        """Alerts that meet the filters; sorts: due_at (default, soonest first), created_at, score, outcome."""
        raise NotImplementedError

    def counts(self, now: datetime) -> Mapping[str, int]:
        """Alerts per state (closed excluded) and, as `overdue`, those past their due time."""
        raise NotImplementedError

    def next_for(self, user: str, now: datetime) -> Alert | None:
        """Assign and return the next alert: own open work first, then the one due soonest that is free."""
        raise NotImplementedError

    def assign(self, alert_id: int, user: str, by: str, now: datetime) -> Alert:
        """open → assigned. Raises StaleState, NotFound."""
        raise NotImplementedError

    def reassign(self, alert_id: int, user: str, by: str, reason: str, now: datetime) -> Alert:
        """Give assigned work to somebody else, with a reason. Raises StaleState, ValueError without reason."""
        raise NotImplementedError

    def propose(self, alert_id: int, proposal: Proposal, by: str, now: datetime) -> Alert:
        """The assignee's verdict: a release waits as `proposed`, everything else closes at once.

        Raises ReleaseForbidden (refused order), StaleState (not assigned to `by`), ValueError (unknown reason).
        """
        raise NotImplementedError

    def approve(self, alert_id: int, by: str, now: datetime) -> Alert:
        """proposed → closed by a second person; only now a held order becomes released.

        Raises FourEyesViolated, StaleState.
        """
        raise NotImplementedError

    def reject(self, alert_id: int, by: str, note: str, now: datetime) -> Alert:
        """proposed → assigned again, by a second person. Raises FourEyesViolated, StaleState."""
        raise NotImplementedError

    def reasons(self, disposition: str = "") -> list[Reason]:
        """The predefined reasons in force."""
        raise NotImplementedError

    def disposition_counts(self, since: datetime, until: datetime) -> list[DispositionCount]:
        """The report on which reasons were used for alerts closed in a period, most used first."""
        raise NotImplementedError
