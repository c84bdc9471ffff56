"""The stream on a real broker and a real PostgreSQL: orders/s, delay to the visible decision, memory, where time goes.

`python tests/bench/bench_stream.py [--seconds 30] [--workers 1 2]`: each run sends a backlog of synthetic orders of
three lines (key = client), starts that many `tradewarden worker` processes and counts what the offsets in the database
say over the window; then orders are sent at half that rate and timed until their offset is visible. Everything shares
the cores of this machine: broker, database, workers and this program.
"""

import argparse
import os
import time
from datetime import UTC, datetime
from itertools import islice

from integrations.json_events import decode_order
from integrations.kafka import CLIENTS, HAS_CONFLUENT, connect_consumer
from integrations.kafka.port import ORDERS
from stages import Stages
from stream_orders import CLIENTS as CLIENT_COUNT
from stream_orders import ENTRIES, LINES
from streams import BATCH, Bench, applied, cpu_seconds, delays, prepared, resident_mb, send
from tradewarden.errors import CannotStart
from tradewarden.pipeline.batch import Worker, process_batch
from tradewarden.pipeline.intake import take
from tradewarden.selftest.jars import jars

WARM_UP_SECONDS = 8.0
LATENCY_SECONDS = 15.0
EXPECTED = 900
SAMPLE = 2_000


def sustained(bench: Bench, count: int, seconds: float) -> float:
    """Orders per second of so many workers over the window, printed; they work a backlog."""
    left = send(bench, int(EXPECTED * count**0.5 * (seconds + WARM_UP_SECONDS)))
    with bench.asked() as connection, bench.running(count) as workers:
        pids = [one.pid for one in workers]
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
            delays(bench, connection, rate / 2, LATENCY_SECONDS)
    return rate


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
    with prepared(libs, given.client) as bench:
        for count in given.workers:
            sustained(bench, count, given.seconds)
        sample = list(islice(bench.orders, SAMPLE))
        beside(bench, sample)
        profile(bench, sample)


if __name__ == "__main__":
    main()
