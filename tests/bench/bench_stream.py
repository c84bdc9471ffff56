"""The stream on a real broker and a real PostgreSQL: orders/s, delay to the visible decision, memory, where time goes.

`python tests/bench/bench_stream.py [--seconds 30] [--workers 1 2]`: each run sends a backlog of synthetic orders of
three lines (key = client), starts that many `tradewarden worker` processes and counts what the offsets in the database
say over the window; then orders are sent at half that rate and timed until their offset is visible. Everything shares
the cores of this machine: broker, database, workers and this program.
"""

import argparse
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
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import psycopg
from kafka import KafkaProducer
from sqlalchemy import make_url

from integrations.json_events import decode_order
from integrations.kafka import CLIENTS, HAS_CONFLUENT, connect_consumer, ensure_topics
from integrations.kafka.port import INCOMING, ORDERS, OUTGOING
from measure import percentile
from stages import Stages
from stream_orders import CLIENTS as CLIENT_COUNT
from stream_orders import ENTRIES, LINES, fill, messages
from tradewarden.errors import CannotStart
from tradewarden.pipeline.batch import Worker, process_batch
from tradewarden.pipeline.intake import take
from tradewarden.selftest.broker import Broker
from tradewarden.selftest.jars import jars
from tradewarden.selftest.postgres import Postgres
from tradewarden.settings import Settings
from tradewarden.setup import prepare
from tradewarden.wiring import Application, build

BATCH = 256
WARM_UP_SECONDS = 8.0
LATENCY_SECONDS = 15.0
PARTITIONS = 12
EXPECTED = 1_200
SAMPLE = 2_000


@dataclass(slots=True, kw_only=True)
class Bench:
    """Broker, database and the synthetic orders that are left to send."""

    servers: str
    app: Application
    orders: Iterator[tuple[bytes, bytes]]
    client: str
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @contextmanager
    def running(self, count: int) -> Iterator[list[int]]:
        """So many worker processes; their ids."""
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
        command = [sys.executable, "-c", "from tradewarden.cli.main import main; main()", "worker", "--lane", "live"]
        made = [
            subprocess.Popen([*command, "--name", f"bench-{os.getpid()}-{number}"], env=environment)
            for number in range(count)
        ]
        try:
            yield [one.pid for one in made]
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

    def producer(self, linger_ms: int) -> KafkaProducer:
        return KafkaProducer(bootstrap_servers=self.servers, linger_ms=linger_ms, acks="all", batch_size=262_144)


def applied(connection: psycopg.Connection[tuple[str, int, int]]) -> dict[int, int]:
    """The next offset of each partition of the orders."""
    rows = connection.execute("SELECT topic, partition, next_offset FROM stream_partitions")
    return {partition: offset for topic, partition, offset in rows if topic == ORDERS}


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


def sustained(bench: Bench, count: int, seconds: float) -> float:
    """Orders per second of so many workers over the window, printed; they work a backlog."""
    left = send(bench, int(EXPECTED * count**0.5 * (seconds + WARM_UP_SECONDS)))
    with bench.asked() as connection, bench.running(count) as pids:
        start = sum(applied(connection).values())
        while sum(applied(connection).values()) == start:
            time.sleep(0.1)
        time.sleep(WARM_UP_SECONDS)
        memory = [resident_mb(pid) for pid in pids]
        before, begin = sum(applied(connection).values()), time.perf_counter()
        spent = [cpu_seconds(pid) for pid in pids]
        while (passed := time.perf_counter() - begin) < seconds and sum(applied(connection).values()) - start < left:
            time.sleep(0.2)
        done, passed = sum(applied(connection).values()) - before, time.perf_counter() - begin
        cpu = sum(cpu_seconds(pid) for pid in pids) - sum(spent)
        after = [resident_mb(pid) for pid in pids]
        rate = done / passed
        print(
            f"{count} worker{'s' if count > 1 else ''}: {rate:,.0f} orders/s over {passed:.0f} s,"
            f" {cpu / done * 1e6:,.0f} us of CPU in workers per order; memory MB {memory} at the beginning,"
            f" {after} at the end; load of the machine {os.getloadavg()[0]:.1f}",
            flush=True,
        )
        while sum(applied(connection).values()) - start < left:
            time.sleep(0.2)
        if count == 1:
            delays(bench, connection, rate / 2)
    return rate


