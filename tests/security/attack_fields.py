"""
Requests of an outsider: a well-formed one for every operation and command, with ids of Ana and Bo in its fields.

Fields are found in the description of the API and in the shapes of commands. A text field that nothing is declared for
fails the test that meets it: whoever adds one says here what an attacker would put there.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import msgspec
from django.conf import settings

from superapp.realtime import openapi, registry
from superapp.realtime.registry import Command
from tests.security.attacked_world import NUMBERS, PIN, World

Schema = dict[str, Any]
LEFT_OUT = object()
A_UUID = "01890000-0000-7000-8000-00000000000e"

# Text that names nobody, by the name of its field.
HARMLESS: dict[str, Any] = {
    "about": "Ditulis Eve",
    "asset": "IDR",
    "auth": "AAAAAAAAAAAAAAAAAAAAAA",
    "body": "Ditulis Eve",
    "category": "aksesori",
    "client_id": A_UUID,
    "code": "123456",
    "courier": "JNE",
    "cursor": LEFT_OUT,
    "description": "Ditulis Eve",
    "draft": "Ditulis Eve",
    "emoji": "👍",
    "endpoint": "https://push.example/eve",
    "group_adders": "everyone",
    "idempotency_key": "kunci-eve",
    "language": "en",
    "memo": "",
    "muted_until": "2100-01-01T00:00:00Z",
    "name": "Ditulis Eve",
    "new": "917305",
    "note": "Ditulis Eve",
    "old": PIN,
    "p256dh": "A" * 87,
    "paused_until": "2100-01-01T00:00:00Z",
    "presence": "nobody",
    "since": "22:00",
    "only": "all",
    "opening_hours": {},
    "pin": PIN,
    "reason": "Ditulis Eve",
    "region": "32.73.14.1002",
    "resi": "EVE-1",
    "role": "admin",
    "search": "rahasia",
    "solution": "",
    "text": "Jalan Eve 1",
    "time_zone": "Asia/Jakarta",
    "title": "Ditulis Eve",
    "town": "Medan",
    "until": "06:00",
    "within": "32.73",
}
# What a field of this one operation means, where its name says something else elsewhere. A mapping holds several
# values, each tried; "of …" takes them from the world.
OF_OPERATION: dict[tuple[str, str], Any] = {
    ("accounts.contact_ask", "phone"): {"bo": NUMBERS["bo"]},
    ("accounts.contact_ask", "handle"): {"bo": "bo_uji"},
    ("accounts.login", "phone"): {"ana": NUMBERS["ana"]},
    ("accounts.login_code", "phone"): {"ana": NUMBERS["ana"]},
    ("accounts.person_by_handle", "handle"): {"bo": "bo_uji"},
    ("notifications.preferences_change", "paused_until"): None,
    ("accounts.profile_change", "handle"): "eve_lain",
    ("payments.recipient", "phone"): {"bo": NUMBERS["bo"]},
    ("payments.recipient", "handle"): {"bo": "bo_uji"},
    ("shop.open", "handle"): "toko-lain",
    # As much as a stranger may send at least.
    ("payments.send", "amount_minor"): 15_000_00,
    ("shop.buy", "amount_minor"): 25_000_00,
    ("shop.buy", "phone"): "0812 5555 1234",
    ("shop.product_add", "amount_minor"): 1_000_00,
    ("notifications.presence", "users"): "of users",
    ("notifications.seen", "subjects"): "of subjects",
    ("sync.page", "next"): {"ana": "of next"},
    ("sync.page", "part"): "contacts",
    ("shop.purchases", "after"): "of order",
    ("shop.sales", "after"): "of order",
    ("chat.delivered", "marks"): "of marks",
    ("chat.members", "after"): "of place",
    ("chat.pin_move", "beside"): "of conversation",
    ("chat.readers", "after"): "of place",
    ("chat.group_picture", "picture"): "of media",
    ("chat.group_role", "role"): {"admin": "admin", "owner": "owner"},
    ("chat.send", "attachment"): "of attachment",
    ("chat.send", "forwarded"): None,
    ("chat.send", "mentions"): "of users",
    ("chat.send", "mentions_all"): False,
    ("chat.starred", "before"): None,
    ("chat.voters", "after"): "of place",
    ("chat.reactors", "after"): "of place",
    ("shop.photos_arrange", "photos"): "of photos",
    ("shop.options_set", "options"): [{"name": "Ditulis Eve", "values": ["Ditulis Eve"]}],
    ("shop.variants_change", "variants"): [{"values": [], "price": {"amount_minor": 1_000_00, "asset": "IDR"}}],
}
# Operations that take one of these fields and no two.
ONE_OF = {
    "accounts.contact_ask": ("phone", "handle"),
    "payments.recipient": ("user", "handle", "phone"),
}


class Undeclared(AssertionError):
    """A field for which nobody said what an attacker puts there."""

    def __init__(self, operation: str, name: str) -> None:
        super().__init__(
            f"{operation} takes a field {name!r} that the outsider matrix knows nothing of. If it names something of"
            " people, give it the ids of Ana and Bo in World.theirs (tests/security/attacked_world.py); if it is plain"
            " text, write a value into HARMLESS, or into OF_OPERATION (tests/security/attack_fields.py)."
        )


@dataclass(frozen=True)
class Operation:
    """An operation to attack: over REST if it has a path, on the socket if it has none."""

    name: str
    fields: Mapping[str, Schema]
    method: str = ""
    path: str = ""
    in_path: tuple[str, ...] = ()
    file: str = ""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Attack:
    """One request: what stands in its fields, and what of others it names, if anything ("order: paid")."""

    values: Mapping[str, Any]
    aim: str


def operations() -> list[Operation]:
    """Return every operation of the API's description."""
    import_module(settings.ROOT_URLCONF)  # It registers commands.
    document = openapi.build_description()
    schemas = document["components"]["schemas"]
    return [
        _operation(method.upper(), path, described, schemas)
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    ]


