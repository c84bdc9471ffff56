"""The first message of a process may come to several threads at once."""

import subprocess
import sys

import pytest

from integrations.json_events import encode
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import Run, simulate

PROGRAM = """
import sys, threading
from datetime import UTC, datetime
from integrations.json_events import decode_order
sys.setswitchinterval(1e-6)
raw, now, ready, done = sys.stdin.buffer.read(), datetime(2027, 1, 1, tzinfo=UTC), threading.Barrier(8), []
def first():
    ready.wait()
    done.append(decode_order(raw, "test", now))
threads = [threading.Thread(target=first, daemon=True) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join(30) for thread in threads]
sys.exit(len(done) != 8 or len(set(map(repr, done))) != 1)
"""


@pytest.mark.parametrize("attempt", range(4))
def test_threads_that_meet_the_types_for_the_first_time_together_all_get_the_order(attempt):
    # before the types were made by one thread seven of eight such processes crashed or hung
    item = next(iter(simulate(Run(seed=attempt, orders=1, clients=2))))
    raw = encode(as_event(item.order, "test", item.declared_at))
    assert subprocess.run([sys.executable, "-c", PROGRAM], input=raw, timeout=90, check=False).returncode == 0
