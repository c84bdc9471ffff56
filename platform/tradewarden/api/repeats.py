"""A request with an Idempotency-Key is done once: its answer is kept, and a repeat gets the same one."""

import hashlib
from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.responses import Response

from databases.access import Answer
from databases.unit_of_work import UnitOfWork
from tradewarden.auth.refusals import Refused
from tradewarden.console.desk import Desk


async def read_body(request: Request) -> bytes:
    """The whole body; its size is bounded by the server's limit."""
    return await request.body()


Body = Annotated[bytes, Depends(read_body)]
Key = Annotated[str, Header(alias="Idempotency-Key", max_length=200)]


def check_key(key: str) -> None:
    """Raises Refused 422 for a key that is no printable ASCII."""
    if key and not (key.isascii() and key.isprintable()):
        raise Refused(422, "rest.bad_key", {"where": "Idempotency-Key", "seen": key[:40]})


def once(at: Desk, key: str, body: bytes, work: Callable[[UnitOfWork], Response]) -> Response:
    """Do `work` in one transaction and keep its answer under the key; or give the answer kept before.

    Raises Refused 409 when the key was used with another body, or is in use this moment.
    """
    with at.app.database.writing() as uow:
        kept = uow.access.answer(at.username, key) if key else None
        fingerprint = hashlib.sha256(body).hexdigest()
        if kept is not None:
            return _repeated(kept, fingerprint)
        answer = work(uow)
        if key:
            kept = Answer(
                username=at.username,
                key=key,
                fingerprint=fingerprint,
                status=answer.status_code,
                location=answer.headers.get("location", ""),
                body=bytes(answer.body),
            )
            if not uow.access.keep(kept, at.now):  # the same request at the same time was quicker
                raise Refused(409, "rest.in_progress", {"where": "Idempotency-Key", "seen": key[:40]})
    return answer


def _repeated(kept: Answer, fingerprint: str) -> Response:
    if kept.fingerprint != fingerprint:
        raise Refused(409, "rest.key_reused", {"where": "Idempotency-Key", "seen": kept.key[:40]})
    headers = {"Idempotent-Replay": "true"} | ({"Location": kept.location} if kept.location else {})
    media_type = "application/json" if kept.status < 400 else "application/problem+json"
    return Response(kept.body, status_code=kept.status, headers=headers, media_type=media_type)
