"""One alert: the grounds, the verdict with a predefined reason, and the second person's approval."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Form
from fastapi.responses import Response

from databases.alert_tables import Alert, Reason
from databases.errors import FourEyesViolated, StaleState
from databases.unit_of_work import UnitOfWork
from databases.users import User
from tradewarden.auth.permissions import Action
from tradewarden.auth.refusals import Refused
from tradewarden.console import order_grounds
from tradewarden.console.alarm_words import moves, sentence
from tradewarden.console.desk import Desk
from tradewarden.console.formats import local
from tradewarden.console.pages.alerts import fitting, proposal_of, propose_in, reason_names, row
from tradewarden.console.pages.door import At, Id
from tradewarden.console.pages.order import list_names
from tradewarden.console.pages.overtaken import Attempt, proposed_already, settled
from tradewarden.console.tiers import profiles_of

GROUNDS_SHOWN = 12


def alert(at: At, alert_id: Id) -> Response:
    with at.app.database.writing() as uow:
        found = _found(uow, alert_id)
        at.audited(uow, "alert.read", "alert", str(alert_id), order=found.order_id)
        steps = uow.alerts.steps(alert_id)
        reasons = uow.alerts.reasons()
        decided = uow.decisions.get(found.decision_id) if found.decision_id else None
        order = uow.orders.get(found.order_id) if found.order_id else None
        client = profiles_of(uow, [found.client_id], local(at.now).date()).get(found.client_id)
    reader = order_grounds.Reader(at.app.explainer, at.t, list_names())
    speaking = order_grounds.finding_rows(decided.decision, reader).speaking if decided else ()
    return at.page(
        "alert.html",
        row=row(at, found, client),
        alert=found,
        said=sentence(at.t, found),
        moves=moves(at.t, found),
        steps=steps,
        order=order.summary if order else None,
        no_grounds=order_grounds.no_grounds(decided.decision if decided else None),
        findings=speaking[:GROUNDS_SHOWN],
        more=max(0, len(speaking) - GROUNDS_SHOWN),
        reasons=reason_names(at, reasons),
        choices=_choices(found, reasons),
        mine=found.assignee == at.username,
        may_work=at.can(Action.ALERTS_WORK),
        may_approve=at.can(Action.RELEASE_APPROVE)
        and found.proposed_by != at.username
        and not _younger(at.user, found),
        younger=at.can(Action.RELEASE_APPROVE) and _younger(at.user, found),
    )


def _choices(found: Alert, reasons: Sequence[Reason]) -> list[tuple[str, list[Reason]]]:
    """The predefined reasons by disposition; no release for what the machine refused, only notes for the system's."""
    grouped = [(word, [reason for reason in reasons if reason.disposition == word]) for word in fitting(found)]
    return [(word, group) for word, group in grouped if group]


def propose(
    at: At,
    alert_id: Id,
    reason: Annotated[str, Form(max_length=60)] = "",
    note: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    with at.app.database.reading() as uow:
        chosen = next((one for one in uow.alerts.reasons() if one.code == reason), None)
    if chosen is None:
        raise Refused(422, "alerts.reason_wanted")
    proposal = proposal_of(chosen, note)
    done = "proposed" if chosen.disposition == "release" else "closed"
    try:
        with at.app.database.writing() as uow:
            propose_in(at, uow, _found(uow, alert_id), proposal)
    except StaleState as error:
        same = Attempt(
            alert_id=alert_id,
            repeated=lambda one: proposed_already(one, proposal, at.username),
            done=done,
            note=proposal.note,
        )
        return settled(at, same, error)
    return at.go(f"/alerts/{alert_id}", done)


def approve(at: At, alert_id: Id) -> Response:
    try:
        with at.app.database.writing() as uow:
            found = _found(uow, alert_id)
            _second_person(at, uow, found)
            uow.alerts.approve(alert_id, at.username, at.now)
            at.audited(
                uow, "alert.approved", "alert", str(alert_id), order=found.order_id, proposed_by=found.proposed_by
            )
    except StaleState as error:
        same = Attempt(
            alert_id=alert_id,
            repeated=lambda one: (one.state, one.disposition, one.closed_by) == ("closed", "release", at.username),
            done="approved",
        )
        return settled(at, same, error)
    return at.go(f"/alerts/{alert_id}", "approved")


def reject(at: At, alert_id: Id, note: Annotated[str, Form(max_length=1000)] = "") -> Response:
    reason = note.strip()
    if not reason:
        raise Refused(422, "alerts.note_wanted")
    try:
        with at.app.database.writing() as uow:
            found = _found(uow, alert_id)
            _second_person(at, uow, found)
            uow.alerts.reject(alert_id, at.username, reason, at.now)
            at.audited(uow, "alert.rejected", "alert", str(alert_id), reason=reason, order=found.order_id)
    except StaleState as error:
        same = Attempt(alert_id=alert_id, repeated=lambda one: _rejected(at, one, reason), done="rejected", note=reason)
        return settled(at, same, error)
    return at.go(f"/alerts/{alert_id}", "rejected")


def _rejected(at: Desk, found: Alert, note: str) -> bool:
    """Whether the alert's last step is this person's rejection with this reason."""
    with at.app.database.reading() as uow:
        last = uow.alerts.steps(found.alert_id)[-1:]
    said = [(step.step, step.actor, step.details.get("note")) for step in last]
    return found.state == "assigned" and said == [("rejected", at.username, note)]


def _second_person(at: Desk, uow: UnitOfWork, found: Alert) -> None:
    """Maker is not checker: said here in words, and enforced again where the state changes."""
    user = uow.users.get(at.username)
    if found.proposed_by == at.username:
        raise FourEyesViolated(f"alert {found.alert_id}: {at.username} proposed the release and can't approve it")
    if _younger(user, found):
        raise FourEyesViolated(f"alert {found.alert_id}: the account {at.username} is younger than the proposal")


def _younger(user: User | None, found: Alert) -> bool:
    """Whether the account was made after the proposal, or at the same moment."""
    return user is None or (found.proposed_at is not None and user.created_at >= found.proposed_at)


def _found(uow: UnitOfWork, alert_id: int) -> Alert:
    found = uow.alerts.get(alert_id)
    if found is None:
        raise Refused(404, "alerts.unknown", {"seen": alert_id})
    return found
