"""What an error page says in the reader's words: filters and fields by the names they have on the pages."""

from collections.abc import Mapping

from tradewarden.console.i18n import Translator

NAMES: Mapping[str, str] = {
    "action": "audit.action",
    "actor": "audit.actor",
    "admission": "client.admission",
    "assignee": "column.assignee",
    "check": "column.check",
    "class": "column.class",
    "client": "column.client",
    "display_name": "accounts.display_name",
    "due": "client.next_verification",
    "judgement": "order.verdict",
    "login": "login.name",
    "name": "party.name",
    "note": "alerts.note",
    "object": "audit.object",
    "order": "column.order",
    "outcome": "column.outcome",
    "overdue": "workbench.overdue",
    "page": "pages.label",
    "password": "login.password",
    "period": "workbench.period",
    "policy": "column.policy",
    "q": "find.label",
    "reason": "alerts.reason",
    "role": "accounts.role",
    "score": "column.score",
    "since": "filter.since",
    "sort": "filter.sort",
    "state": "column.state",
    "status": "column.answer",
    "tier": "client.tier",
    "type": "audit.type",
    "until": "filter.until",
    "version": "lists.version",
}


def worded(t: Translator, values: Mapping[str, object]) -> dict[str, object]:
    """The values of a message with filters and roles named as on the pages; what has no name stays as it is."""
    said = dict(values)
    where = str(values.get("where", "")).rpartition(".")[2]
    if where in NAMES:
        said["where"] = t(NAMES[where])
    if "role" in values:
        said["role"] = t.known("role", str(values["role"]))
    return said


def explained(t: Translator, status: int, method: str) -> str:
    """What became of the request. Reading changes nothing, so nobody is told that nothing was saved."""
    read = f"error.{status}.read"
    return t(read) if method in {"GET", "HEAD"} and t.has(read) else t(f"error.{status}.text")
