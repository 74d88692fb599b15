"""
The outsider matrix: every operation of the API, every command and every topic of the socket, asked for by nobody and by
Eve with the ids of Ana and Bo. It is made from the API's description and the registry: what is new is attacked as well.
"""

from __future__ import annotations

import json

import pytest
from django.conf import settings

from superapp.core.errors import DomainError
from superapp.realtime import openapi, registry
from superapp.realtime.rate_limits import command_throttle, connect_throttle
from tests.harness.socket_client import LoopThread, SocketClient, websocket_scope
from tests.security.attack_fields import attacks, commands, operations
from tests.security.outsider_exceptions import ALLOWED_TO_EVE, ALLOWED_TO_NOBODY
from tests.security.outsider_verdicts import Verdicts
from tests.security.requests import ask

REFUSALS = {401, 403, 404}
OPERATIONS, COMMANDS = operations(), commands()
ALLOWED = {"nobody": ALLOWED_TO_NOBODY, "eve": ALLOWED_TO_EVE}


@pytest.fixture(autouse=True)
def _fresh_limits():
    for one in (command_throttle, connect_throttle):
        one.forget_everybody()


@pytest.fixture(scope="module")
def loop():
    """The event loop on which the sockets of this module live."""
    loop = LoopThread()
    yield loop
    loop.stop()


@pytest.mark.parametrize("who", ["nobody", "eve"])
@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_api_operation_gives_an_outsider_nothing(operation, who, world):
    browser, verdicts = world.browser(who), Verdicts(world, operation.name, who, ALLOWED[who])

    for attack in attacks(operation, world):
        world.forget_limits()
        answer = ask(browser, operation, attack.values)
        verdicts.judge(
            attack.aim,
            is_refused=answer.status_code in REFUSALS,
            said=answer.content.decode(),
            sent=json.dumps(attack.values),
            is_reading=operation.method == "GET",
        )
        assert answer.status_code != 500

    verdicts.finish()


def kind_of(code):
    """Return the HTTP status that an error has, by its code."""
    waiting = [DomainError]
    while waiting:
        error = waiting.pop()
        waiting += error.__subclasses__()
        if getattr(error, "code", None) == code:
            return int(error.kind)
    raise AssertionError(f"no error has the code {code}")


@pytest.fixture
def socket(world, loop):
    """Eve's socket."""
    return SocketClient(loop, websocket_scope(world.devices["eve"].session_key, origin=settings.PUBLIC_URL))


@pytest.mark.parametrize("command", COMMANDS, ids=str)
def test_socket_command_gives_an_outsider_nothing(command, socket, world):
    verdicts = Verdicts(world, command.name, "eve", ALLOWED_TO_EVE)

    for attack in attacks(command, world):
        world.forget_limits()
        answer = socket.ask(command.name, **attack.values)
        verdicts.judge(
            attack.aim,
            is_refused="err" in answer and kind_of(answer["err"]["code"]) in REFUSALS,
            said=json.dumps([answer, socket.hints()], ensure_ascii=False),
            sent=json.dumps(attack.values),
            is_reading=False,
        )
        assert answer.get("err", {}).get("code") != "fault"

    socket.leave()
    verdicts.finish()


@pytest.mark.parametrize("kind", registry.topic_kinds)
def test_topic_cannot_be_watched_by_an_outsider(kind, socket, world):
    verdicts = Verdicts(world, kind, "eve", {})
    assert kind in world.topics, f"say in World.topics of which ids of Ana and Bo topics {kind!r} are"

    for aim, theirs in world.topics[kind].items():
        answer = socket.ask("watch", topic=f"{kind}:{theirs}")
        verdicts.judge(
            f"{kind}: {aim}",
            is_refused="err" in answer and kind_of(answer["err"]["code"]) in REFUSALS,
            said=json.dumps(answer),
            sent=theirs,
            is_reading=True,
        )

    socket.leave()
    verdicts.finish()


@pytest.mark.parametrize("kind", registry.topic_kinds)
def test_topic_can_be_watched_by_its_people(kind, world, loop):
    """Otherwise an outsider would be refused a topic that nobody can watch."""
    owners = [
        SocketClient(loop, websocket_scope(world.devices[who].session_key, origin=settings.PUBLIC_URL))
        for who in ("ana", "bo")
    ]

    for theirs in world.topics[kind].values():
        assert any("ok" in owner.ask("watch", topic=f"{kind}:{theirs}") for owner in owners)

    for owner in owners:
        owner.leave()


def test_socket_without_a_session_is_refused(world, loop):
    for session_key in ("", "forged", world.devices["ana"].session_key[:-1]):
        client = SocketClient(loop, websocket_scope(session_key, origin=settings.PUBLIC_URL))
        assert (client.ready, client.closed) == (None, 4401)


def test_every_operation_is_attacked():
    described = openapi.build_description()["paths"]

    assert len(OPERATIONS) == sum(len(methods) for methods in described.values()) > 80
    assert {command.name for command in COMMANDS} == set(registry.commands)
    assert {command.name for command in registry.commands.values() if command.rest} <= {one.name for one in OPERATIONS}


@pytest.mark.parametrize("allowed", [ALLOWED_TO_EVE, ALLOWED_TO_NOBODY])
def test_exception_names_an_existing_operation(allowed):
    names = {one.name for one in (*OPERATIONS, *COMMANDS)}

    assert {name for name, _aim in allowed} <= names
