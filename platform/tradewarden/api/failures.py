"""Every error becomes one clear answer: a problem document for programs, a page for people. Nothing internal leaks."""

import secrets
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from databases.errors import (
    DatabaseUnavailable,
    FourEyesViolated,
    MigrationMissing,
    NotFound,
    ReadOnlyStorage,
    ReleaseForbidden,
    StaleState,
    StorageError,
    UnstorableText,
)
from integrations.errors import DoorError, LimitExceeded, Unavailable, printable
from tradewarden.api.problems import TITLES, problem
from tradewarden.api.security import HEADERS, BodyTooLarge
from tradewarden.auth.refusals import MustChangePassword, NotSignedIn, Refused
from tradewarden.console.desk import Desk
from tradewarden.console.error_words import explained, worded
from tradewarden.console.formats import number
from tradewarden.console.guard import LANGUAGE_COOKIE, session_cookie, visitor
from tradewarden.console.i18n import TEXTS, Translator
from tradewarden.wiring import Application

LONGEST_TRACE = 8000
LOG = structlog.get_logger(__name__)
STORAGE: tuple[tuple[type[StorageError], int, str], ...] = (
    (NotFound, 404, "storage.not_found"),
    (StaleState, 409, "storage.stale"),
    (FourEyesViolated, 409, "storage.four_eyes"),
    (ReleaseForbidden, 409, "storage.release_forbidden"),
    (UnstorableText, 422, "storage.text"),
    (MigrationMissing, 503, "storage.migration"),
    (ReadOnlyStorage, 503, "storage.read_only"),
    (DatabaseUnavailable, 503, "storage.unavailable"),
    (StorageError, 503, "storage.unavailable"),
)


def refused_by_storage(error: StorageError) -> Refused:
    """The refusal that says in our words what the memory said in its own."""
    status, key = next((status, key) for kind, status, key in STORAGE if isinstance(error, kind))
    return Refused(status, key)


def for_programs(request: Request) -> bool:
    """Whether this address is read by programs: the REST interface, health and metrics."""
    path = request.url.path
    return path.startswith("/api/") or path in {"/healthz", "/readyz", "/metrics"}


def megabytes(size: int) -> str:
    """A number of bytes in MB, two decimals at most."""
    return f"{number((Decimal(size) / 1_000_000).quantize(Decimal('0.01')))} MB"


def page_of(request: Request) -> str:
    """The page to come back to: the one asked for, or for a form the page it stood on."""
    address = request.url
    if request.method == "GET":
        return address.path + (f"?{address.query}" if address.query else "")
    came = urlsplit(request.headers.get("referer", ""))
    if came.netloc != request.headers.get("host", "") or not came.path:
        return "/"
    return came.path + (f"?{came.query}" if came.query else "")


def _path(request: Request) -> str:
    """The path for the log: of what was asked only the numbers of records, as a user's or a client's name is text."""
    shown: str = getattr(request.scope.get("route"), "path", request.url.path)
    for name, value in request.path_params.items():
        if str(value).isdecimal():
            shown = shown.replace(f"{{{name}}}", str(value))
    return shown


