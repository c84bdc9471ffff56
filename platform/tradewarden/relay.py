"""The outbox relay: what a transaction wrote goes out at least once, in order, with an id that makes repeats known."""

import threading

import structlog

from databases.errors import DatabaseUnavailable
from integrations.kafka.port import Message, Producer, Undelivered
from tradewarden.wiring import Application

BATCH = 500
RETRY_SECONDS = 2.0
log = structlog.get_logger()


def relay_batch(app: Application, producer: Producer) -> int:
    """Send the oldest messages and mark them sent; returns how many. A kill in between sends them again.

    Raises Undelivered when the broker does not take them; they stay in the outbox and count one more attempt.
    """
    with app.database.writing() as uow:
        waiting = uow.outbox.pending(BATCH)
        if not waiting:
            return 0
        producer.send(
            [Message(topic=item.topic, key=item.key, value=item.payload, headers=item.headers) for item in waiting]
        )
        uow.outbox.mark_sent([item.message_id for item in waiting], app.clock())
        return len(waiting)


def relay(app: Application, producer: Producer, stop: threading.Event) -> None:
    """Relay until `stop` is set; a broker or database that is away is waited for."""
    while not stop.is_set():
        try:
            sent = relay_batch(app, producer)
        except (Undelivered, DatabaseUnavailable) as error:
            log.error("relay.waiting", error=type(error).__name__, detail=str(error)[:300], retry=RETRY_SECONDS)
            stop.wait(RETRY_SECONDS)
            continue
        if not sent:
            stop.wait(app.settings.idle_seconds)
