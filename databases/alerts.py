"""Alerts 预警: the officers' work items, from the machine's decision to the officer's disposition.

open → assigned → proposed → closed. Every step is a conditional UPDATE on the state it starts from, so of two officers
who press at once one succeeds. A release needs a second person whose account is older than the proposal; what keeps
or raises the restriction is closed by one. What the machine refused nobody releases.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, case, func, select

from databases.alert_tables import (
    Alert,
    AlertQuery,
    AlertStep,
    Disposition,
    DispositionCount,
    NewAlert,
    Proposal,
    Reason,
    alert_steps,
    alerts,
    disposition_reasons,
)
from databases.bulk import chunks, insert_rows, upsert, writes
from databases.errors import FourEyesViolated, NotFound, ReleaseForbidden, StaleState
from databases.order_tables import orders
from databases.paging import Page, PageRequest, ordered, paged
from databases.users import users
from risk.canonical import canonical
from risk.findings import Outcome

DECISION = "decision"
GONE = "gone"
"""The disposition of an alarm that closed by itself when its cause was gone."""
ORDER_STATES: Mapping[str, str] = {"release": "released", "refuse": "refused", "return": "returned"}
"""What a disposition makes of its order."""


__all__ = [
    "Alert",
    "AlertQuery",
    "AlertStep",
    "Alerts",
    "Disposition",
    "DispositionCount",
    "NewAlert",
    "Proposal",
    "Reason",
]


class Alerts:
    """The alert queue inside one unit of work. Every change is also an alert step; auditing is the caller's."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def raise_many(self, new: Sequence[NewAlert], now: datetime) -> list[int | None]:
        """Raise alerts in bulk; answers with their ids in the order given, None for a doubled system alert.

        A new order alert takes the place of the unclosed ones of the same order, which close as superseded.
        """
        decided = [place for place, alert in enumerate(new) if alert.kind == DECISION]
        ids: list[int | None] = [None] * len(new)
        if decided:
            self.supersede([new[place].order_id for place in decided], now)
            made = alerts.insert().returning(alerts.c.alert_id, sort_by_parameter_order=True)
            fresh = self.connection.execute(made, [_row(new[place], now) for place in decided]).scalars()
            for place, alert_id in zip(decided, fresh, strict=True):
                ids[place] = alert_id
        once = upsert(self.connection, alerts).on_conflict_do_nothing().returning(alerts.c.alert_id)
        for place, alert in enumerate(new):
            if alert.kind != DECISION:
                ids[place] = self.connection.execute(once.values(_row(alert, now))).scalar()
        return ids

    def add_decided(self, new: Sequence[NewAlert], now: datetime) -> None:
        """Raise the alerts of fresh decisions in bulk; unclosed ones of the same orders were superseded before."""
        insert_rows(self.connection, alerts, [_row(alert, now) for alert in new])

    def supersede(self, order_ids: Sequence[str], now: datetime) -> int:
        """Close unclosed decision alerts of orders that got a new revision or were cancelled; returns how many."""
        c = alerts.c
        closed = 0
        for piece in chunks(list(dict.fromkeys(order_ids))):
            waiting = alerts.update().where(c.order_id.in_(piece), c.kind == DECISION, c.state != "closed")
            values = {"state": "closed", "disposition": "superseded", "closed_at": now, "closed_by": "system"}
            closed += self.connection.execute(waiting.values(values)).rowcount
        return closed

    def alarms(self, kinds: Sequence[str]) -> list[Alert]:
        """The open alerts of these kinds, by kind and subject; at most 100."""
        c = alerts.c
        query = select(alerts).where(c.kind.in_(kinds), c.state != "closed")
        return [_alert(row) for row in self.connection.execute(query.order_by(c.kind, c.subject).limit(100))]

    def dismissed(self, kind: str, since: datetime) -> frozenset[str]:
        """Subjects of a kind whose alarm a person closed since then."""
        c = alerts.c
        closed = (c.kind == kind) & (c.state == "closed") & (c.closed_at >= since) & (c.disposition != GONE)
        return frozenset(self.connection.execute(select(c.subject).where(closed)).scalars())

    def close_gone(self, kind: str, standing: Collection[str], note: str, now: datetime) -> int:
        """Close the alarms of a kind whose subject is not among `standing`: their cause is gone; returns how many."""
        c = alerts.c
        gone = alerts.update().where(c.kind == kind, c.state != "closed", c.subject.not_in(standing))
        values = {"state": "closed", "disposition": GONE, "note": note, "closed_by": "system", "closed_at": now}
        closed = self.connection.execute(gone.values(values).returning(c.alert_id)).scalars().all()
        step = {"at": now, "actor": "system", "step": "closed", "details": canonical({"disposition": GONE})}
        insert_rows(self.connection, alert_steps, [{"alert_id": alert_id, **step} for alert_id in closed])
        return len(closed)

    def get(self, alert_id: int) -> Alert | None:
        """One alert."""
        row = self.connection.execute(select(alerts).where(alerts.c.alert_id == alert_id)).first()
        return None if row is None else _alert(row)

    def steps(self, alert_id: int) -> list[AlertStep]:
        """The life of an alert after it was raised, oldest first."""
        query = select(alert_steps).where(alert_steps.c.alert_id == alert_id).order_by(alert_steps.c.id)
        return [
            AlertStep(
                alert_id=row.alert_id,
                at=row.at,
                actor=row.actor,
                step=row.step,
                details=msgspec.json.decode(row.details, type=dict[str, Any]),
            )
            for row in self.connection.execute(query)
        ]

    def queue(self, query: AlertQuery, page: PageRequest | None = None) -> Page[Alert]:
        """Alerts that meet the filters; sorts: due_at (default, soonest first), created_at, score, outcome."""
        c = alerts.c
        wanted = select(alerts)
        if query.states:
            wanted = wanted.where(c.state.in_(query.states))
        for name in ("kind", "assignee", "order_id", "client_id"):
            if value := getattr(query, name):
                wanted = wanted.where(c[name] == value)
        wanted = wanted.where(c.assignee == "") if query.unassigned else wanted
        wanted = wanted.where(c.outcome == int(query.outcome)) if query.outcome is not None else wanted
        if query.overdue_at is not None:
            wanted = wanted.where(c.due_at < query.overdue_at, c.state != "closed")
        sorts = {name: c[name] for name in ("due_at", "created_at", "score", "outcome", "alert_id")}
        page = page or PageRequest(descending=False)
        return paged(self.connection, ordered(wanted, page, sorts, "due_at"), page, _alert)

    def counts(self, now: datetime) -> Mapping[str, int]:
        """Alerts per state (closed excluded) and, as `overdue`, those past their due time."""
        c = alerts.c
        late = func.sum(case((c.due_at < now, 1), else_=0))
        query = select(c.state, func.count(), late).where(c.state != "closed").group_by(c.state)
        found = {"open": 0, "assigned": 0, "proposed": 0, "overdue": 0}
        for state, count, overdue in self.connection.execute(query):
            found[state] = count
            found["overdue"] += int(overdue)
        return found

    def next_for(self, user: str, now: datetime, after: int | None = None) -> Alert | None:
        """Assign and return the next alert: own assigned work first, then the one due soonest that is free.

        `after` is the alert one is leaving; it is never the answer.
        """
        c = alerts.c
        own = select(alerts).where(c.assignee == user, c.state == "assigned").order_by(c.due_at, c.alert_id)
        own = own if after is None else own.where(c.alert_id != after)
        row = self.connection.execute(own.limit(1)).first()
        if row is not None:
            return _alert(row)
        free = select(c.alert_id).where(c.state == "open").order_by(c.due_at, c.alert_id).limit(1)
        free = free if after is None else free.where(c.alert_id != after)
        if writes(self.connection):
            free = free.with_for_update(skip_locked=True)
        alert_id = self.connection.execute(free).scalar()
        return None if alert_id is None else self.assign(alert_id, user, user, now)

    def assign(self, alert_id: int, user: str, by: str, now: datetime) -> Alert:
        """open → assigned. Raises StaleState, NotFound."""
        values = {"state": "assigned", "assignee": user, "assigned_at": now}
        return self._step(
            alert_id, alerts.c.state == "open", values, AlertStep(alert_id, now, by, "assigned", {"to": user})
        )

    def reassign(self, alert_id: int, user: str, by: str, reason: str, now: datetime) -> Alert:
        """Give assigned work to somebody else. Raises StaleState, NotFound, ValueError without a reason."""
        if not reason.strip():
            raise ValueError(f"alert {alert_id}: giving it to {user} needs a reason")
        details = {"to": user, "reason": reason}
        values = {"assignee": user, "assigned_at": now}
        return self._step(
            alert_id, alerts.c.state == "assigned", values, AlertStep(alert_id, now, by, "reassigned", details)
        )

    def propose(self, alert_id: int, proposal: Proposal, by: str, now: datetime) -> Alert:
        """The assignee's verdict: a release waits as `proposed`, everything else closes at once.

        Raises ReleaseForbidden (refused order), StaleState (not assigned to `by`), NotFound, ValueError (a reason or
        disposition that does not fit).
        """
        alert = self._known(alert_id)
        self._require_fitting(alert, proposal)
        values = {
            "disposition": proposal.disposition,
            "reason_code": proposal.reason_code,
            "note": proposal.note,
            "proposed_by": by,
            "proposed_at": now,
        }
        waits = proposal.disposition == "release"
        values |= {"state": "proposed"} if waits else {"state": "closed", "closed_by": by, "closed_at": now}
        details = {"disposition": proposal.disposition, "reason": proposal.reason_code, "note": proposal.note}
        mine = (alerts.c.state == "assigned") & (alerts.c.assignee == by)
        step = AlertStep(alert_id, now, by, "proposed" if waits else "closed", details)
        changed = self._step(alert_id, mine, values, step)
        if not waits:
            self._settle_order(changed, now)
        return changed

    def approve(self, alert_id: int, by: str, now: datetime) -> Alert:
        """proposed → closed by a second person; only now a held order becomes released.

        Raises FourEyesViolated, StaleState, NotFound.
        """
        self._require_second_person(self._known(alert_id), by)
        values = {"state": "closed", "closed_by": by, "closed_at": now}
        proposed = (alerts.c.state == "proposed") & (alerts.c.proposed_by != by)
        changed = self._step(alert_id, proposed, values, AlertStep(alert_id, now, by, "approved", {}))
        self._settle_order(changed, now)
        return changed

    def reject(self, alert_id: int, by: str, note: str, now: datetime) -> Alert:
        """proposed → assigned again, by a second person. Raises FourEyesViolated, StaleState, NotFound."""
        self._require_second_person(self._known(alert_id), by)
        values = {"state": "assigned", "disposition": "", "reason_code": "", "proposed_by": "", "proposed_at": None}
        proposed = (alerts.c.state == "proposed") & (alerts.c.proposed_by != by)
        return self._step(alert_id, proposed, values, AlertStep(alert_id, now, by, "rejected", {"note": note}))

    def _known(self, alert_id: int) -> Alert:
        found = self.get(alert_id)
        if found is None:
            raise NotFound(f"there is no alert {alert_id}")
        return found

    def _require_fitting(self, alert: Alert, proposal: Proposal) -> None:
        on_order = proposal.disposition in ORDER_STATES
        if on_order != (alert.kind == DECISION):
            kind = "an order's alert" if alert.kind == DECISION else "a system alert"
            raise ValueError(f"alert {alert.alert_id} is {kind}; disposition {proposal.disposition!r} does not fit it")
        known = [reason.code for reason in self.reasons(proposal.disposition)]
        if proposal.reason_code not in known:
            raise ValueError(f"reason {proposal.reason_code!r} for {proposal.disposition}; expected one of {known}")
        if proposal.disposition == "release" and alert.outcome is Outcome.REFUSE:
            raise ReleaseForbidden(
                f"order {alert.order_id} was refused; it can't be released, only a new revision can be judged again"
            )

    def _require_second_person(self, alert: Alert, by: str) -> None:
        if alert.state != "proposed" or alert.proposed_at is None:
            raise StaleState(f"alert {alert.alert_id} is {alert.state}; nothing is proposed (any more)")
        if alert.proposed_by == by:
            raise FourEyesViolated(
                f"alert {alert.alert_id}: {by} made the proposal, another person has to decide on it"
            )
        created = self.connection.execute(select(users.c.created_at).where(users.c.username == by.casefold())).scalar()
        if created is None:
            raise NotFound(f"there is no account {by!r}")
        if created > alert.proposed_at:
            raise FourEyesViolated(
                f"alert {alert.alert_id}: the account {by} was made after the proposal; an older account has to decide"
            )

    def _step(self, alert_id: int, condition: ColumnElement[bool], values: dict[str, Any], step: AlertStep) -> Alert:
        changed = alerts.update().where(alerts.c.alert_id == alert_id, condition).values(values).returning(alerts)
        row = self.connection.execute(changed).first()
        if row is None:
            found = self._known(alert_id)
            whose = f" by {found.assignee}" if found.assignee else ""
            raise StaleState(f"alert {alert_id} is {found.state}{whose}; it can't be {step.step} by {step.actor} now")
        kept = {"alert_id": alert_id, "at": step.at, "actor": step.actor, "step": step.step}
        insert_rows(self.connection, alert_steps, [kept | {"details": canonical(step.details)}])
        return _alert(row)

    def _settle_order(self, alert: Alert, now: datetime) -> None:
        """Move the order, unless a newer revision or a cancellation came in between."""
        state = ORDER_STATES.get(alert.disposition)
        if state is None:
            return
        c = orders.c
        same = (c.order_id == alert.order_id) & (c.revision == alert.revision) & (c.state != "cancelled")
        if alert.disposition == "release":
            same &= c.outcome < int(Outcome.REFUSE)
        if not self.connection.execute(orders.update().where(same).values(state=state, updated_at=now)).rowcount:
            raise StaleState(f"order {alert.order_id} has a newer revision or was cancelled; look at it again")

    def reasons(self, disposition: Disposition | str = "") -> list[Reason]:
        """The predefined reasons in force."""
        c = disposition_reasons.c
        query = select(c.code, c.disposition, c.name_zh, c.name_en).where(c.retired == 0).order_by(c.position)
        query = query.where(c.disposition == disposition) if disposition else query
        return [Reason(*row) for row in self.connection.execute(query)]

    def keep_reasons(self, reasons: Sequence[Reason]) -> None:
        """Make these the reasons in force; one that is gone is retired, not deleted, as old dispositions name it."""
        self.connection.execute(disposition_reasons.update().values(retired=1))
        fresh = upsert(self.connection, disposition_reasons)
        names = ("disposition", "name_zh", "name_en", "position", "retired")
        changed = fresh.on_conflict_do_update(index_elements=["code"], set_={n: fresh.excluded[n] for n in names})
        rows = [
            {
                "code": reason.code,
                "disposition": reason.disposition,
                "name_zh": reason.name_zh,
                "name_en": reason.name_en,
                "position": position,
                "retired": 0,
            }
            for position, reason in enumerate(reasons)
        ]
        self.connection.execute(changed, rows)

    def disposition_counts(self, since: datetime, until: datetime) -> list[DispositionCount]:
        """The report on which reasons were used for alerts closed in a period, most used first."""
        c = alerts.c
        closed = (c.state == "closed") & (c.closed_at >= since) & (c.closed_at < until)
        query = select(c.disposition, c.reason_code, func.count()).where(closed)
        query = query.group_by(c.disposition, c.reason_code)
        return [
            DispositionCount(*row)
            for row in self.connection.execute(query.order_by(func.count().desc(), c.disposition, c.reason_code))
        ]


def _row(alert: NewAlert, now: datetime) -> dict[str, Any]:
    return {
        "kind": alert.kind,
        "state": "open",
        "order_id": alert.order_id,
        "revision": alert.revision,
        "decision_id": alert.decision_id,
        "client_id": alert.client_id,
        "outcome": None if alert.outcome is None else int(alert.outcome),
        "score": alert.score,
        "subject": alert.subject,
        "details": canonical(alert.details),
        "created_at": now,
        "due_at": alert.due_at,
    }


def _alert(row: Row[Any]) -> Alert:
    values = dict(row._mapping)
    outcome = None if row.outcome is None else Outcome(row.outcome)
    details = msgspec.json.decode(row.details, type=dict[str, Any])
    return Alert(**values | {"outcome": outcome, "details": details})
