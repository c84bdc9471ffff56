"""Wiring of the streams: which topics a worker reads in which lane, and with which client library."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from databases.inbox import Lane
from integrations.kafka import connect_consumer, ensure_topics
from integrations.kafka.port import CUSTOMS, INCOMING, LOGISTICS, ORDERS, ORDERS_BULK, OUTGOING, Consumer
from tradewarden.pipeline.apply import Worker
from tradewarden.pipeline.lanes import BULK_BATCH, Lanes
from tradewarden.pipeline.reader import StreamReader
from tradewarden.wiring import Application

GROUP = "tradewarden"
TOPICS: dict[Lane, tuple[str, ...]] = {"live": (ORDERS, LOGISTICS, CUSTOMS), "bulk": (ORDERS_BULK,)}


def open_lanes(app: Application, worker: Worker, started_at: datetime | None = None) -> Lanes:
    """The lanes of a worker: streams beside the inbox when brokers are set. Connects to nothing yet.

    `started_at` is when its name was claimed; without it nobody looks whether the name is its own.
    """
    if not app.settings.kafka_servers:
        return Lanes(app=app, worker=worker, started_at=started_at)
    every = [topic for lane in worker.lanes for topic in TOPICS[lane]]

    def reader(topics: Sequence[str], worker: Worker) -> StreamReader:
        return StreamReader(
            app=app,
            worker=worker,
            connect=lambda: connect(app),
            topics=topics,
            all_topics=every,
            started_at=started_at,
        )

    live = reader(TOPICS["live"], worker) if "live" in worker.lanes else None
    small = replace(worker, batch_size=min(worker.batch_size, BULK_BATCH)) if live else worker
    bulk = reader(TOPICS["bulk"], small) if "bulk" in worker.lanes else None
    return Lanes(app=app, worker=worker, live=live, bulk=bulk, started_at=started_at)


def connect(app: Application) -> Consumer:
    """A consumer that reads nothing yet, after making the topics that are missing. Raises Unavailable."""
    settings = app.settings
    ensure_topics(settings.kafka_servers, [*INCOMING, *OUTGOING], settings.kafka_partitions)
    return connect_consumer(settings.kafka_servers, GROUP, client=settings.kafka_client)