def _operation(method: str, path: str, described: Schema, schemas: Schema) -> Operation:
    fields = {one["name"]: _resolved(one["schema"], schemas) for one in described["parameters"]}
    in_path = tuple(one["name"] for one in described["parameters"] if one["in"] == "path")
    content = described.get("requestBody", {}).get("content", {})
    file = ""
    for kind, body in content.items():
        properties = _resolved(body["schema"], schemas).get("properties", {})
        if kind.startswith("multipart/"):
            (file,) = properties
        else:
            fields |= {name: _resolved(schema, schemas) for name, schema in properties.items()}
    return Operation(described["operationId"], fields, method, path, in_path, file)


def commands() -> list[Operation]:
    """Return every command of the socket."""
    import_module(settings.ROOT_URLCONF)  # It registers commands.
    return [_of_command(command) for command in registry.commands.values()]


def _of_command(command: Command) -> Operation:
    (schema,), components = msgspec.json.schema_components([command.schema], ref_template=openapi.REF_TEMPLATE)
    fields = _resolved(schema, components).get("properties", {})
    return Operation(command.name, {name: _resolved(one, components) for name, one in fields.items()})


def _resolved(schema: Schema, schemas: Schema) -> Schema:
    """Return a schema with what it refers to in place."""
    if "$ref" in schema:
        return _resolved(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas)
    return {
        key: _resolved(value, schemas)
        if isinstance(value, dict) and key != "default"
        else [_resolved(one, schemas) if isinstance(one, dict) else one for one in value]
        if isinstance(value, list)
        else value
        for key, value in schema.items()
    }


def attacks(operation: Operation, world: World) -> Iterator[Attack]:
    """Return every request of an operation: each thing of others in each field that may name one."""
    exclusive = ONE_OF.get(operation.name, ())
    for alone in exclusive or ("",):
        fields = {name: one for name, one in operation.fields.items() if name not in exclusive or name == alone}
        choices = [list(_choices(operation.name, name, schema, world)) for name, schema in fields.items()]
        for chosen in itertools.product(*choices):
            values = {name: value for name, (_aim, value) in zip(fields, chosen, strict=True) if value is not LEFT_OUT}
            aims = zip(fields, (aim for aim, _value in chosen), strict=True)
            yield Attack(values, ", ".join(f"{name}: {aim}" for name, aim in aims if aim))


def _choices(operation: str, name: str, schema: Schema, world: World) -> Iterator[tuple[str, Any]]:
    """Return what may stand in a field, each with whose it is, "" for nobody's."""
    declared = OF_OPERATION.get((operation, name), LEFT_OUT)
    if isinstance(declared, str) and declared.startswith("of "):
        yield from world.theirs[declared.removeprefix("of ")].items()
    elif isinstance(declared, dict):
        yield from declared.items()
    elif declared is not LEFT_OUT:
        yield "", declared
    elif name in world.theirs:
        yield from world.theirs[name].items()
    elif inside := _first(schema).get("properties"):
        nested = {inner: list(_choices(operation, inner, one, world)) for inner, one in inside.items()}
        for chosen in itertools.product(*nested.values()):
            yield ", ".join(aim for aim, _v in chosen if aim), dict(zip(nested, (v for _aim, v in chosen), strict=True))
    else:
        yield "", _harmless(operation, name, schema)


def _harmless(operation: str, name: str, schema: Schema) -> Any:
    kind = _kind(schema)
    if kind == "integer":
        return max(_first(schema).get("minimum", 0), 1)
    if kind == "boolean":
        return True
    if kind == "array" and _first(schema).get("items", {}).get("type") == "integer":
        return [1]
    if name not in HARMLESS:
        raise Undeclared(operation, name)
    return HARMLESS[name]


def _first(schema: Schema) -> Schema:
    """Return the schema of a value that is not null."""
    return next((one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"), schema)


def _kind(schema: Schema) -> str:
    return str(_first(schema).get("type", "string"))


def template_of(path: str) -> str:
    """Return an address of the URLconf as the API's description writes it."""
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)
