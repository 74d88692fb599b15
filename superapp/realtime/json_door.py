"""JSON over HTTP for what is no command: log-in, and files that people send."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from superapp.core.errors import DomainError
from superapp.realtime import serving

View = Callable[..., HttpResponseBase]


def json_door(view: Callable[..., Any]) -> View:
    """Answer with JSON what the view returns, and what it refuses with the one body of errors."""

    @functools.wraps(view)
    def answer(request: HttpRequest, **parts: Any) -> HttpResponseBase:
        def call() -> Any:
            return view(request, **parts)

        try:
            response = _json(serving.safely(call), 200)
        except DomainError as refused:
            response = _json(refused.body(), int(refused.kind))
            if refused.retry_after is not None:
                response.headers["Retry-After"] = str(refused.retry_after)
        return response

    return answer


def _json(answer: object, status: int) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(answer), status=status, content_type="application/json")
