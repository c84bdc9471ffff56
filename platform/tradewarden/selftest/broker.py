"""A real Kafka broker (KRaft, one node) to be killed: in a folder of its own, on a port of this machine only.

It is always stopped by the id of the process that was started, also on failure.
"""

import signal
import socket
import subprocess
import time
from pathlib import Path
from string import Template
from typing import Self

from tradewarden.errors import CannotStart

START_SECONDS = 90
PROPERTIES = Template("""process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$data
num.partitions=$partitions
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
message.max.bytes=10485760
""")


class Broker:
    """A broker with its data in `folder`; can be killed, paused and started again on the same port.

    `libs` is the folder of the jars (see `jars`); without `port` it takes a free one. `with Broker(...) as broker`
    starts it and stops it in the end.
    """

    def __init__(self, folder: Path, libs: Path, partitions: int = 4, port: int | None = None) -> None:
        self.folder = folder
        self.libs = libs
        free, controller = free_ports(2)
        self.port = port or free
        self.servers = f"127.0.0.1:{self.port}"
        self.config = folder / "server.properties"
        words = {"port": self.port, "controller": controller, "data": folder / "data", "partitions": partitions}
        self.config.write_text(PROPERTIES.substitute(words), encoding="utf-8")
        cluster = self._java("kafka.tools.StorageTool", "random-uuid")
        self._java("kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(self.config))
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until the port accepts: 4 s, after a kill up to 15 s. Raises CannotStart with its log."""
        command = ["java", "-Xmx512m", "-cp", f"{self.libs}/*", "kafka.Kafka", str(self.config)]
        with (self.folder / "broker.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # noqa: S603
        deadline = time.monotonic() + START_SECONDS
        while not accepts(self.port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                told = (self.folder / "broker.log").read_text(encoding="utf-8", errors="replace")[-2000:]
                raise CannotStart(f"The broker did not start: {told or 'it wrote nothing'}")
            time.sleep(0.1)

    def kill(self) -> None:
        """End it at once (SIGKILL), as a crash would; does nothing when it does not run."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=30)
            self.process = None

    def stop(self) -> None:
        """Shut it down in order (SIGTERM), as an operator would; kills it after 30 s."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
            self.kill()

    def restart(self) -> None:
        """Shut down in order and start again on the same port and data."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """Hold it without closing its connections (SIGSTOP), as a stalled machine would."""
        if self.process is not None:
            self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused broker go on (SIGCONT)."""
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def _java(self, *arguments: str) -> str:
        command = ["java", "-cp", f"{self.libs}/*", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603
        if done.returncode:
            raise CannotStart(f"Kafka's {arguments[0]} failed: {(done.stderr or done.stdout)[-300:]}")
        return done.stdout.strip().splitlines()[-1]


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 nobody listens on now."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [found.getsockname()[1] for found in sockets]
    for found in sockets:
        found.close()
    return ports


def accepts(port: int) -> bool:
    """Whether somebody accepts connections on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
