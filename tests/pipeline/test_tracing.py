"""Traces: from the sender's record to the decision message, nested as the steps are, without a name in them; and
nothing at all while they are off."""

import asyncio
import re
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from integrations.kafka.memory import MemoryBroker, MemoryProducer
from integrations.kafka.port import DECISIONS
from tradewarden import tracing
from tradewarden.api.tracing import TracedRequests
from tradewarden.errors import CannotStart
from tradewarden.pipeline.batch import Worker, process_batch
from tradewarden.pipeline.intake import take
from tradewarden.relay import relay_batch
from tradewarden.simulate.events import as_event
from tradewarden.simulate.generate import simulate

from .conftest import NOW

SENDERS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def spans():
    """Everything traced, in memory; off again afterwards."""
    exporter = InMemorySpanExporter()
    tracing.switch_on("http://127.0.0.1:1/never", "test", SimpleSpanProcessor(exporter))
    yield exporter.get_finished_spans
    tracing.switch_off()


@pytest.fixture
def events(run):
    return [as_event(item.order, "test", item.declared_at) for item in simulate(run)][:12]


def work_through(app, events):
    broker = MemoryBroker()
    with app.database.writing() as uow:
        take(uow, events, "test", "tester", NOW)
    while process_batch(app, Worker(batch_size=64, publish=True)).claimed:
        pass
    relay_batch(app, MemoryProducer(broker))
    return [dict(record.headers) for (topic, _), log in broker.records.items() if topic == DECISIONS for record in log]


def test_off_is_nothing(app, events):
    assert tracing.span("x") is tracing.span("y", count=1)
    assert tracing.headers("O", 1) == {}
    sent = work_through(app, events)
    assert sent
    assert all(set(headers) == {"id"} for headers in sent)


def test_the_sender_s_trace_reaches_the_decision_and_others_have_one_of_their_own(app, events, spans):
    first = events[0]
    with tracing.given([((first.order_id, first.revision), SENDERS)]):
        sent = work_through(app, events)
    contexts = [headers["traceparent"].decode() for headers in sent]
    assert contexts.count(SENDERS) == 1
    assert len(set(contexts)) == len(contexts) == 12
    assert all(tracing.TRACEPARENT.fullmatch(context) for context in contexts)
    names = [span.name for span in spans()]
    assert {"door.intake", "batch", "batch.record", "relay.batch"} <= set(names)
    by_id = {span.context.span_id: span for span in spans()}
    recorded = next(span for span in spans() if span.name == "batch.record")
    assert by_id[recorded.parent.span_id].name == "batch"


def test_no_name_stands_in_a_span(app, events, spans):
    work_through(app, events)
    told = " ".join(f"{span.name} {dict(span.attributes)} {span.events} {span.status.description}" for span in spans())
    names = {party.name for event in events for party in event.order.parties} | {e.order.client_uscc for e in events}
    assert names
    assert not [name for name in names if name in told]


@pytest.mark.parametrize("text", ["", "00-zz", "00-" + "0" * 32 + "-b7ad6b7169203331-01", SENDERS + "x", "甲"])
def test_what_is_no_trace_context_is_not_carried_on(text, spans):
    with tracing.given([(("O-1", 1), text)]):
        mine = tracing.traceparent("O-1", 1)
    assert mine == tracing.traceparent("O-1", 1) != text
    assert tracing.traceparent("O-1", 2) != mine


def test_a_failing_step_says_so_without_the_error_s_text(spans):
    @tracing.traced("step")
    def fails():
        raise ValueError("no client BLU PRECISION LIMITED")

    with pytest.raises(ValueError, match="BLU"):
        fails()
    (span,) = spans()
    assert span.status.status_code.name == "ERROR"
    assert span.status.description == "ValueError"
    assert "BLU" not in f"{span.status.description} {span.events} {dict(span.attributes)}"


def test_a_request_continues_its_caller_s_trace_and_tells_no_query(spans):
    async def page(_request):
        return PlainTextResponse("ok", status_code=207)

    server = Starlette(routes=[Route("/clients/{name}", page)])
    server.add_middleware(TracedRequests)

    async def ask():
        transport = httpx.ASGITransport(server)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            await client.get("/clients/acme?q=BLU+PRECISION", headers={"traceparent": SENDERS})

    # in a thread: the browser of other tests keeps a loop running in this one
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, ask()).result()
    (span,) = spans()
    assert f"{span.context.trace_id:032x}" in SENDERS
    assert (span.attributes["tradewarden.method"], span.attributes["tradewarden.status"]) == ("GET", 207)
    assert not re.search("BLU|acme", str(dict(span.attributes)))


def test_without_the_library_it_can_not_be_switched_on(monkeypatch):
    monkeypatch.setattr(tracing, "INSTALLED", False)
    with pytest.raises(CannotStart, match=r"tradewarden\[otel\]"):
        tracing.switch_on("http://127.0.0.1:4318/v1/traces", "test")
    tracing.switch_on("", "test")
    assert tracing.headers("O", 1) == {}


def test_off_costs_next_to_nothing():
    """A thousand spans that are off take less than a judged order does (about 2 ms), on a slow machine too."""
    began = time.perf_counter()
    for _ in range(1000):
        with tracing.span("x"):
            pass
        tracing.headers("O", 1)
    assert time.perf_counter() - began < 0.05
