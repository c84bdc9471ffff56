"""A real Kafka broker (KRaft, one node) for the tests marked `broker`: one for the run, one topic for each test.

The jars are fetched once by Maven and kept in `.cache/kafka`. The broker is always stopped by its process id.
"""

import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from string import Template

import pytest

ROOT = Path(__file__).parents[2]
POM = Path(__file__).with_name("pom.xml")
LIBS = ROOT / ".cache" / "kafka" / "libs-4.1.0"
PROPERTIES = Template("""process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller
advertised.listeners=PLAINTEXT://127.0.0.1:$port
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=$data
num.partitions=4
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
message.max.bytes=10485760
""")


class Broker:
    """A broker with its data in `folder`; can be killed and started again on the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, controller = free_ports(2)
        self.servers = f"127.0.0.1:{self.port}"
        self.config = folder / "server.properties"
        self.config.write_text(
            PROPERTIES.substitute(port=self.port, controller=controller, data=folder / "data"), encoding="utf-8"
        )
        cluster = java("kafka.tools.StorageTool", "random-uuid")
        java("kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(self.config))
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.folder / "broker.log").open("ab") as log:
            self.process = subprocess.Popen(
                ["java", "-Xmx512m", "-cp", f"{LIBS}/*", "kafka.Kafka", str(self.config)], stdout=log, stderr=log
            )
        deadline = time.monotonic() + 60
        while not accepts(self.port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                pytest.fail(f"the broker did not start: {(self.folder / 'broker.log').read_text()[-2000:]}")
            time.sleep(0.2)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=30)
            self.process = None


def java(*arguments: str) -> str:
    done = subprocess.run(["java", "-cp", f"{LIBS}/*", *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip().splitlines()[-1]


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [found.getsockname()[1] for found in sockets]
    for found in sockets:
        found.close()
    return ports


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def fetch_jars() -> None:
    """Fetch into a folder of our own first, so that an interrupted download is never taken for a whole one."""
    fresh = LIBS.with_name(f"{LIBS.name}.{uuid.uuid4().hex[:8]}")
    command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={fresh}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        pytest.skip(f"Maven could not fetch the broker's jars: {done.stdout[-200:]}")
    if LIBS.exists():
        shutil.rmtree(fresh)
    else:
        fresh.rename(LIBS)


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A running broker."""
    if missing := [tool for tool in ("java", "mvn") if not shutil.which(tool)]:
        pytest.skip(f"install {' and '.join(missing)} (Java 17 and Maven) for the tests with a real broker")
    if not LIBS.exists():
        fetch_jars()
    running = Broker(tmp_path_factory.mktemp("broker"))
    try:
        running.start()
        yield running
    finally:
        running.kill()


@pytest.fixture
def topic() -> str:
    """The name of a topic no other test uses; the broker makes it on first use."""
    return f"test.{uuid.uuid4().hex[:12]}"
