"""Routes as literal rows: method, path, endpoint and the one action they need. A route without a row does not exist."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.responses import HTMLResponse

from tradewarden.auth.permissions import Action

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
Guard = Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route. `action` None means open to everybody: sign-in and health only.

    `passive` routes are polled by the page itself and must not keep a session alive; `early` ones work before the
    one-time password has been changed.
    """

    method: str
    path: str
    endpoint: Callable[..., Any]
    action: Action | None
    passive: bool = False
    early: bool = False


def get(path: str, endpoint: Callable[..., Any], action: Action | None, **options: bool) -> Route:
    return Route(method="GET", path=path, endpoint=endpoint, action=action, **options)


def post(path: str, endpoint: Callable[..., Any], action: Action | None, **options: bool) -> Route:
    return Route(method="POST", path=path, endpoint=endpoint, action=action, **options)


def add_pages(server: FastAPI, routes: Sequence[Route], guard: Callable[[Route], Guard], forged: Guard) -> None:
    """Put page routes on the server, each behind its guard; unsafe methods also behind `forged`."""
    for route in routes:
        before = [Depends(forged)] if route.method in UNSAFE else []
        server.add_api_route(
            route.path,
            route.endpoint,
            methods=[route.method],
            dependencies=[*before, Depends(guard(route))],
            include_in_schema=False,
            response_class=HTMLResponse,
            response_model=None,
        )
