"""What a bulk import of a million orders does to live orders, on a real broker and a real PostgreSQL.

`python tests/bench/bench_lanes.py [--orders 1000000] [--seconds 60]`: one worker serves both lanes. Live orders are
timed at a steady rate, first alone (the floor), then behind the whole import; then the worker is told to stop.
The first orders of the import are all different, as many as can be worked meanwhile; those behind them are copies under
ids of their own, since they only stand in the queue.
"""

import argparse
import os
import signal
import time
from collections.abc import Iterator
from itertools import cycle, islice

from integrations.kafka import CLIENTS, HAS_CONFLUENT
from integrations.kafka.port import ORDERS_BULK
from streams import Bench, applied, delays, prepared, resident_mb
from tradewarden.errors import CannotStart
from tradewarden.selftest.jars import jars

RATE = 20.0
DIFFERENT_A_SECOND = 600
WARM_UP_SECONDS = 10.0


def imported(bench: Bench, orders: int, seconds: float) -> Iterator[tuple[bytes, bytes]]:
    """Key and value of each order of the import."""
    different = list(islice(bench.orders, min(orders, int(DIFFERENT_A_SECOND * (seconds + WARM_UP_SECONDS)))))
    yield from different
    for number, (key, value) in enumerate(islice(cycle(different), orders - len(different))):
        yield key, value.replace(b"SIM-", b"B%d-" % number)


def fill_bulk(bench: Bench, orders: int, seconds: float) -> None:
    """Put the whole import into the topic."""
    begin = time.perf_counter()
    with bench.producer(100, compression="gzip") as producer:
        for key, value in imported(bench, orders, seconds):
            producer.send(ORDERS_BULK, key=key, value=value)
        producer.flush()
    print(f"  {orders:,} orders of the import sent in {time.perf_counter() - begin:,.0f} s")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--client", choices=CLIENTS, default=CLIENTS[HAS_CONFLUENT])
    given, _ = parser.parse_known_args()
    try:
        libs = jars()
    except CannotStart as error:
        print(f"not run: {error}")
        return
    print(f"one worker for both lanes, {given.client}, {RATE:.0f} live orders/s, {os.cpu_count()} cores for all")
    with prepared(libs, given.client) as bench, bench.asked() as connection, bench.running(1, "all") as [worker]:
        print("without an import:")
        delays(bench, connection, RATE, 1)  # the first orders wait for the lists to be loaded
        delays(bench, connection, RATE, given.seconds / 2)
        fill_bulk(bench, given.orders, given.seconds)
        time.sleep(WARM_UP_SECONDS)
        before, begin, memory = (
            sum(applied(connection, ORDERS_BULK).values()),
            time.perf_counter(),
            resident_mb(worker.pid),
        )
        print("behind the import:")
        delays(bench, connection, RATE, given.seconds)
        done, passed = sum(applied(connection, ORDERS_BULK).values()) - before, time.perf_counter() - begin
        left = given.orders - before - done
        print(
            f"  meanwhile {done / passed:,.0f} orders/s of the import, {left:,} left; memory {memory} MB then"
            f" {resident_mb(worker.pid)} MB"
        )
        begin = time.perf_counter()
        worker.send_signal(signal.SIGTERM)
        status = worker.wait(timeout=120)
        print(f"  told to stop: ended with status {status} after {time.perf_counter() - begin:.1f} s")


if __name__ == "__main__":
    main()
