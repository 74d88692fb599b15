"""The API's description, made from the registry: what is served and what is described cannot differ."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from django.conf import settings

from superapp.realtime import registry
from superapp.realtime.registry import Command

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


def description() -> dict[str, Any]:
    """OpenAPI 3.1 of every command that has a route."""
    routed = [command for command in registry.commands.values() if command.rest is not None]
    types = [command.shape for command in routed] + [command.answer for command in routed if command.answer is not None]
    schemas, components = msgspec.json.schema_components(types, ref_template=REF_TEMPLATE)
    of_type = dict(zip(types, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for command in routed:
        method, route = str(command.rest).split(" ", 1)
        shape = components[of_type[command.shape]["$ref"].rsplit("/", 1)[1]]
        operation = _operation(command, method, route, shape, of_type)
        paths.setdefault("/api/v1/" + _PATH_FIELD.sub(r"{\1}", route), {})[method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": settings.BRAND_NAME, "version": "v1"},
        "paths": paths,
        "components": {"schemas": {**components, "Error": ERROR}},
    }


def _operation(
    command: Command, method: str, route: str, shape: dict[str, Any], of_type: dict[Any, Any]
) -> dict[str, Any]:
    in_path = _PATH_FIELD.findall(route)
    fields, required = shape.get("properties", {}), shape.get("required", [])
    others = [name for name in fields if name not in in_path]
    parameters = [_parameter("path", name, fields.get(name, {}), is_required=True) for name in in_path]
    handler = command.handler or command.loop_handler
    operation: dict[str, Any] = {
        "operationId": command.name,
        "tags": [command.name.partition(".")[0]],
        "summary": (handler.__doc__ or command.name).strip().splitlines()[0],
        "responses": {
            "200": {"description": "Done.", "content": _json(of_type.get(command.answer, {"type": "object"}))},
            "default": {"description": "Refused.", "content": _json({"$ref": REF_TEMPLATE.format(name="Error")})},
        },
    }
    if method in ("GET", "DELETE"):
        parameters += [_parameter("query", name, fields[name], is_required=name in required) for name in others]
    elif others:
        body = {
            "type": "object",
            "properties": {name: fields[name] for name in others},
            "required": [name for name in required if name in others],
        }
        operation["requestBody"] = {"required": True, "content": _json(body)}
    return {**operation, "parameters": parameters}


def _parameter(where: str, name: str, schema: dict[str, Any], *, is_required: bool) -> dict[str, Any]:
    return {"in": where, "name": name, "required": is_required, "schema": schema}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
