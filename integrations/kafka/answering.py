"""Whether a broker answers, asked on a connection of our own: the libraries wait long before they say that none does.

A broker that stands still (its machine was paused, its disk hangs) still accepts connections, since the system does
that for it. So it is asked a question that every broker answers at once, to anybody: which versions it speaks.
"""

import socket
import struct

ANSWER_SECONDS = 2.5
_NAME = b"tradewarden"
_API_VERSIONS, _VERSION, _NUMBER = 18, 0, 1
_BODY = struct.pack(">hhih", _API_VERSIONS, _VERSION, _NUMBER, len(_NAME)) + _NAME
_QUESTION = struct.pack(">i", len(_BODY)) + _BODY


def answering(servers: str, seconds: float = ANSWER_SECONDS) -> list[str]:
    """The servers (host:port, comma separated) as a list, once one of them answers within `seconds`.

    Raises OSError when none does. The library, built against nobody, leaves its thread and sockets behind; so it is
    built only when there is one.
    """
    failure: OSError = ConnectionError("no server named")
    found = [server.strip() for server in servers.split(",") if server.strip()]
    for server in found:
        host, _, port = server.rpartition(":")
        try:
            _ask(host.strip("[]"), int(port), seconds)
        except OSError as error:
            failure = error
        except ValueError:
            failure = ConnectionError(f"{server} is no host:port")
        else:
            return found
    raise failure


def _ask(host: str, port: int, seconds: float) -> None:
    with socket.create_connection((host, port), timeout=seconds) as connection:
        connection.sendall(_QUESTION)
        if not connection.recv(1):
            raise ConnectionError(f"{host}:{port} hung up instead of answering")
