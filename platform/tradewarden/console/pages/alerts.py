"""预警 The alert queue: filters, due times, next, taking and reassigning, and the same verdict on alike alerts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Form
from fastapi.responses import Response
from pydantic import Field

from databases.alert_tables import Alert, AlertQuery, Disposition, Proposal, Reason
from databases.errors import ReleaseForbidden, StaleState
from databases.paging import PageRequest
from databases.unit_of_work import UnitOfWork
from risk.canonical import digest
from risk.facts import ClientProfile
from risk.findings import Outcome
from tradewarden.auth.refusals import Refused
from tradewarden.console.alarm_words import MoveWords, moves
from tradewarden.console.desk import Desk
from tradewarden.console.filters import PAGE_SIZE, Filters
from tradewarden.console.formats import local
from tradewarden.console.i18n import Translator
from tradewarden.console.pages.door import LARGEST_ID, At, Id
from tradewarden.console.pages.overtaken import Attempt, overtaken, proposed_already, settled
from tradewarden.console.tiers import profiles_of
from tradewarden.pipeline.moved_while_held import STOPPING, alarm_moved

SORTS = ("due_at", "created_at", "score", "outcome")
DEFAULT_SORT = "due_at"
WAITING = ("open", "assigned")
STATES: Mapping[str, tuple[str, ...]] = {
    "waiting": WAITING,
    "open": ("open",),
    "assigned": ("assigned",),
    "proposed": ("proposed",),
    "active": (*WAITING, "proposed"),
    "closed": ("closed",),
}
"""What the choices of the state filter stand for; the first is the queue as it opens."""
MINE, FREE = "me", "free"
BULK_LIMIT = 100
DISPOSITIONS = ("release", "return", "refuse", "acknowledge")


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """An alert in the queue. `left` says how long it still has or how long it is overdue; `alike` groups equals.

    `fits` are the dispositions it can get, separated by blanks.
    """

    alert: Alert
    client: ClientProfile | None
    overdue: bool
    left: str
    alike: str
    fits: str
    moves: tuple[MoveWords, ...] = ()


def row(at: Desk, alert: Alert, client: ClientProfile | None) -> AlertRow:
    overdue = alert.state != "closed" and alert.due_at <= at.now
    left = span(at.t, (alert.due_at - at.now).total_seconds())
    return AlertRow(
        alert=alert,
        client=client,
        overdue=overdue,
        left=left,
        alike=alike_key(alert),
        fits=" ".join(fitting(alert)),
        moves=moves(at.t, alert),
    )


def span(t: Translator, seconds: float) -> str:
    """How long, in the reader's words: minutes, hours and minutes, or from two days on days and hours."""
    minutes = int(abs(seconds) // 60)
    if minutes < 60:
        return t("span.minutes", m=minutes)
    if minutes < 48 * 60:
        return t("span.hours", h=minutes // 60, m=minutes % 60)
    return t("span.days", d=minutes // 1440, h=minutes % 1440 // 60)


def fitting(alert: Alert) -> tuple[str, ...]:
    """The dispositions an alert can get: orders are not merely read, and what the machine refused is not released."""
    if alert.kind != "decision":
        return ("acknowledge",)
    return ("return", "refuse") if alert.outcome is Outcome.REFUSE else ("release", "return", "refuse")


def alike_key(alert: Alert) -> str:
    """Alerts are alike when the same checks led to the same outcome (or, for system alerts, the same kind)."""
    grounds = alert.details.get("checks", ())
    checks = sorted(map(str, grounds)) if isinstance(grounds, list | tuple) else []
    return digest([alert.kind, alert.outcome, checks])[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A bulk verdict as it was sent, to be shown again with what was wrong with it."""

    numbers: Sequence[int] = ()
    reason: str = ""
    note: str = ""
    problem: Refused | None = None


def queue(at: At) -> Response:
    return _queue(at, Selection())


def _queue(at: Desk, chosen: Selection) -> Response:
    filters = Filters(at.request.query_params)
    assignee = filters.choice("assignee", (MINE, FREE))
    # overdue counts everything unclosed; the other counts leave out what waits for a second person
    state = filters.choice("state", tuple(STATES)) or ("active" if filters.text("overdue") else "waiting")
    query = AlertQuery(
        states=STATES[state],
        kind=filters.text("kind"),
        assignee=at.username if assignee == MINE else "",
        unassigned=assignee == FREE,
        client_id=filters.text("client"),
        order_id=filters.text("order"),
        outcome=filters.outcome(),
        overdue_at=at.now if filters.choice("overdue", ("1",)) else None,
    )
    with at.app.database.writing() as uow:
        found = uow.alerts.queue(query, filters.request(SORTS, DEFAULT_SORT))
        clients = profiles_of(uow, (alert.client_id for alert in found.items), local(at.now).date())
        reasons = uow.alerts.reasons()
        counts = uow.alerts.counts(at.now)
        mine = uow.alerts.queue(AlertQuery(states=WAITING, assignee=at.username), PageRequest(limit=1)).total
        at.audited(uow, "alerts.listed", "alert_list", query=at.request.url.query[:500], alerts=_ids(found.items))
    rows = [row(at, alert, clients.get(alert.client_id)) for alert in found.items]
    return at.page(
        "alerts.html",
        chosen.problem.status if chosen.problem else 200,
        rows=rows,
        chosen=chosen,
        dispositions=[word for word in DISPOSITIONS if any(word in one.fits.split() for one in rows)],
        total=found.total,
        size=PAGE_SIZE,
        number=filters.page(),
        sort=filters.sort(DEFAULT_SORT),
        values=filters.values,
        state=state,
        states=list(STATES),
        reasons=reasons,
        counts=counts,
        mine=mine,
    )


def approvals(at: At) -> Response:
    """What waits for a second person, one's own proposals marked."""
    filters = Filters(at.request.query_params)
    with at.app.database.writing() as uow:
        found = uow.alerts.queue(AlertQuery(states=("proposed",)), filters.request(SORTS, DEFAULT_SORT))
        clients = profiles_of(uow, (alert.client_id for alert in found.items), local(at.now).date())
        reasons = reason_names(at, uow.alerts.reasons())
        at.audited(uow, "alerts.listed", "alert_list", query="state=proposed", alerts=_ids(found.items))
    rows = [row(at, alert, clients.get(alert.client_id)) for alert in found.items]
    return at.page(
        "approvals.html", rows=rows, reasons=reasons, total=found.total, size=PAGE_SIZE, number=filters.page()
    )


def _ids(alerts: Sequence[Alert]) -> list[int]:
    return [alert.alert_id for alert in alerts]


def reason_names(at: Desk, reasons: Sequence[Reason]) -> Mapping[str, str]:
    return {reason.code: at.t.pick(reason.name_zh, reason.name_en) for reason in reasons}


def take_next(at: At, after: Annotated[int | None, Form(ge=0, le=LARGEST_ID)] = None) -> Response:
    """Lead to the next work item; `after` is the one being left, to which one returns when there is no other."""
    with at.app.database.writing() as uow:
        alert = uow.alerts.next_for(at.username, at.now, after)
        if alert is not None:
            at.audited(uow, "alert.assigned", "alert", str(alert.alert_id), order=alert.order_id)
        left = uow.alerts.get(after) if after is not None else None
    if alert is not None:
        return at.go(f"/alerts/{alert.alert_id}")
    if left is not None and (left.state, left.assignee) == ("assigned", at.username):
        return at.go(f"/alerts/{left.alert_id}", "no_other")
    return at.go("/alerts", "queue_empty")


def take(at: At, alert_id: Id) -> Response:
    try:
        with at.app.database.writing() as uow:
            alert = uow.alerts.assign(alert_id, at.username, at.username, at.now)
            at.audited(uow, "alert.assigned", "alert", str(alert_id), order=alert.order_id)
    except StaleState as error:
        return settled(at, Attempt(alert_id=alert_id, repeated=lambda one: _has(at, one)), error)
    return at.go(f"/alerts/{alert_id}")


def reassign(at: At, alert_id: Id, reason: Annotated[str, Form(max_length=300)] = "") -> Response:
    """Take over somebody else's work, with a reason."""
    why = reason.strip()
    if not why:
        raise Refused(422, "alerts.reason_wanted")
    try:
        with at.app.database.writing() as uow:
            found = uow.alerts.get(alert_id)
            if found is not None and _has(at, found):
                return at.go(f"/alerts/{alert_id}", "reassigned")
            alert = uow.alerts.reassign(alert_id, at.username, at.username, why, at.now)
            at.audited(uow, "alert.reassigned", "alert", str(alert_id), reason=why, order=alert.order_id)
    except StaleState as error:
        same = Attempt(alert_id=alert_id, repeated=lambda one: _has(at, one), done="reassigned", note=why)
        return settled(at, same, error)
    return at.go(f"/alerts/{alert_id}", "reassigned")


def _has(at: Desk, alert: Alert) -> bool:
    return (alert.state, alert.assignee) == ("assigned", at.username)


def bulk_page(at: At) -> Response:
    """Where a reload or a change of language after a refused bulk verdict leads: the queue with its filters."""
    return at.go("/alerts" + (f"?{at.request.url.query}" if at.request.url.query else ""))


def bulk(
    at: At,
    alert: Annotated[list[Annotated[int, Field(ge=0, le=LARGEST_ID)]], Form(max_length=BULK_LIMIT)],
    reason: Annotated[str, Form(max_length=60)] = "",
    note: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """One verdict on several alike alerts, in one transaction: all of them or none."""
    numbers = tuple(dict.fromkeys(alert))
    try:
        with at.app.database.writing() as uow:
            chosen = _reason(uow, reason)
            for one in _alike(uow, numbers):
                _dispose(at, uow, one, proposal_of(chosen, note))
    except Refused as problem:
        return _queue(at, Selection(numbers=numbers, reason=reason, note=note, problem=problem))
    return at.go("/alerts", "proposed" if chosen.disposition == "release" else "closed")


def _alike(uow: UnitOfWork, numbers: Sequence[int]) -> list[Alert]:
    found = [uow.alerts.get(number) for number in numbers]
    known = [one for one in found if one is not None]
    if len(known) < len(found):
        missing = next(number for number, one in zip(numbers, found, strict=True) if one is None)
        raise Refused(404, "alerts.unknown", {"seen": missing})
    if len({alike_key(one) for one in known}) > 1:
        raise Refused(422, "alerts.not_alike", {"seen": len(known)})
    return known


def _dispose(at: Desk, uow: UnitOfWork, alert: Alert, proposal: Proposal) -> None:
    if proposed_already(alert, proposal, at.username):
        return
    try:
        propose_in(at, uow, alert, proposal)
    except StaleState as error:
        raise overtaken(uow.alerts.get(alert.alert_id) or alert) from error


def proposal_of(reason: Reason, note: str) -> Proposal:
    """The verdict a predefined reason stands for."""
    return Proposal(disposition=cast("Disposition", reason.disposition), reason_code=reason.code, note=note.strip())


def propose_in(at: Desk, uow: UnitOfWork, alert: Alert, proposal: Proposal) -> Alert:
    """Take a free alert and give the verdict.

    Raises StaleState when somebody else has it, Refused 409 when a release was asked of what the machine refused.
    """
    try:
        if alert.state == "open":
            uow.alerts.assign(alert.alert_id, at.username, at.username, at.now)
        done = uow.alerts.propose(alert.alert_id, proposal, at.username, at.now)
    except ReleaseForbidden as error:
        raise Refused(409, "storage.release_forbidden") from error
    except ValueError as error:
        raise Refused(422, "alerts.bad_reason", {"seen": proposal.reason_code}) from error
    if proposal.disposition in STOPPING:
        alarm_moved(uow, [alert.order_id], at.username, at.now)
    at.audited(
        uow,
        "alert.proposed" if done.state == "proposed" else "alert.closed",
        "alert",
        str(alert.alert_id),
        reason=proposal.reason_code,
        order=alert.order_id,
        disposition=proposal.disposition,
        note=proposal.note,
    )
    return done


def _reason(uow: UnitOfWork, code: str) -> Reason:
    found = next((reason for reason in uow.alerts.reasons() if reason.code == code), None)
    if found is None:
        raise Refused(422, "alerts.reason_wanted")
    return found
