"""A Kafka broker and a PostgreSQL for trying out, on this machine only, until Ctrl-C; then their data is deleted.

    python -m tradewarden.selftest.servers > servers.env

writes the settings that name them to standard output, as lines a shell reads, when both are ready.
"""

import argparse
import signal
import sys
import tempfile
import threading
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

from tradewarden.errors import CannotStart
from tradewarden.selftest.broker import Broker, accepts
from tradewarden.selftest.jars import jars
from tradewarden.selftest.postgres import Postgres

PORT = 9092


def settings(broker: Broker, database: str) -> str:
    """The lines that tell TradeWarden where these servers are."""
    return f"export TRADEWARDEN_KAFKA_SERVERS='{broker.servers}'\nexport TRADEWARDEN_DATABASE_URL='{database}'\n"


def run(libs: Path | None, port: int) -> None:
    """Start both, tell their addresses, and wait for Ctrl-C or SIGTERM (KeyboardInterrupt). Raises CannotStart."""
    if accepts(port):
        raise CannotStart(f"Port {port} is in use, perhaps by a broker already. Name another one with --kafka-port.")
    found = jars(libs)
    with ExitStack() as stack:
        database = stack.enter_context(Postgres()).new_database()
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ward-broker-")))
        broker = stack.enter_context(Broker(folder, found, port=port))
        print(settings(broker, database), end="", flush=True)
        print(f"A broker on {broker.servers} and a PostgreSQL are ready; Ctrl-C ends them.", file=sys.stderr)
        threading.Event().wait()


def main() -> int:
    """Run until stopped; 2 when something could not be started."""
    parser = argparse.ArgumentParser(prog="python -m tradewarden.selftest.servers", description=__doc__)
    parser.add_argument("--kafka-port", type=int, default=PORT, help=f"port of 127.0.0.1 (default {PORT})")
    parser.add_argument("--kafka-libs", type=Path, help="folder of a downloaded Kafka; else Maven fetches the jars")
    asked = parser.parse_args()
    for stopping in (signal.SIGTERM, signal.SIGINT):  # a shell starts what goes on behind it with SIGINT ignored
        signal.signal(stopping, _interrupt)
    try:
        run(asked.kafka_libs, asked.kafka_port)
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped; their data is deleted.", file=sys.stderr)
    return 0


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
