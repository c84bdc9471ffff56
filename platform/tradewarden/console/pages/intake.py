"""接单 Intake for operators: Excel, single-window XML, JSON or JSON Lines, with every error told by its cell."""

import hashlib
import re
import secrets
from dataclasses import dataclass, replace
from typing import Annotated

import msgspec
from fastapi import File, Form, UploadFile
from fastapi.responses import Response

from databases.access import Answer
from databases.inbox import Lane
from databases.unit_of_work import UnitOfWork
from integrations.errors import printable
from tradewarden.auth.refusals import Refused
from tradewarden.console import codes
from tradewarden.console.desk import Desk
from tradewarden.console.door_words import in_chinese
from tradewarden.console.formats import local
from tradewarden.console.pages.door import At
from tradewarden.console.uploads import Upload, read_upload
from tradewarden.order_template import order_template
from tradewarden.pipeline.intake import take

DOOR = "console"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KEY = re.compile(r"[A-Za-z0-9_-]{43}")
BULK_FROM = 50
SHOWN = 200
RESULT = "intake-result"
"""Marks the kept answers that are results and not workbooks."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one order of the file: accepted, duplicate or conflict."""

    order_id: str
    revision: int
    state: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One error by its place, as the door told it."""

    where: str
    value: str
    expected: str
    next_step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of an upload; of its `errors` the first SHOWN are kept. `corrected` is the marked workbook's key."""

    name: str
    orders: tuple[Outcome, ...]
    shown: tuple[Fault, ...]
    errors: int
    corrected: str

    def count(self, state: str) -> int:
        return sum(one.state == state for one in self.orders)


def intake(at: At) -> Response:
    return _page(at)


def take_in(
    at: At,
    file: Annotated[UploadFile | None, File()] = None,
    text: Annotated[str, Form(max_length=2_000_000)] = "",
) -> Response:
    name, content = "", b""
    if file is not None and file.filename:
        name, content = printable(file.filename, 120), file.file.read()
    elif text.strip():
        name, content = "paste", text.encode("utf-8", "surrogatepass")
    try:
        if not content.strip():
            raise Refused(422, "intake.empty" if name else "intake.no_file", {"file": name} if name else {})
        upload = read_upload(name, content, at.now)
    except Refused as problem:
        return _page(at, problem=problem)
    with at.app.database.writing() as uow:
        result = _taken(at, uow, name, upload)
        at.audited(
            uow,
            "orders.uploaded",
            "upload",
            hashlib.sha256(content).hexdigest(),
            name=name,
            taken=len(result.orders),
            errors=result.errors,
        )
        key = secrets.token_urlsafe(32)
        uow.access.keep(
            Answer(
                username=at.username,
                key=key,
                fingerprint=RESULT,
                status=200,
                location=name,
                body=msgspec.json.encode(result),
            ),
            at.now,
        )
    return at.go(f"/intake/results/{key}")


def _taken(at: Desk, uow: UnitOfWork, name: str, upload: Upload) -> Result:
    lane: Lane = "live" if len(upload.events) < BULK_FROM else "bulk"
    accepted = take(uow, upload.events, DOOR, at.username, at.now, lane) if upload.events else []
    key = secrets.token_urlsafe(32) if upload.marked else ""
    if key:
        uow.access.keep(
            Answer(username=at.username, key=key, fingerprint="", status=200, location=name, body=upload.marked), at.now
        )
    taken = zip(upload.events, accepted, strict=True)
    return Result(
        name=name,
        orders=tuple(Outcome(one.order_id, one.revision, acceptance.state) for one, acceptance in taken),
        shown=tuple(Fault(one.where, one.value, one.expected, one.next_step) for one in upload.errors[:SHOWN]),
        errors=len(upload.errors),
        corrected=key,
    )


def result(at: At, key: str) -> Response:
    """What became of one's own upload, kept for a week: an address to reload, to go back to, to read in English."""
    kept = _kept(at, key)
    if kept is None or kept.fingerprint != RESULT:
        raise Refused(404, "intake.no_result")
    return _page(at, result=msgspec.json.decode(kept.body, type=Result))


def _kept(at: Desk, key: str) -> Answer | None:
    if not KEY.fullmatch(key):
        return None
    with at.app.database.reading() as uow:
        return uow.access.answer(at.username, key)


def template(at: At) -> Response:
    """The empty workbook with the code lists in force."""
    with at.app.database.reading() as uow:
        reference = codes.reference(uow, local(at.now).date())
    return _workbook(order_template(reference), "tradewarden-orders.xlsx")


def corrected(at: At, key: str) -> Response:
    """The marked copy of one's own upload, kept for a week."""
    kept = _kept(at, key)
    if kept is None or kept.fingerprint == RESULT:
        raise Refused(404, "intake.no_corrected")
    return _workbook(kept.body, "corrected.xlsx")


def _workbook(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=WORKBOOK, headers=headers)


def _page(at: Desk, *, result: Result | None = None, problem: Refused | None = None) -> Response:
    limit_mb = at.app.settings.body_limit_bytes // 1_000_000
    return at.page(
        "intake.html",
        problem.status if problem else 200,
        faults=_faults(at, result),
        result=result,
        problem=problem,
        limit_mb=limit_mb,
    )


def _faults(at: Desk, result: Result | None) -> list[Fault]:
    """The errors in the reader's language; what has no Chinese yet stays as the door said it."""
    shown = result.shown if result else ()
    if at.t.language != "zh":
        return list(shown)
    return [replace(one, expected=in_chinese(one.expected), next_step=in_chinese(one.next_step)) for one in shown]