@dataclass(frozen=True, slots=True)
class Answers:
    """What the server answers when something is wrong; a method for each kind of error."""

    app: Application

    def _answer(self, request: Request, refused: Refused, **more: Any) -> Response:
        return answered(self.app, request, refused, more)

    def not_signed_in(self, request: Request, _: Exception) -> Response:
        if request.headers.get("hx-request") == "true" or for_programs(request):
            return self._answer(request, Refused(401, "access.signed_out"))
        ended = request.method != "GET" or session_cookie(self.app.settings.https) in request.cookies
        wanted = {"next": page_of(request)} | ({"ended": "1"} if ended else {})
        return RedirectResponse("/login?" + urlencode(wanted, safe="/"), 303)

    def must_change(self, request: Request, _: Exception) -> Response:
        return RedirectResponse("/password?" + urlencode({"next": page_of(request)}, safe="/"), 303)

    def storage(self, request: Request, error: Exception) -> Response:
        if not isinstance(error, StorageError):
            raise error
        refused = refused_by_storage(error)
        if refused.status >= 500:
            LOG.error("storage", path=_path(request), error=str(error), kind=type(error).__name__)
        return self._answer(request, refused)

    def door(self, request: Request, error: Exception) -> Response:
        if not isinstance(error, DoorError):
            raise error
        status = 413 if isinstance(error, LimitExceeded) else 503 if isinstance(error, Unavailable) else 422
        shown = {"where": error.where, "seen": error.value, "expected": error.expected, "next_step": error.next_step}
        if for_programs(request):
            return problem(status, str(error), **shown)
        return self._answer(request, Refused(status, "door.error", shown))

    def http(self, request: Request, error: Exception) -> Response:
        if isinstance(error, BodyTooLarge):
            sizes = {"seen": megabytes(error.seen), "limit": megabytes(error.limit)}
            return self._answer(request, Refused(413, "http.too_large", sizes))
        status = error.status_code if isinstance(error, HTTPException) else 500
        known = status if status in TITLES else 400
        return self._answer(request, Refused(known, f"http.{known}"))

    def invalid(self, request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        first = error.errors()[0]
        if first["loc"][:1] == ("path",):  # a number no record can have is a record that does not exist
            return self._answer(request, Refused(404, "http.404"))
        where = ".".join(str(part) for part in first["loc"])
        values = {"where": where, "seen": printable(first.get("input", ""))}
        return self._answer(request, Refused(422, "http.invalid", values))

    def unexpected(self, request: Request, error: Exception) -> Response:
        reference = secrets.token_hex(6)
        # the plain trace: the pretty one would print local variables, sessions and passwords among them
        trace = "".join(traceback.format_exception(error))[-LONGEST_TRACE:]
        LOG.error("unexpected", path=_path(request), reference=reference, trace=trace)
        response = self._answer(request, Refused(500, "http.500"), reference=reference)
        response.headers.update(HEADERS)  # this answer is made outside the header layer
        return response

    def refused(self, request: Request, error: Exception) -> Response:
        return self._answer(request, error if isinstance(error, Refused) else Refused(500, "http.500"))


def add_handlers(server: FastAPI, app: Application) -> None:
    """Teach the server what to answer when something is wrong."""
    answers = Answers(app)
    handlers: tuple[tuple[type[Exception], Callable[[Request, Exception], Response]], ...] = (
        (NotSignedIn, answers.not_signed_in),
        (MustChangePassword, answers.must_change),
        (Refused, answers.refused),
        (StorageError, answers.storage),
        (DoorError, answers.door),
        (HTTPException, answers.http),
        (RequestValidationError, answers.invalid),
        (Exception, answers.unexpected),
    )
    for kind, handler in handlers:
        server.add_exception_handler(kind, handler)


def answered(app: Application, request: Request, refused: Refused, more: Mapping[str, Any]) -> Response:
    """The refusal as problem document or page. Both languages for programs, the reader's one for people."""
    zh, en = (Translator(language)(refused.key, **refused.values) for language in ("zh", "en"))
    if for_programs(request):
        shown = {name: str(value) for name, value in refused.values.items() if name in {"where", "seen"}}
        step = f"error.{refused.status}.next"
        next_step = " | ".join(TEXTS[step]) if step in TEXTS else ""
        return problem(refused.status, f"{zh} | {en}", next_step=next_step, **shown, **more)
    desk = _desk(app, request)
    return desk.page(
        "error.html",
        refused.status,
        status_code=refused.status,
        became=explained(desk.t, refused.status, request.method),
        detail=desk.t(refused.key, **worded(desk.t, refused.values)),
        reference=more.get("reference", ""),
    )


def _desk(app: Application, request: Request) -> Desk:
    """The reader's desk: whoever is signed in keeps the navigation, also where no guard has set a desk up."""
    found = getattr(request.state, "desk", None)
    if isinstance(found, Desk):
        return found
    try:
        return visitor(app, request)
    except StorageError:  # the memory is what fails; the page that says so must not need it
        language = request.cookies.get(LANGUAGE_COOKIE, "")
        return Desk(app=app, request=request, now=app.clock(), secret="", language=language)
