"""Conversations and settings of notifications for their tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any

import msgspec
import pytest

from chat import api as chat
from superapp.accounts import api as accounts
from superapp.accounts.models import User
from superapp.realtime import command_execution, registry
from superapp.realtime.registry import Caller

_client_ids = (f"notice-{number}" for number in count(1))


@pytest.fixture
def talk(now: datetime) -> Callable[[User, User], Any]:
    """The conversation of two people, who become contacts for it."""

    def make(one: User, other: User) -> Any:
        accounts.connect_people(user_id=one.pk, peer_id=other.pk, now=now)
        return chat.open_direct_conversation(user_id=one.pk, peer_id=other.pk, now=now)

    return make


@pytest.fixture
def say(now: datetime) -> Callable[..., int]:
    """Post a message and return its number: ``say(conversation, bo, "halo")``."""

    def post(conversation: Any, sender: User, body: str = "halo kak") -> int:
        entry = chat.compose_message(
            conversation_id=conversation.public_id,
            sender_id=sender.pk,
            sender_public_id=sender.public_id,
            client_id=next(_client_ids),
            body=body,
        )
        return chat.post_message(entry, now=now).seq

    return post


@pytest.fixture
def ask() -> Callable[..., Any]:
    """Return the response of a command: ``ask(ana, "notifications.notice", subject=…)``."""

    def ask(user: User, do: str, /, *, device_id: int | None = None, **fields: Any) -> Any:
        command = registry.commands[do]
        assert command.handler is not None
        schema = command_execution.decode_command(command, msgspec.json.encode(fields))
        caller = Caller(user.pk, user.public_id, device_id, None, "id")
        return msgspec.json.decode(msgspec.json.encode(command.handler(caller, schema)))

    return ask
