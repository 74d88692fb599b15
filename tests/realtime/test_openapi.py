"""The API describes what it serves."""

from __future__ import annotations

from superapp.realtime import registry


def test_every_command_with_a_route_is_described_to_anybody(client, db):
    described = client.get("/api/v1/schema/").json()

    named = {operation["operationId"] for methods in described["paths"].values() for operation in methods.values()}
    assert described["openapi"] == "3.1.0"
    assert named == {command.name for command in registry.commands.values() if command.rest is not None}


def test_fields_stand_where_they_are_sent(client, db):
    described = client.get("/api/v1/schema/").json()

    delta = described["paths"]["/api/v1/me/changes"]["get"]
    page = described["paths"]["/api/v1/sync/{part}"]["get"]
    assert [(one["in"], one["name"], one["required"]) for one in delta["parameters"]] == [("query", "after", True)]
    assert [(one["in"], one["name"]) for one in page["parameters"]] == [("path", "part"), ("query", "next")]


def test_every_reference_leads_somewhere(client, db):
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
