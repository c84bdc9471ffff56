"""Inbox to recorded decision on SQLite (audit on, all checks, screening), beside the floor of inserting the raw events.

Runs on lists as large as given: with TRADEWARDEN_REAL_DATA the OFAC and UN lists, else a small synthetic one (said so).
"""

import os
import sqlite3
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from integrations.watchlists.imported import SourceFile
from measure import row
from tradewarden.demo import client_of_profile, synthetic_lists
from tradewarden.listing import import_list
from tradewarden.pipeline.batch import Worker, process_batch
from tradewarden.pipeline.intake import take
from tradewarden.settings import Settings
from tradewarden.setup import prepare
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import Run, factories, simulate
from tradewarden.wiring import Application, build

ORDERS, WARM_UP = 2000, 200
BATCH = 128
NOW = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)


def import_lists(app: Application) -> str:
    """The real lists where they are, else the invented ones; says which."""
    folder = os.environ.get("TRADEWARDEN_REAL_DATA", "")
    if not folder:
        with app.database.writing() as uow:
            summaries = [uow.watchlists.import_version(imported, "bench", NOW) for imported in synthetic_lists(NOW)]
        return f"synthetic lists, {sum(item.stored for item in summaries)} entries (set TRADEWARDEN_REAL_DATA)"
    ofac = [Path(folder) / "ofac" / name for name in ("sdn.csv", "alt.csv", "add.csv")]
    united = Path(folder) / "un" / "UN_consolidated.xml"
    summaries = [
        import_list(app, "SA02", [SourceFile(path.name, path.read_bytes()) for path in ofac], "bench"),
        import_list(app, "SA01", [SourceFile(united.name, united.read_bytes())], "bench"),
    ]
    return f"OFAC and UN lists, {sum(item.stored for item in summaries)} entries"


def insert_floor(folder: Path, raw: list[bytes]) -> float:
    """Seconds to insert the raw events in batches of the same size, with the same durability, in a file of its own."""
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE floor (id INTEGER PRIMARY KEY, raw BLOB)")
    begin = time.perf_counter()
    for start in range(0, len(raw), BATCH):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany("INSERT INTO floor (raw) VALUES (?)", [(item,) for item in raw[start : start + BATCH]])
        connection.execute("COMMIT")
    seconds = time.perf_counter() - begin
    connection.close()
    return seconds


def main() -> None:
    run = Run(seed=2, orders=ORDERS + WARM_UP, clients=200)
    events = [as_event(item.order, "bench", item.declared_at) for item in simulate(run)]
    with tempfile.TemporaryDirectory() as folder:
        app = build(Settings(data_dir=Path(folder)), clock=lambda: NOW)
        prepare(app)
        lists = import_lists(app)
        with app.database.writing() as uow:
            uow.clients.save_many([client_of_profile(item.profile) for item in factories(run)], "bench", NOW)
            take(uow, events, "bench", "bench", NOW)
            raw = [item.raw for item in uow.inbox.claim(ORDERS)]
        print(f"{ORDERS} synthetic orders of {run.clients} clients, batches of {BATCH}; {lists}; one process")
        floor = row("floor: insert the raw events", [insert_floor(Path(folder), raw)], ORDERS)
        worker = Worker(batch_size=BATCH)
        warm = 0
        while warm < WARM_UP:
            warm += process_batch(app, worker).decided
        seconds, decided = [], []
        while True:
            begin = time.perf_counter()
            result = process_batch(app, worker)
            if not result.claimed:
                break
            seconds.append((time.perf_counter() - begin) / result.claimed)
            decided.append(result.decided)
        row("inbox to recorded decision, per order", seconds, 1, floor)
        print(f"sustained: {sum(decided) / sum(s * d for s, d in zip(seconds, decided, strict=True)):,.0f} orders/s")
        app.database.dispose()


if __name__ == "__main__":
    main()
