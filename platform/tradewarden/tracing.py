"""Traces, off by default: one for each revision of an order, from the door to the decision that leaves on Kafka.

`TRADEWARDEN_TRACES` names an OTLP endpoint and switches them on; the extra `otel` brings the library. Off, a span is
one look at a variable. Attributes carry ids and numbers only, never a name: traces leave for another system.

Every process can say the trace of a revision without being told: its id is derived from order and revision. A sender
that has a trace of its own puts `traceparent` into the record's headers; then ours continues that one.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from functools import wraps
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar

from tradewarden.errors import CannotStart

try:
    from opentelemetry import trace
except ImportError:  # the extra is not installed
    INSTALLED = False
else:
    INSTALLED = find_spec("opentelemetry.sdk") is not None

SENDER = "tradewarden.trace_sender"
"""Imported when traces are switched on: it brings much that nobody needs without them."""
HEADER = "traceparent"
TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
P = ParamSpec("P")
R = TypeVar("R")
Revision = tuple[str, int]
"""Order id and revision."""

_provider: Any = None
_tracer: Any = None
_NOTHING: AbstractContextManager[None] = nullcontext()
_NO_HEADERS: Mapping[str, str] = MappingProxyType({})
_NOBODY: Mapping[Revision, str] = MappingProxyType({})
_given: ContextVar[Mapping[Revision, str]] = ContextVar("given", default=_NOBODY)


def switch_on(endpoint: str, service: str, processor: Any = None) -> None:
    """Send traces to `endpoint`, as `service`; does nothing without an endpoint.

    `processor` (a SpanProcessor) takes the place of the sender (tests). Raises CannotStart when the library is missing.
    """
    global _provider, _tracer  # noqa: PLW0603 - one per process, as the library has it too
    if not endpoint:
        return
    if not INSTALLED:
        raise CannotStart(
            "TRADEWARDEN_TRACES is set, but OpenTelemetry is not installed. Install `tradewarden[otel]` or unset it."
        )
    _provider = import_module(SENDER).provider(endpoint, service, processor)
    _tracer = _provider.get_tracer("tradewarden")


def switch_off() -> None:
    """Send what is left and stop."""
    global _provider, _tracer  # noqa: PLW0603
    if _provider is not None:
        _provider.shutdown()
    _provider = _tracer = None


def span(name: str, **attributes: str | int) -> AbstractContextManager[Any]:
    """A span around a step; nested ones become its children. `attributes` are ids and counts."""
    if _tracer is None:
        return _NOTHING
    return _started(name, None, attributes)


@contextmanager
def _started(name: str, parent: Any, attributes: Mapping[str, str | int]) -> Iterator[Any]:
    """An error is told by its kind only: its text may quote a name."""
    named = {f"tradewarden.{key}": value for key, value in attributes.items()}
    beginning = _tracer.start_as_current_span(
        name, context=parent, attributes=named, record_exception=False, set_status_on_exception=False
    )
    with beginning as begun:
        try:
            yield begun
        except BaseException as error:
            begun.set_status(trace.Status(trace.StatusCode.ERROR, type(error).__name__))
            raise


def traced(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate a step so that each call is a span."""

    def decorate(step_: Callable[P, R]) -> Callable[P, R]:
        @wraps(step_)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            if _tracer is None:
                return step_(*args, **kwargs)
            with span(name):
                return step_(*args, **kwargs)

        return wrapper

    return decorate


@contextmanager
def given(contexts: Iterable[tuple[Revision, str]]) -> Iterator[None]:
    """While inside, these revisions continue the traces their senders began."""
    found = {revision: text for revision, text in contexts if TRACEPARENT.fullmatch(text)}
    token = _given.set(found)
    try:
        yield
    finally:
        _given.reset(token)


def traceparent(order_id: str, revision: int) -> str:
    """The trace context of a revision: the sender's when it gave one, else derived from order and revision."""
    if text := _given.get().get((order_id, revision)):
        return text
    digest = sha256(f"{order_id}/{revision}".encode()).hexdigest()
    return f"00-{digest[:32]}-{digest[32:48]}-01"


def headers(order_id: str, revision: int) -> Mapping[str, str]:
    """What a message about a revision carries in its headers; empty while traces are off."""
    return _NO_HEADERS if _tracer is None else {HEADER: traceparent(order_id, revision)}


def step(name: str, context: str, **attributes: str | int) -> AbstractContextManager[Any]:
    """A span in the trace of `context` (a traceparent); a root span when it is none."""
    if _tracer is None:
        return _NOTHING
    parent = None
    if TRACEPARENT.fullmatch(context):
        _, trace_id, span_id, flags = context.split("-")
        remote = trace.SpanContext(int(trace_id, 16), int(span_id, 16), True, trace.TraceFlags(int(flags, 16)))
        parent = trace.set_span_in_context(trace.NonRecordingSpan(remote))
    return _started(name, parent, attributes)
