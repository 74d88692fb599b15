"""The OpenAPI description, built from the registry, so that it cannot differ from what is served."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from django.conf import settings

from superapp.realtime import registry
from superapp.realtime.registry import Command, RequestSchema

REF_TEMPLATE = "#/components/schemas/{name}"
ERROR = {
    "type": "object",
    "required": ["code", "message", "params", "retry_after"],
    "properties": {
        "code": {"type": "string"},
        "message": {"type": "string"},
        "params": {"type": "object"},
        "retry_after": {"type": ["integer", "null"]},
    },
}
_PATH_FIELD = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True, slots=True)
class HttpEndpoint:
    """An endpoint that exists over HTTP only, such as an upload."""

    rest: str
    name: str
    sentence: str
    body: type[RequestSchema] | None
    file: str | None
    query: type[RequestSchema] | None
    response: Any


_http_endpoints: list[HttpEndpoint] = []


def register_endpoint(
    rest: str,
    name: str,
    view: Callable[..., Any],
    *,
    body: type[RequestSchema] | None = None,
    file: str | None = None,
    query: type[RequestSchema] | None = None,
    response: Any = None,
) -> None:
    """
    Register an HTTP-only endpoint for the description.

    It is described with its JSON fields, the form field of its file or the fields of its query string, and its
    response.
    """
    _http_endpoints.append(HttpEndpoint(rest, name, _first_line(view.__doc__, name), body, file, query, response))


def build_description() -> dict[str, Any]:
    """Build the OpenAPI 3.1 description of all commands that have a route, and of the HTTP-only endpoints."""
    routed = [command for command in registry.commands.values() if command.rest is not None]
    types = [command.schema for command in routed] + [
        command.response for command in routed if command.response is not None
    ]
    for endpoint in _http_endpoints:
        types += [one for one in (endpoint.body, endpoint.query, endpoint.response) if one is not None]
    schemas, components = msgspec.json.schema_components(types, ref_template=REF_TEMPLATE)
    of_type = dict(zip(types, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for command in routed:
        method, route = str(command.rest).split(" ", 1)
        schema = components[of_type[command.schema]["$ref"].rsplit("/", 1)[1]]
        operation = _command_operation(command, method, route, schema, of_type)
        paths.setdefault("/api/v1/" + _PATH_FIELD.sub(r"{\1}", route), {})[method.lower()] = operation
    for endpoint in _http_endpoints:
        method, route = endpoint.rest.split(" ", 1)
        operation = _endpoint_operation(endpoint, route, components, of_type)
        paths.setdefault("/api/v1/" + _PATH_FIELD.sub(r"{\1}", route), {})[method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": settings.BRAND_NAME, "version": "v1"},
        "paths": paths,
        "components": {"schemas": {**components, "Error": ERROR}},
    }


def _command_operation(
    command: Command, method: str, route: str, schema: dict[str, Any], of_type: dict[Any, Any]
) -> dict[str, Any]:
    in_path = _PATH_FIELD.findall(route)
    fields, required = schema.get("properties", {}), schema.get("required", [])
    others = [name for name in fields if name not in in_path]
    parameters = [_parameter("path", name, fields.get(name, {}), is_required=True) for name in in_path]
    handler = command.handler or command.loop_handler
    operation = _operation_object(
        command.name, _first_line(handler.__doc__, command.name), of_type.get(command.response)
    )
    if method in ("GET", "DELETE"):
        parameters += [_parameter("query", name, fields[name], is_required=name in required) for name in others]
    elif others:
        needed = [name for name in required if name in others]
        body = {"type": "object", "properties": {name: fields[name] for name in others}, "required": needed}
        # If no field is required, the body may be left out.
        operation["requestBody"] = {"required": bool(needed), "content": _json(body)}
    return {**operation, "parameters": parameters}


def _endpoint_operation(
    endpoint: HttpEndpoint, route: str, components: dict[str, Any], of_type: dict[Any, Any]
) -> dict[str, Any]:
    operation = _operation_object(endpoint.name, endpoint.sentence, of_type.get(endpoint.response))
    uuid = {"type": "string", "format": "uuid"}
    operation["parameters"] = [_parameter("path", name, uuid, is_required=True) for name in _PATH_FIELD.findall(route)]
    if endpoint.query is not None:
        schema = components[of_type[endpoint.query]["$ref"].rsplit("/", 1)[1]]
        required = schema.get("required", [])
        operation["parameters"] += [
            _parameter("query", name, field, is_required=name in required)
            for name, field in schema.get("properties", {}).items()
        ]
    if endpoint.body is not None:
        reference = REF_TEMPLATE.format(name=endpoint.body.__name__)
        operation["requestBody"] = {"required": True, "content": _json({"$ref": reference})}
    if endpoint.file is not None:
        file = {"type": "string", "contentMediaType": "application/octet-stream"}
        form = {"type": "object", "properties": {endpoint.file: file}, "required": [endpoint.file]}
        operation["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": form}}}
    return operation


def _operation_object(name: str, sentence: str, answer: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "operationId": name,
        "tags": [name.partition(".")[0]],
        "summary": sentence,
        "responses": {
            "200": {"description": "Done.", "content": _json(answer or {"type": "object"})},
            "default": {"description": "Refused.", "content": _json({"$ref": REF_TEMPLATE.format(name="Error")})},
        },
    }


def _first_line(docstring: str | None, otherwise: str) -> str:
    return (docstring or otherwise).strip().splitlines()[0]


def _parameter(where: str, name: str, schema: dict[str, Any], *, is_required: bool) -> dict[str, Any]:
    return {"in": where, "name": name, "required": is_required, "schema": schema}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
