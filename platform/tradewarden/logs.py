"""Logging: one line for each event on standard error; JSON unless a person is looking. No personal data, see redaction.

Lines of the libraries (web server, scheduler, Kafka client) take the same way, so their errors are cleaned too. Traces
are plain: they never show the values of variables. Whoever works on something binds its ids with
`structlog.contextvars`, so that all lines about it can be found together.
"""

import logging
import sys
from typing import Any

import structlog

from tradewarden.errors import CannotStart
from tradewarden.redaction import redact

QUIET = ("alembic", "apscheduler", "uvicorn.error", "httpx", "opentelemetry", "urllib3")
"""Libraries that are heard from warnings on."""
CHATTY = ("kafka",)
"""Libraries that warn of what is no fault (a slow start) or what our own lines tell: heard from errors on."""


def configure(level: str) -> None:
    """Set up logging once for the process. Raises CannotStart for an unknown level."""
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise CannotStart(
            f"TRADEWARDEN_LOG_LEVEL={level!r} is no log level; expected DEBUG, INFO, WARNING, ERROR or CRITICAL."
        )
    structlog.configure(
        processors=[*_shared(), redact, _renderer()],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    _adopt_libraries(number)


def _shared() -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]


def _renderer() -> Any:
    if sys.stderr.isatty():
        return structlog.dev.ConsoleRenderer(colors=True, exception_formatter=structlog.dev.plain_traceback)
    return structlog.processors.JSONRenderer(ensure_ascii=False, default=str)


def _adopt_libraries(number: int) -> None:
    """Send what the standard library's loggers say through the same sieve."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*_shared(), structlog.stdlib.add_logger_name],
            processors=[redact, structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer()],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(number)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(number, logging.WARNING if number <= logging.DEBUG else logging.ERROR))
