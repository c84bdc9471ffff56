"""Run the web server beside background threads, and end them together."""

import socket
import threading
from collections.abc import Callable, Sequence
from types import FrameType

import uvicorn

from tradewarden.api.app import create_app
from tradewarden.cli.signals import finish, leave
from tradewarden.errors import CannotStart
from tradewarden.wiring import Application

REQUESTS_GRACE_SECONDS = 5


class _Server(uvicorn.Server):
    """A web server that a second signal ends at once, whichever it is."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.should_exit:
            leave(128 + sig)
        super().handle_exit(sig, frame)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises CannotStart when the port is taken or may not be used."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise CannotStart(
            f"Port {port} on {host} can't be used ({error.strerror}). Set TRADEWARDEN_PORT to a free port."
        ) from error
    return listener


def run_server(
    app: Application,
    listener: socket.socket,
    background: Sequence[threading.Thread],
    stop: threading.Event,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve until a signal comes; then set `stop` and give requests and background threads their grace periods.

    The caller handles the signals too (`stop_on_signal`): the web server hands each one on when it has stopped.
    """
    with listener:
        config = uvicorn.Config(
            create_app(app),
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=REQUESTS_GRACE_SECONDS,
        )
        server = _Server(config)
        for thread in background:
            thread.start()
        ready()
        try:
            server.run(sockets=[listener])
        finally:
            stop.set()
            finish(background)
            app.database.dispose()
