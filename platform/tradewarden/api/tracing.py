"""A span for each request, in the caller's trace when it names one. Put in only when traces are on."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tradewarden.tracing import HEADER, step


class TracedRequests:
    """The span carries method, route and status; never the query, which may hold a name."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(HEADER.encode(), b"").decode("ascii", "replace")
        with step("http", given, method=scope["method"]) as span:

            async def noted(message: Message) -> None:
                if span is not None and message["type"] == "http.response.start":
                    span.set_attribute("tradewarden.status", message["status"])
                    span.set_attribute("tradewarden.route", getattr(scope.get("route"), "path", ""))
                await send(message)

            await self.app(scope, receive, noted)
