"""Structured logs: JSON when served and readable when embedded, each line with the id of its request or socket."""

from __future__ import annotations

import logging.config
import re
import time
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponseBase
from structlog.typing import EventDict, Processor, WrappedLogger

from superapp.core import ids

REQUEST_ID_HEADER = "X-Request-ID"
# Accepted request ids of other systems; anything else could forge lines or fill disks.
_WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{8,64}")
# Values under these names are personal data and must not be logged.
_PRIVATE = frozenset({"body", "phone", "number", "code", "password", "draft", "payload", "arguments", "cookie"})
_PHONE_NUMBER = re.compile(r"(?<![\w+-])(?:\+\d{8,15}|0?8\d{8,11}|628\d{7,11})(?![\w-])")

access_log = structlog.get_logger("nusa.access")


def configure(options: dict[str, Any]) -> None:
    """
    Send all log lines of ours and of libraries through one formatter.

    Django calls this with ``settings.LOGGING``.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact_private_values,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    rendering: list[Processor]
    if options["json"]:
        rendering = [structlog.processors.format_exc_info, _redact_phone_numbers, structlog.processors.JSONRenderer()]
    else:
        # Plain: a traceback with local variables would contain what people wrote.
        plain = structlog.dev.plain_traceback
        rendering = [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain)]
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "lines": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
                }
            },
            "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "lines"}},
            "root": {"handlers": ["lines"], "level": "WARNING"},
            "loggers": {
                **{name: {"level": options["level"]} for name in ("superapp", "chat")},
                "nusa.access": {"level": options["access_level"]},
                # A refused host, body or page is the visitor's mistake, and tells an operator nothing.
                "django.security.DisallowedHost": {"level": "CRITICAL"},
                "django.security.RequestDataTooBig": {"level": "CRITICAL"},
                "django.security.TooManyFieldsSent": {"level": "CRITICAL"},
                "django.security.TooManyFilesSent": {"level": "CRITICAL"},
                "django.request": {"level": "ERROR"},
            },
        }
    )


def redact_private_values(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Redact personal data: values under private names, and everything that looks like a phone number."""
    for name, value in line.items():
        if name in _PRIVATE:
            line[name] = "(private)"
        elif isinstance(value, str):
            line[name] = _PHONE_NUMBER.sub("(number)", value)
    return line


def _redact_phone_numbers(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Redact phone numbers in the rendered traceback, whose messages may quote what was sent."""
    if isinstance(line.get("exception"), str):
        line["exception"] = _PHONE_NUMBER.sub("(number)", line["exception"])
    return line


def make_request_id(offered: str | None) -> str:
    """Return the request id that the proxy or the caller gave, if it is well formed; otherwise a new one."""
    if offered and _WELL_FORMED.fullmatch(offered):
        return offered
    return ids.new_id().hex


def _redacted_path(request: HttpRequest) -> str:
    """Return the path without its token, which would give access to whoever reads the log."""
    token = request.resolver_match.kwargs.get("token") if request.resolver_match else None
    return request.path.replace(token, "(token)") if token else request.path


GetResponse = Callable[[HttpRequest], HttpResponseBase]


def log_requests(get_response: GetResponse) -> GetResponse:
    """Give the request an id, for all log lines and the response, and log one line about it."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        number = make_request_id(request.headers.get(REQUEST_ID_HEADER))
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request=number):
            response = get_response(request)
            # The path is logged without its query, which may contain what somebody searched for. Probes come every
            # second, and are logged at level debug only.
            write = access_log.debug if request.path.startswith("/-/") else access_log.info
            write(
                "request",
                method=request.method,
                path=_redacted_path(request),
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1_000, 1),
            )
        response.headers[REQUEST_ID_HEADER] = number
        return response

    return answer
