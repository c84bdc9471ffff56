"""审计 The audit log for the auditor, and 死信 the dead letters: what could not be read, with its raw bytes."""

import json
from dataclasses import dataclass

from fastapi.responses import Response

from databases.audit import AuditQuery
from databases.audit_chain import AuditEntry
from integrations.errors import printable
from tradewarden.auth.refusals import Refused
from tradewarden.console.filters import PAGE_SIZE, Filters
from tradewarden.console.i18n import TEXTS, Translator
from tradewarden.console.pages.door import At, Id

RAW_SHOWN = 20_000
LETTER_STATES = ("open", "replayed", "discarded")
VALUES = {"outcome": "outcome", "role": "role", "judgement": "judgement", "disposition": "disposition"}
LETTER_SORTS = ("received_at",)


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


def dead_letters(at: At) -> Response:
    filters = Filters(at.request.query_params)
    state = filters.choice("state", (*LETTER_STATES, "all")) or "open"
    with at.app.database.writing() as uow:
        found = uow.dead_letters.list("" if state == "all" else state, filters.request(LETTER_SORTS, "-received_at"))
        at.audited(uow, "dead_letters.listed", "dead_letter", letters=[letter.letter_id for letter in found.items])
    if (last := filters.beyond(found)) is not None:
        return at.go(f"{at.request.url.path}?{at.query(page=last)}")
    return at.page(
        "dead_letters.html",
        rows=found.items,
        total=found.total,
        size=PAGE_SIZE,
        number=filters.page(),
        state=state,
        states=(*LETTER_STATES, "all"),
    )


def dead_letter(at: At, letter_id: Id) -> Response:
    """One letter; its raw bytes are shown as text in which nothing invisible hides, and never interpreted."""
    with at.app.database.writing() as uow:
        letter = uow.dead_letters.get(letter_id)
        if letter is None:
            raise Refused(404, "dead.unknown", {"seen": letter_id})
        at.audited(uow, "dead_letter.read", "dead_letter", str(letter_id))
    return at.page("dead_letter.html", letter=letter, raw=visible(letter.raw), cut=len(letter.raw) > RAW_SHOWN)


def visible(raw: bytes) -> str:
    """The bytes as text: line by line, everything unprintable escaped, at most the first 20,000 bytes."""
    lines = raw[:RAW_SHOWN].decode("utf-8", "backslashreplace").split("\n")
    return "\n".join(printable(line, limit=RAW_SHOWN) for line in lines)
