"""A bulk import of many orders delays live ones by less than two seconds, and memory holds one batch."""

import threading
import time
from dataclasses import replace

from integrations.json_events import encode
from integrations.kafka.memory import MemoryBroker, MemoryConsumer
from integrations.kafka.port import ORDERS, ORDERS_BULK
from tradewarden.pipeline.apply import Worker
from tradewarden.pipeline.lanes import BULK_BATCH, Lanes
from tradewarden.pipeline.reader import StreamReader
from tradewarden.settings import Settings
from tradewarden.setup import prepare
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import Run, simulate
from tradewarden.wiring import build, utc_now
from tradewarden.worker import work

LIVE = 12
LATEST_SECONDS = 2.0


def numbered(event, number):
    order_id = f"L{number}"
    return replace(event, event_id=order_id, order_id=order_id, order=replace(event.order, order_id=order_id))


def test_live_orders_pass_a_bulk_import(tmp_path):
    app = build(Settings(data_dir=tmp_path / "data"), clock=utc_now)
    prepare(app)
    broker = MemoryBroker(partitions=2)
    events = [as_event(item.order, "test", item.declared_at) for item in simulate(Run(seed=4, orders=3000, clients=60))]
    for event in events:
        broker.append(ORDERS_BULK, event.order.client_uscc.encode(), encode(event), {})
    worker = Worker(name="w1", batch_size=256)

    def reader(topic, size):
        named = replace(worker, batch_size=size)
        return StreamReader(
            app=app,
            worker=named,
            connect=lambda: MemoryConsumer(broker, "g"),
            topics=[topic],
            all_topics=[ORDERS, ORDERS_BULK],
        )

    lanes = Lanes(app=app, worker=worker, live=reader(ORDERS, 256), bulk=reader(ORDERS_BULK, BULK_BATCH))
    stop = threading.Event()
    batches = []
    thread = threading.Thread(target=work, args=(app, worker, stop, batches.append, lanes))
    thread.start()
    try:
        waited = [seconds_until_decided(app, broker, numbered(events[n], n)) for n in range(LIVE)]
        with app.database.reading() as uow:
            left = sum(state.lag for state in uow.streams.partitions() if state.topic == ORDERS_BULK)
    finally:
        stop.set()
        thread.join(60)
    app.database.dispose()
    # the machine of the tests is shared: one straggler is its fault, not that of the lanes
    assert sorted(waited)[-3] < LATEST_SECONDS, waited
    assert left > 0, "the import was over before the live orders came; the test proves nothing"
    assert sum(batch.polled for batch in batches) > LIVE
    assert max(batch.polled for batch in batches) <= BULK_BATCH + 256


def seconds_until_decided(app, broker, event):
    begun = time.monotonic()
    broker.append(ORDERS, event.order.client_uscc.encode(), encode(event), {})
    while time.monotonic() < begun + 30:
        with app.database.reading() as uow:
            item = uow.inbox.status("test", event.event_id)
        if item is not None and item.state == "applied":
            return time.monotonic() - begun
        time.sleep(0.05)
    return 30.0
