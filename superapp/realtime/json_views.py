"""JSON views over HTTP for requests that are not commands: log-in and file uploads."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from superapp.core.errors import DomainError
from superapp.realtime import command_execution, rest_format
from superapp.realtime.errors import FrameTooLarge, MethodNotAllowed
from superapp.realtime.registry import RequestSchema
from superapp.realtime.rest_format import BODY_BYTES_MAX

S = TypeVar("S", bound=RequestSchema)
View = Callable[..., HttpResponseBase]


def json_view(*methods: str) -> Callable[[Callable[..., Any]], View]:
    """Decorate a view for these methods: its result is sent as JSON, and a refusal in the common body of errors."""

    def decorate(view: Callable[..., Any]) -> View:
        @functools.wraps(view)
        def answer(request: HttpRequest, **parts: Any) -> HttpResponseBase:
            def call() -> Any:
                if request.method not in methods:
                    raise MethodNotAllowed
                return view(request, **parts)

            try:
                response = _json(command_execution.call_safely(call), 200)
            except DomainError as refused:
                is_method = isinstance(refused, MethodNotAllowed)
                response = _json(refused.body(), 405 if is_method else int(refused.kind))
                if refused.retry_after is not None:
                    response.headers["Retry-After"] = str(refused.retry_after)
            response.headers["Allow"] = ", ".join(methods)
            return response

        return answer

    return decorate


def read_body(request: HttpRequest, decode: Callable[[str | bytes], S]) -> S:
    """
    Decode the JSON body of a request into a request schema; at most one byte more than the limit is read.

    :raises FrameTooLarge: if it is larger than a command may be
    :raises InputInvalid: if a field is missing, has the wrong type, or cannot be stored
    """
    body = request.read(BODY_BYTES_MAX + 1)
    if len(body) > BODY_BYTES_MAX:
        raise FrameTooLarge(bytes_max=BODY_BYTES_MAX)
    return command_execution.decode_request(decode, body)


def read_query(request: HttpRequest, schema: type[S]) -> S:
    """
    Read the query string of a request into a request schema.

    :raises InputInvalid: if a field is missing, has the wrong form, is given twice or cannot be stored
    """
    return command_execution.convert_fields(schema, rest_format.read_query(request.GET, schema), strict=False)


def _json(answer: object, status: int) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(answer), status=status, content_type="application/json")
