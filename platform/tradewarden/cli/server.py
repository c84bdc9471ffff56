"""Run the web server beside background threads, and end them together."""

import socket
import threading
from collections.abc import Callable, Sequence

import uvicorn

from tradewarden.api.app import create_app
from tradewarden.errors import CannotStart
from tradewarden.wiring import Application


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
    """Serve until a signal comes; then set `stop` and wait for the background threads to finish what they hold.

    The caller handles the signals too (`stop_on_signal`): the web server hands each one on when it has stopped.
    """
    with listener:
        config = uvicorn.Config(create_app(app), log_level="warning", access_log=False, server_header=False)
        server = uvicorn.Server(config)
        for thread in background:
            thread.start()
        ready()
        try:
            server.run(sockets=[listener])
        finally:
            stop.set()
            for thread in background:
                thread.join()
            app.database.dispose()
