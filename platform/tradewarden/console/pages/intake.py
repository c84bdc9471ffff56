"""接单 Intake for operators: Excel, single-window XML, JSON or JSON Lines, with every error told by its cell."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import File, Form, UploadFile
from fastapi.responses import Response

from databases.access import Answer
from databases.inbox import Acceptance, Lane
from databases.unit_of_work import UnitOfWork
from integrations.errors import DoorError, printable
from integrations.excel import CellError
from risk.nouns.order import OrderEvent
from tradewarden.auth.refusals import Refused
from tradewarden.console import codes
from tradewarden.console.desk import Desk
from tradewarden.console.formats import local
from tradewarden.console.pages.door import At
from tradewarden.console.uploads import Upload, read_upload
from tradewarden.order_template import order_template
from tradewarden.pipeline.intake import take

DOOR = "console"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KEY = re.compile(r"[A-Za-z0-9_-]{43}")
BULK_FROM = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of an upload. `corrected` is the key of the marked workbook, empty when there is none."""

    name: str
    taken: Sequence[tuple[OrderEvent, Acceptance]]
    errors: Sequence[DoorError | CellError]
    corrected: str


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
            raise Refused(422, "intake.no_file")
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
            taken=len(result.taken),
            errors=len(result.errors),
        )
    return _page(at, result=result, status=200 if result.taken or not result.errors else 422)


def _taken(at: Desk, uow: UnitOfWork, name: str, upload: Upload) -> Result:
    lane: Lane = "live" if len(upload.events) < BULK_FROM else "bulk"
    accepted = take(uow, upload.events, DOOR, at.username, at.now, lane) if upload.events else []
    key = secrets.token_urlsafe(32) if upload.marked else ""
    if key:
        uow.access.keep(
            Answer(username=at.username, key=key, fingerprint="", status=200, location=name, body=upload.marked), at.now
        )
    taken = list(zip(upload.events, accepted, strict=True))
    return Result(name=name, taken=taken, errors=upload.errors, corrected=key)


def template(at: At) -> Response:
    """The empty workbook with the code lists in force."""
    with at.app.database.reading() as uow:
        reference = codes.reference(uow, local(at.now).date())
    return _workbook(order_template(reference), "tradewarden-orders.xlsx")


def corrected(at: At, key: str) -> Response:
    """The marked copy of one's own upload, kept for a week."""
    if not KEY.fullmatch(key):
        raise Refused(404, "intake.no_corrected")
    with at.app.database.reading() as uow:
        kept = uow.access.answer(at.username, key)
    if kept is None:
        raise Refused(404, "intake.no_corrected")
    return _workbook(kept.body, "corrected.xlsx")


def _workbook(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=WORKBOOK, headers=headers)


def _page(at: Desk, *, result: Result | None = None, problem: Refused | None = None, status: int = 200) -> Response:
    limit_mb = at.app.settings.body_limit_bytes // 1_000_000
    return at.page(
        "intake.html", problem.status if problem else status, result=result, problem=problem, limit_mb=limit_mb
    )
