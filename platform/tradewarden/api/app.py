"""The web application: every route from its literal table, behind its guard."""

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from tradewarden import __version__
from tradewarden.api.failures import add_handlers
from tradewarden.api.rest import add_rest
from tradewarden.api.security import BodyLimit, SecurityHeaders
from tradewarden.api.tracing import TracedRequests
from tradewarden.console.guard import forged, guard_for
from tradewarden.console.render import STATIC
from tradewarden.console.routes import ROUTES
from tradewarden.console.routing import add_pages
from tradewarden.wiring import Application


def create_app(app: Application) -> FastAPI:
    """The console, the REST interface, health and metrics over one wired application."""
    settings = app.settings
    server = FastAPI(title="TradeWarden", version=__version__, docs_url=None, redoc_url=None, openapi_url=None)
    server.add_middleware(BodyLimit, limit=settings.body_limit_bytes)
    server.add_middleware(SecurityHeaders, https=settings.https)
    if settings.traces:
        server.add_middleware(TracedRequests)
    add_handlers(server, app)
    add_pages(server, ROUTES, guard_for(app), forged(app))
    add_rest(server, app)
    server.mount("/static", StaticFiles(directory=STATIC), name="static")
    return server
