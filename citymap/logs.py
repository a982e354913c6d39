"""Structured logs: one JSON object per line, from Django, from our code and from the server.

One line per request: method, path, status, milliseconds, request id. Query strings and
bodies are never logged: they carry what people typed.
"""

import logging
import time
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

log = structlog.get_logger("citymap.request")

# What watches the installation asks every few seconds.
PROBES = frozenset({"/healthz", "/readyz"})

SHARED_PROCESSORS = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def structured_formatter(style: str = "json") -> logging.Formatter:
    """The formatter of every handler: `json`, or `console` for a person at a terminal."""
    last = (
        structlog.dev.ConsoleRenderer()
        if style == "console"
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=list(SHARED_PROCESSORS),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            last,
        ],
    )


def logging_config(*, level: str, style: str) -> dict[str, Any]:
    """Django's LOGGING: everything goes to stderr in one format."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"structured": {"()": "citymap.logs.structured_formatter", "style": style}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # At DEBUG it writes whole contexts of templates, personal data included.
            "django.template": {"level": "INFO"},
            "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        },
    }


def configure_structlog() -> None:
    """Hand structlog's events to the standard library's handlers."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED_PROCESSORS,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


class RequestLogMiddleware:
    """Binds a request id to every log line and logs the answer."""

    def __init__(self, get_response: "Callable[[HttpRequest], HttpResponse]") -> None:
        self.get_response = get_response

    def __call__(self, request: "HttpRequest") -> "HttpResponse":
        request.id = uuid.uuid4().hex
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request.id):
            response = self.get_response(request)
            dull = request.path in PROBES and response.status_code < 400
            (log.debug if dull else log.info)(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1000, 1),
            )
        response.headers["X-Request-Id"] = request.id
        return response
