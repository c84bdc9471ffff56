"""An alert that is not as an action wants it: the same person's repeat is answered as done, else who was quicker."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi.responses import Response

from databases.alert_tables import Alert, Proposal
from databases.errors import StaleState
from tradewarden.auth.refusals import Refused
from tradewarden.console.desk import Desk
from tradewarden.console.formats import moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What somebody wanted of an alert. `repeated` tells whether it stands as this would have left it.

    `done` is the notice of success; `note` the text they wrote, which must not be lost.
    """

    alert_id: int
    repeated: Callable[[Alert], bool]
    done: str = ""
    note: str = ""


def settled(at: Desk, attempt: Attempt, error: StaleState) -> Response:
    """The answer after `error`. To be called when the failed transaction is over: it reads what is really there."""
    with at.app.database.reading() as uow:
        found = uow.alerts.get(attempt.alert_id)
    if found is None:
        raise error
    if attempt.repeated(found):
        return at.go(f"/alerts/{found.alert_id}", attempt.done)
    waits = found.state == "proposed" and attempt.done in {"approved", "rejected"}
    if waits or (found.state == "assigned" and found.assignee == at.username):
        raise error  # the alert is as the action wants it, so its order is what moved
    problem = overtaken(found)
    return at.page("overtaken.html", 409, alert=found, problem=problem, note=attempt.note)


def overtaken(alert: Alert) -> Refused:
    """Who did what with the alert, and when (Shanghai)."""
    by = {
        "assigned": ("overtaken.assigned", alert.assignee, alert.assigned_at),
        "proposed": ("overtaken.proposed", alert.proposed_by, alert.proposed_at),
        "closed": ("overtaken.closed", alert.closed_by, alert.closed_at),
    }
    key, who, when = by.get(alert.state, ("overtaken.open", "", None))
    if alert.disposition == "superseded":
        key = "overtaken.superseded"
    return Refused(409, key, {"seen": alert.alert_id, "who": who, "when": moment(when)})


def proposed_already(alert: Alert, proposal: Proposal, by: str) -> bool:
    """Whether this very verdict of this person stands."""
    said = (alert.proposed_by, alert.disposition, alert.reason_code, alert.note)
    given = (by, proposal.disposition, proposal.reason_code, proposal.note)
    return alert.state in {"proposed", "closed"} and said == given
