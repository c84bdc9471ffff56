"""The relay: messages a second from the outbox to a broker in memory, and what a trace costs while it is off and on.

Floor: the same producer called without an outbox. The broker answers at once, so this is what the database costs.
"""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from databases.outbox import Message
from integrations.kafka.memory import MemoryBroker, MemoryProducer
from integrations.kafka.port import DECISIONS
from measure import row, timed
from tradewarden import tracing
from tradewarden.relay import BATCH, relay_batch
from tradewarden.settings import Settings
from tradewarden.setup import prepare
from tradewarden.wiring import Application, build

ROUNDS = 12
SIZE = 700


def relay_rate(folder: Path) -> None:
    """Full batches of messages of the size of a decision, over 50 keys."""
    app: Application = build(Settings(data_dir=folder))
    prepare(app)
    messages = [
        Message(topic=DECISIONS, key=f"K{number % 50}", payload=b"x" * SIZE, headers={"id": str(number)})
        for number in range(BATCH)
    ]
    with app.database.writing() as uow:
        for _ in range(ROUNDS + 2):
            uow.outbox.append(messages, datetime.now(UTC))
    producer = MemoryProducer(MemoryBroker())
    floor = row("producer alone (SQLite not asked)", timed(lambda: producer.send([]), 200), 1)
    row("relayed from the outbox (SQLite)", timed(lambda: relay_batch(app, producer), ROUNDS, 2), BATCH)
    print(f"{'':<46} an empty call of the producer takes {floor * 1e6:.1f} us")
    app.database.dispose()


def spans(name: str) -> None:
    def one() -> None:
        with tracing.span("x"):
            tracing.headers("O-1", 1)

    row(name, timed(one, 5000))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        relay_rate(Path(folder))
    spans("a span and its headers, traces off")
    tracing.switch_on("http://127.0.0.1:1/never", "bench", SimpleSpanProcessor(InMemorySpanExporter()))
    spans("a span and its headers, traces on")
    tracing.switch_off()


if __name__ == "__main__":
    main()
