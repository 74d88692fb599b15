"""
The REST API: all commands with a route, under ``/api/v1``, with the same fields, responses and errors as the
socket.
"""

from __future__ import annotations

import functools
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from superapp.core.errors import NotLoggedIn
from superapp.realtime import command_execution, openapi, registry, rest_format
from superapp.realtime.errors import BadFrame, MethodNotAllowed
from superapp.realtime.rate_limits import command_throttle
from superapp.realtime.registry import Command, RequestSchema


class CommandView(APIView):
    """The view of one path, which serves a command for each of its methods."""

    commands: Mapping[str, Command] = {}

    @property
    def allowed_methods(self) -> list[str]:
        return [*self.commands, "OPTIONS"]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # An unsupported method is refused before authentication.
        if request.method not in (*self.allowed_methods, "HEAD" if "GET" in self.commands else ""):
            raise MethodNotAllowed
        super().initial(request, *args, **kwargs)

    def dispatch_command(self, request: Request, **path_fields: Any) -> Response:
        """Execute the command in the same way as the socket does."""
        began = time.perf_counter()
        command = self.commands["GET" if request.method == "HEAD" else request.method or ""]
        outcome = "ok"
        try:
            caller = registry.find_caller(request.session.session_key or "")
            if caller is None:
                raise NotLoggedIn
            command_throttle.take(caller.user_id, command.cost)
            schema = _fields(command, request, path_fields)
            assert command.handler is not None  # The registry refuses a route without a handler.
            encoded = msgspec.json.encode(command.handler(caller, schema))
            command_throttle.charge_size(caller.user_id, len(encoded))
            return Response(msgspec.Raw(encoded), headers={"Cache-Control": "no-store"})
        except Exception as error:
            refused = rest_format.to_domain_error(error, command.name)
            outcome = refused.code
            raise refused from error
        finally:
            command_execution.observe_command(command.name, outcome, began)


def _fields(command: Command, request: Request, path_fields: dict[str, Any]) -> RequestSchema:
    if request.method in ("GET", "DELETE"):
        query = rest_format.read_query(request.query_params, command.schema)
        return command_execution.convert_fields(command.schema, {**query, **path_fields}, strict=False)
    if not isinstance(request.data, dict):
        raise BadFrame
    body: dict[str, Any] = request.data
    return command_execution.convert_fields(command.schema, {**body, **path_fields}, strict=True)


def _views() -> list[URLPattern]:
    by_path: dict[str, dict[str, Command]] = defaultdict(dict)
    for command in registry.commands.values():
        if command.rest is not None:
            method, route = command.rest.split(" ", 1)
            if by_path[route].setdefault(method, command) is not command:
                raise ValueError(f"two commands are {command.rest}")
    return [path(route, _view(route, commands)) for route, commands in by_path.items()]


def _view(route: str, commands: dict[str, Command]) -> Any:
    methods = {method.lower(): CommandView.dispatch_command for method in commands}
    return type("CommandView", (CommandView,), {"commands": commands, **methods}).as_view()  # type: ignore[attr-defined]


@require_safe
def describe_api(_request: HttpRequest) -> HttpResponse:
    """Return the OpenAPI description. It contains no personal data."""
    answer = HttpResponse(_encoded_description(get_language() or ""), content_type="application/json")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@functools.cache
def _encoded_description(_language: str) -> bytes:
    """Return the encoded description, built once: endpoints are registered before the first request and never after."""
    return msgspec.json.encode(openapi.build_description())


urlpatterns = [*_views(), path("schema/", describe_api, name="schema")]
