"""The sender of traces: OpenTelemetry's own, over OTLP/HTTP."""

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

TIMEOUT_SECONDS = 5


def provider(endpoint: str, service: str, processor: SpanProcessor | None) -> TracerProvider:
    """A provider whose spans go to `endpoint` in batches, or to `processor`."""
    made = TracerProvider(resource=Resource.create({"service.name": service}))
    made.add_span_processor(
        processor or BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=TIMEOUT_SECONDS))
    )
    return made
