"""Logging: one line for each event on standard error. Traces are plain: they never show the values of variables."""

import logging
import sys

import structlog

from tradewarden.errors import CannotStart


def configure(level: str) -> None:
    """Set up logging once for the process. Raises CannotStart for an unknown level."""
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise CannotStart(
            f"TRADEWARDEN_LOG_LEVEL={level!r} is no log level; expected DEBUG, INFO, WARNING, ERROR or CRITICAL."
        )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
