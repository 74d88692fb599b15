"""JSON over HTTP in the format of the socket: a strict parser, an encoder and the error body, for all API views."""

from __future__ import annotations

from typing import Any

import msgspec
from django.core.exceptions import PermissionDenied
from django.http import Http404, QueryDict
from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from superapp.core.errors import DomainError, InputInvalid, NotLoggedIn, RateLimited
from superapp.realtime import command_execution
from superapp.realtime.errors import BadFrame, Forbidden, FrameTooLarge, MethodNotAllowed, NotFound
from superapp.realtime.registry import RequestSchema

BODY_BYTES_MAX = 65_536

_encode = msgspec.json.Encoder().encode
_read_object = msgspec.json.Decoder(dict[str, Any]).decode


class JsonParser(BaseParser):
    """A strict JSON parser for one object of limited size."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, context: Any = None) -> dict[str, Any]:
        body = stream.read(BODY_BYTES_MAX + 1)
        if len(body) > BODY_BYTES_MAX:
            raise FrameTooLarge(bytes_max=BODY_BYTES_MAX)
        try:
            return _read_object(body)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise BadFrame from None


def read_query(query: QueryDict, schema: type[RequestSchema]) -> dict[str, Any]:
    """
    Return the fields of a request schema that a query string has, as text.

    :raises InputInvalid: if one that is no list is given more than once
    """
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(schema):
        name, is_list = field.encode_name, _is_list(field.type)
        given = query.getlist(name)
        if len(given) > 1 and not is_list:
            raise InputInvalid(detail=f"{name} is given more than once")
        if given:
            values[name] = given if is_list else given[0]
    return values


def _is_list(annotation: Any) -> bool:
    return isinstance(msgspec.inspect.type_info(annotation), (msgspec.inspect.ListType, msgspec.inspect.VarTupleType))


class JsonRenderer(BaseRenderer):
    """A renderer with the socket's encoder."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else _encode(data)


class JsonOnlyNegotiation(BaseContentNegotiation):
    """A content negotiation that always selects JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return next((parser for parser in parsers if parser.media_type == _media_type(request.content_type)), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type


def _media_type(content_type: str | None) -> str:
    return (content_type or "").partition(";")[0].strip().lower()


def handle_exception(error: Exception, _context: Any) -> Response:
    """Handle an exception as DRF's exception handler: return the common error body, with the kind as the status."""
    refused = to_domain_error(error, "rest")
    status = 405 if isinstance(refused, MethodNotAllowed) else int(refused.kind)
    response = Response(refused.body(), status=status)
    if refused.retry_after is not None:
        response.headers["Retry-After"] = str(refused.retry_after)
    return response


def to_domain_error(error: Exception, where: str) -> DomainError:
    """Map an exception of this project, Django or DRF to a ``DomainError``."""
    match error:
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return NotLoggedIn()
        case exceptions.PermissionDenied() | PermissionDenied():
            return Forbidden()
        case exceptions.NotFound() | Http404():
            return NotFound()
        case exceptions.MethodNotAllowed():
            return MethodNotAllowed()
        case exceptions.Throttled():
            return RateLimited(retry_after=int(error.wait or 1))  # type: ignore[attr-defined]  # The stubs left it out.
        case exceptions.ParseError() | exceptions.UnsupportedMediaType():
            return BadFrame()
        case exceptions.ValidationError():
            return InputInvalid(detail=str(error.detail))
        case _:
            return command_execution.to_domain_error(error, where)
