"""审计 The audit log for the auditor: who did what to which object, and whether the chains hold."""

import json
from dataclasses import dataclass

from fastapi.responses import Response

from databases.audit import AuditQuery
from databases.audit_chain import AuditEntry
from tradewarden.console.filters import PAGE_SIZE, Filters
from tradewarden.console.i18n import TEXTS, Translator
from tradewarden.console.pages.door import At

VALUES = {"outcome": "outcome", "role": "role", "judgement": "judgement", "disposition": "disposition"}


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An audit entry with its details as name and value, in the reader's words."""

    entry: AuditEntry
    details: tuple[tuple[str, str], ...]


def audit(at: At) -> Response:
    filters = Filters(at.request.query_params)
    query = AuditQuery(
        since=filters.moment("since"),
        until=filters.moment("until", end=True),
        actor=filters.text("actor"),
        action=filters.text("action"),
        object_type=filters.text("type"),
        object_id=filters.text("object"),
    )
    verify = filters.choice("verify", ("1",))
    with at.app.database.writing() as uow:
        found = uow.audit.search(query, filters.request(("at",), "-at"))
        streams = uow.audit.streams()
        checkpoints = uow.audit.checkpoints()
        problems = [problem for head in streams for problem in uow.audit.verify(head.stream)] if verify else None
        at.audited(uow, "audit.read", "audit", query=at.request.url.query[:500])
    if (last := filters.beyond(found)) is not None:
        return at.go(f"{at.request.url.path}?{at.query(page=last)}")
    return at.page(
        "audit.html",
        rows=[EntryRow(entry, _details(at.t, entry.details)) for entry in found.items],
        actions=_known(at.t, "action"),
        types=_known(at.t, "object_type"),
        total=found.total,
        size=PAGE_SIZE,
        number=filters.page(),
        sort=filters.sort("-at"),
        values=filters.values,
        streams=streams,
        checkpoint=checkpoints[-1] if checkpoints else None,
        problems=problems,
    )


def _known(t: Translator, family: str) -> list[tuple[str, str]]:
    """Every code of a family of texts with its words, by the words."""
    codes = [key.removeprefix(f"{family}.") for key in TEXTS if key.startswith(f"{family}.")]
    return sorted(((code, t(f"{family}.{code}")) for code in codes), key=lambda pair: pair[1])


def _details(t: Translator, canonical: str) -> tuple[tuple[str, str], ...]:
    values = json.loads(canonical)
    return tuple(
        (t.known("detail", name), t.known(VALUES[name], value) if name in VALUES else _shown(value))
        for name, value in values.items()
        if value not in ("", None, [], {})
    )


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "✓" if value else "–"
    if isinstance(value, dict):
        return ", ".join(f"{name} {part}" for name, part in value.items())
    if isinstance(value, list) and len(value) > 3:
        return f"{', '.join(map(str, value[:3]))} … ({len(value)})"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
