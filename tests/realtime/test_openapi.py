"""The API describes what it serves."""

from __future__ import annotations

import re

from django.urls import URLResolver, get_resolver

from superapp.realtime import registry


def test_every_command_with_a_route_is_described_publicly(client, db):
    described = client.get("/api/v1/schema/").json()

    named = {operation["operationId"] for methods in described["paths"].values() for operation in methods.values()}
    assert described["openapi"] == "3.1.0"
    mirrored = {command.name for command in registry.commands.values() if command.rest is not None}
    assert mirrored < named
    assert named - mirrored == {
        "addresses.regions",
        "accounts.login_code",
        "accounts.login",
        "accounts.logout",
        "accounts.avatar",
        "accounts.avatar_by_form",
        "accounts.avatar_remove",
        "shop.photo_add",
        "shop.logo_set",
        "shop.logo_remove",
    }


def test_fields_are_described_where_they_are_sent(client, db):
    described = client.get("/api/v1/schema/").json()

    delta = described["paths"]["/api/v1/me/changes"]["get"]
    page = described["paths"]["/api/v1/sync/{part}"]["get"]
    assert [(one["in"], one["name"], one["required"]) for one in delta["parameters"]] == [("query", "after", True)]
    assert [(one["in"], one["name"]) for one in page["parameters"]] == [("path", "part"), ("query", "next")]


def test_every_schema_reference_resolves(client, db):
    described = client.get("/api/v1/schema/").json()

    def references(value):
        if isinstance(value, dict):
            for key, inner in value.items():
                if key == "$ref":
                    yield inner.rsplit("/", 1)[1]
                yield from references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from references(inner)

    assert set(references(described)) <= set(described["components"]["schemas"])


def test_every_path_of_the_api_is_described(client, db):
    described = set(client.get("/api/v1/schema/").json()["paths"])

    routes = {
        "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route)
        for route in every_route(get_resolver().url_patterns)
        if route.startswith("api/v1/")
    }

    assert routes - described == {"/api/v1/schema/"}


def every_route(patterns, before=""):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from every_route(pattern.url_patterns, before + str(pattern.pattern))
        else:
            yield before + str(pattern.pattern)