def delays(bench: Bench, connection: psycopg.Connection[tuple[str, int, int]], rate: float) -> None:
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
        for number, (key, value) in enumerate(islice(bench.orders, int(rate * LATENCY_SECONDS))):
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


def beside(bench: Bench, sample: list[tuple[bytes, bytes]]) -> None:
    """The floors, in the same run: consuming, decoding and inserting the same bytes and nothing else."""
    for client in CLIENTS if HAS_CONFLUENT else CLIENTS[:1]:
        with connect_consumer(bench.servers, "floor", client=client) as consumer:
            starts = dict.fromkeys(consumer.partitions([ORDERS]), 0)
            consumer.assign(starts)
            whole, begin, count = sum(consumer.end_offsets().values()), time.perf_counter(), 0
            while count < whole:
                count += len(consumer.poll(BATCH, 1.0))
        print(f"  floor: consume with {client:<14} {count / (time.perf_counter() - begin):>10,.0f} /s")
    begin, now = time.process_time(), datetime.now(UTC)
    for _, value in sample:
        decode_order(value, "bench", now)
    print(f"  floor: decode                      {len(sample) / (time.process_time() - begin):>10,.0f} /s")
    with bench.asked() as connection:
        connection.execute("CREATE TABLE floor (id bigserial PRIMARY KEY, raw bytea)")
        begin = time.perf_counter()
        for start in range(0, len(sample), BATCH):
            with (
                connection.transaction(),
                connection.cursor().copy("COPY floor (raw) FROM STDIN (FORMAT BINARY)") as copy,
            ):
                copy.set_types(["bytea"])
                for _, value in sample[start : start + BATCH]:
                    copy.write_row((value,))
        print(f"  floor: insert (COPY, committed)    {len(sample) / (time.perf_counter() - begin):>10,.0f} /s")


def profile(bench: Bench, sample: list[tuple[bytes, bytes]]) -> None:
    """Where the time goes: the same orders through the inbox of this process, with a clock around every stage."""
    app, now = bench.app, datetime.now(UTC)
    worker = Worker(name="bench", batch_size=BATCH, publish=True)
    events = [decode_order(value, "bench", now) for _, value in sample]
    with app.database.writing() as uow:
        take(uow, events, "bench", "bench", now)
    process_batch(app, worker)
    stages, begin, count = Stages(), time.thread_time(), 0
    stages.install()
    while claimed := process_batch(app, worker).claimed:
        count += claimed
    seconds = time.thread_time() - begin
    print(f"where the CPU time of an order goes (inbox to decision, one process): {seconds / count * 1e6:,.0f} us")
    stages.show(count, seconds)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 2])
    parser.add_argument("--client", choices=CLIENTS, default=CLIENTS[HAS_CONFLUENT])
    given, _ = parser.parse_known_args()
    try:
        libs = jars()
    except CannotStart as error:
        print(f"not run: {error}")
        return
    print(
        f"{LINES}-line orders of {CLIENT_COUNT} clients, list of {ENTRIES:,} entries, batches of {BATCH}, audit on,"
        f" every check, {given.client}; {os.cpu_count()} cores for all, load before {os.getloadavg()[0]:.1f}"
    )
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory() as scratch, Postgres() as server:
        (Path(scratch) / "broker").mkdir()
        with Broker(Path(scratch) / "broker", libs) as broker:
            settings = Settings(data_dir=Path(scratch) / "data", database_url=server.new_database())
            app = build(settings)
            prepare(app)
            fill(app, now)
            ensure_topics(broker.servers, [*INCOMING, *OUTGOING], PARTITIONS)
            orders = messages(now, 5_000_000)
            bench = Bench(servers=broker.servers, app=app, orders=orders, client=given.client)
            for count in given.workers:
                sustained(bench, count, given.seconds)
            sample = list(islice(orders, SAMPLE))
            beside(bench, sample)
            profile(bench, sample)
            app.database.dispose()


if __name__ == "__main__":
    main()
