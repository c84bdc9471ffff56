"""One request at the console: who asks, in which language, when, and the pages and audit entries that come of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from databases.audit_chain import NewEntry
from databases.unit_of_work import UnitOfWork
from databases.users import Session, User
from tradewarden.auth.accounts import role_of
from tradewarden.auth.csrf import token
from tradewarden.auth.permissions import Action, Role, allowed
from tradewarden.auth.sessions import STREAM
from tradewarden.console import formats, navigation
from tradewarden.console.i18n import HTML_LANGUAGE, Translator
from tradewarden.console.render import page
from tradewarden.wiring import Application

NOTICES: Mapping[str, str] = {
    "closed": "good",
    "proposed": "good",
    "approved": "good",
    "rejected": "good",
    "reassigned": "good",
    "judged": "good",
    "password": "good",
    "disabled": "good",
    "enabled": "good",
    "role": "good",
    "revoked": "good",
    "queue_empty": "good",
    "replayed": "good",
    "discarded": "good",
    "no_other": "good",
    "difference_closed": "good",
    "attached": "good",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The request's desk. `user` is None before sign-in; `secret` belongs to the session or the anonymous cookie."""

    app: Application
    request: Request
    now: datetime
    secret: str = field(repr=False)
    language: str
    user: User | None = None
    session: Session | None = None
    counts: Mapping[str, tuple[int, bool]] = field(default_factory=dict)

    @property
    def t(self) -> Translator:
        return Translator(self.language)

    @property
    def username(self) -> str:
        return self.user.username if self.user else ""

    @property
    def role(self) -> str:
        return role_of(self.user) if self.user else ""

    @property
    def address(self) -> str:
        return self.request.client.host if self.request.client else "unknown"

    @property
    def partial(self) -> bool:
        """Whether htmx asks for a part of a page."""
        return self.request.headers.get("hx-request") == "true"

    def can(self, action: str) -> bool:
        return allowed(self.role, Action(action))

    def page(self, template: str, status: int = 200, **context: Any) -> HTMLResponse:
        """The page in the reader's language; never stored by browsers or proxies."""
        html = page(template, {**self._frame(), **context})
        return HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-store"})

    def go(self, address: str, done: str = "") -> RedirectResponse:
        """See other: after a successful write. `done` is one of NOTICES, shown on the next page."""
        if done:
            address += ("&" if "?" in address else "?") + urlencode({"done": done})
        return RedirectResponse(address, status_code=303)

    def audited(
        self, uow: UnitOfWork, action: str, object_type: str, object_id: str = "", *, reason: str = "", **details: Any
    ) -> None:
        """Append an audit entry about what this person reads or does, in this transaction."""
        entry = NewEntry(
            at=self.now,
            actor=self.username,
            action=action,
            object_type=object_type,
            object_id=object_id,
            details=details,
            reason=reason,
        )
        uow.audit.append(STREAM, [entry])

    def query(self, **changes: object) -> str:
        """The present query string with changes; None removes a name. Used by sort and page links."""
        pairs = [(name, value) for name, value in self.request.query_params.multi_items() if name not in changes]
        pairs += [(name, str(value)) for name, value in changes.items() if value is not None]
        return urlencode([(name, value) for name, value in pairs if value and name != "done"])

    def _frame(self) -> dict[str, Any]:
        path = self.request.url.path
        shown = navigation.sections(self.role, path, self.counts)
        t = self.t
        return {
            "t": t,
            "lang": t.language,
            "html_lang": HTML_LANGUAGE[t.language],
            "csrf": token(self.secret),
            "viewer": {"username": self.username, "role": self.role, "display_name": self.user.display_name}
            if self.user
            else None,
            "can": self.can,
            "now": self.now,
            "here": path + (f"?{self.request.url.query}" if self.request.url.query else ""),
            "navigation": shown,
            "bottom": navigation.bottom(shown),
            "notices": self._notices(),
            "watermark": self._watermark(),
            "query": self.query,
        }

    def _notices(self) -> Iterable[Mapping[str, Any]]:
        done = self.request.query_params.get("done", "")
        return [{"kind": NOTICES[done], "key": f"done.{done}"}] if done in NOTICES else []

    def _watermark(self) -> str:
        if self.role != Role.AUDITOR:
            return ""
        return f"{self.username} {self.address} {formats.moment(self.now)}"


def desk(request: Request) -> Desk:
    """The desk the guard has set up; a route without guard has none, which is an error and not an open door."""
    found = request.state.desk
    if not isinstance(found, Desk):
        raise TypeError("no desk: this route was added without its guard")
    return found
