"""名单筛查 A name typed in by an officer, and the judgement of a match: same, not the same, unsure."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Form
from fastapi.responses import Response
from pydantic import ValidationError

from databases.errors import NotFound, StaleState
from risk.nouns.parties import Kind
from tradewarden.auth import masking
from tradewarden.auth.refusals import Refused
from tradewarden.console import order_grounds
from tradewarden.console.lookup import Found, Question, look_up
from tradewarden.console.pages.door import At, Id
from tradewarden.console.pages.order import list_entries, list_names

JUDGEMENTS = ("same", "not_same", "unsure")
Field = Annotated[str, Form(max_length=1000)]


def screening(at: At) -> Response:
    return _page(at, Question.model_construct(name="", uscc="", kind=Kind.ANY, country="", birth_date=""), None)


def screen_name(at: At, name: Field = "", uscc: Field = "", kind: Field = "any", country: Field = "") -> Response:
    try:
        question = Question(
            name=" ".join(name.split()),
            uscc=uscc.strip().upper(),
            kind=Kind(kind),
            country=country.strip().upper(),
            birth_date="",
        )
    except (ValidationError, ValueError) as error:
        raise Refused(422, "screening.bad_question", {"where": "name", "seen": name[:60]}) from error
    return _page(at, question, look_up(at, question))


def _page(at: At, question: Question, found: Found | None) -> Response:
    reader = order_grounds.Reader(at.app.explainer, at.t, list_names(), personal=masking.sees_personal_data(at.role))
    with at.app.database.reading() as uow:
        entries = list_entries(uow, [found.screening] if found else ())
    rows = order_grounds.screening_rows([found.screening], (), reader, entries) if found else ()
    return at.page(
        "screening.html",
        question=question,
        kinds=[str(kind) for kind in Kind],
        row=rows[0] if rows else None,
        versions=sorted(found.versions.items()) if found else (),
    )


def judge(
    at: At,
    match_id: Id,
    judgement: Annotated[str, Form(max_length=20)],
    note: Field = "",
    confirmed: Field = "",
) -> Response:
    """The officer's word on one match of an order, with what was checked; "unsure" can be corrected later."""
    if judgement not in JUDGEMENTS:
        raise Refused(422, "filter.choice", {"where": "judgement", "seen": judgement})
    if not note.strip():
        raise Refused(422, "screening.note_missing", {"where": "note"})
    if confirmed != "yes":
        raise Refused(422, "screening.unconfirmed", {"where": "confirmed"})
    with at.app.database.writing() as uow:
        match = uow.screenings.match(match_id)
        if match is None:
            raise NotFound(f"there is no match {match_id}")
        try:
            uow.screenings.judge(match_id, judgement, at.username, note.strip(), at.now)
        except StaleState as error:
            raise Refused(409, "screening.judged_already", {"seen": match_id}) from error
        at.audited(
            uow,
            "match.judged",
            "match",
            str(match_id),
            reason=note.strip(),
            order=match.order_id,
            judgement=judgement,
            entry=f"{match.list_id}/{match.entry_id}",
        )
    return at.go(f"/orders/{quote(match.order_id)}?done=judged#screening")
