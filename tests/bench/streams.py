"""What the benchmarks of streams share: broker, database, workers as processes, and the delay of an order."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import psycopg
from kafka import KafkaProducer
from sqlalchemy import make_url

from integrations.kafka import ensure_topics
from integrations.kafka.port import INCOMING, ORDERS, OUTGOING
from measure import percentile
from stream_orders import fill, messages
from tradewarden.selftest.broker import Broker
from tradewarden.selftest.postgres import Postgres
from tradewarden.settings import Settings
from tradewarden.setup import prepare
from tradewarden.wiring import Application, build

BATCH = 256
PARTITIONS = 12


@dataclass(slots=True, kw_only=True)
class Bench:
    """Broker, database and the synthetic orders that are left to send."""

    servers: str
    app: Application
    orders: Iterator[tuple[bytes, bytes]]
    client: str

    @contextmanager
    def running(self, count: int, lane: str = "live") -> Iterator[list[subprocess.Popen[bytes]]]:
        """So many worker processes of a lane."""
        settings = self.app.settings
        given = {
            "DATA_DIR": str(settings.data_dir),
            "DATABASE_URL": settings.database_url,
            "KAFKA_SERVERS": self.servers,
            "KAFKA_CLIENT": self.client,
            "BATCH_SIZE": str(BATCH),
            "LEASE_SECONDS": "5",
            "LOG_LEVEL": "ERROR",
        }
        environment = os.environ | {f"TRADEWARDEN_{name}": value for name, value in given.items()}
        command = [sys.executable, "-c", "from tradewarden.cli.main import main; main()", "worker", "--lane", lane]
        made = [
            subprocess.Popen([*command, "--name", f"bench-{os.getpid()}-{number}"], env=environment)
            for number in range(count)
        ]
        try:
            yield made
        finally:
            for one in made:
                one.terminate()
            for one in made:
                try:
                    one.wait(timeout=30)
                except subprocess.TimeoutExpired:
                    one.kill()

    def asked(self) -> psycopg.Connection[tuple[str, int, int]]:
        """A connection of our own to look at the offsets."""
        address = make_url(self.app.settings.database_url).set(drivername="postgresql")
        return psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)

    def producer(self, linger_ms: int, compression: str | None = None) -> KafkaProducer:
        return KafkaProducer(
            bootstrap_servers=self.servers,
            linger_ms=linger_ms,
            acks="all",
            batch_size=262_144,
            compression_type=compression,
        )


def applied(connection: psycopg.Connection[tuple[str, int, int]], wanted: str = ORDERS) -> dict[int, int]:
    """The next offset of each partition of a topic."""
    rows = connection.execute("SELECT topic, partition, next_offset FROM stream_partitions")
    return {partition: offset for topic, partition, offset in rows if topic == wanted}


def resident_mb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(status.split("VmRSS:")[1].split()[0]) // 1024


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def send(bench: Bench, count: int) -> int:
    """A backlog; how many were sent."""
    sent = 0
    with bench.producer(50) as producer:
        for key, value in islice(bench.orders, count):
            producer.send(ORDERS, key=key, value=value)
            sent += 1
        producer.flush()
    return sent


def delays(bench: Bench, connection: psycopg.Connection[tuple[str, int, int]], rate: float, seconds: float) -> None:
    """Print the time from sending an order to its offset being visible in the database, at a steady rate."""
    seen: dict[int, list[tuple[int, float]]] = defaultdict(list)
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            offsets = applied(connection)
            now = time.perf_counter()
            for partition, offset in offsets.items():
                if not seen[partition] or seen[partition][-1][0] < offset:
                    seen[partition].append((offset, now))
            stop.wait(0.01)

    looking = threading.Thread(target=look)
    looking.start()
    waiting = []
    with bench.producer(0) as producer:
        begin = time.perf_counter()
        for number, (key, value) in enumerate(islice(bench.orders, int(rate * seconds))):
            time.sleep(max(0.0, begin + number / rate - time.perf_counter()))
            waiting.append((time.perf_counter(), producer.send(ORDERS, key=key, value=value)))
        producer.flush()
    sent = [(at, future.get(timeout=30)) for at, future in waiting]
    deadline = time.perf_counter() + 60
    last = {kept.partition: kept.offset for _, kept in sent}
    while time.perf_counter() < deadline and any(
        not seen[partition] or seen[partition][-1][0] <= offset for partition, offset in last.items()
    ):
        time.sleep(0.05)
    stop.set()
    looking.join()
    found = []
    for at, kept in sent:
        place = bisect_right(seen[kept.partition], kept.offset, key=lambda pair: pair[0])
        if place < len(seen[kept.partition]):
            found.append(seen[kept.partition][place][1] - at)
    marks = ", ".join(f"p{int(share * 100)} {percentile(found, share) * 1e3:,.0f} ms" for share in (0.5, 0.95, 0.99))
    print(f"  sent to decision visible at {rate:,.0f} orders/s: {marks} ({len(found):,} of {len(sent):,} orders)")


@contextmanager
def prepared(libs: list[Path], client: str) -> Iterator[Bench]:
    """A real broker, a real PostgreSQL with clients and lists, and the topics."""
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as scratch, Postgres() as server:
        (Path(scratch) / "broker").mkdir()
        with Broker(Path(scratch) / "broker", libs) as broker:
            app = build(Settings(data_dir=Path(scratch) / "data", database_url=server.new_database()))
            prepare(app)
            fill(app, now)
            ensure_topics(broker.servers, [*INCOMING, *OUTGOING], PARTITIONS)
            yield Bench(servers=broker.servers, app=app, orders=messages(now, 5_000_000), client=client)
            app.database.dispose()
