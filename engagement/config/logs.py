"""Structured logs: one line an event, each with the id of the request that it belongs to."""

import logging
from typing import Any

import structlog

from engagement.config.log_redaction import redact_line


class ProbeIsNoError(logging.Filter):
    """Drops Django's line about a 503 of ``/readyz``: it answers a question, nobody was refused anything."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every other record."""
        return getattr(getattr(record, "request", None), "path", "") != "/readyz"


def logging_settings(*, level: str, as_json: bool) -> dict[str, Any]:
    """Return a ``logging.config.dictConfig`` dictionary; JSON lines, or readable ones for a terminal."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    renderer,
                    redact_line,
                ],
                "foreign_pre_chain": shared,
            }
        },
        "filters": {"probes": {"()": ProbeIsNoError}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured", "filters": ["probes"]}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["stderr"], "level": level, "propagate": False},
            "axes": {"level": "WARNING"},  # tells every sign-in in five lines; the audit trail has them
        },
    }
