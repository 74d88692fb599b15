"""Conversations for the tests of chat."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from itertools import count

import pytest

from chat import api
from chat.log_rows import Entry, Posted
from chat.models import Conversation
from superapp.accounts import api as accounts
from superapp.accounts.models import User
from superapp.realtime import bus

_client_ids = (f"client-{number}" for number in count(1))


def entry(conversation: Conversation, sender: User, body: str = "halo kak", **fields: object) -> Entry:
    """What ``sender`` would post; under a number of its own unless one is given."""
    return api.compose(
        **{
            "conversation_id": conversation.public_id,
            "sender_id": sender.pk,
            "sender_public_id": sender.public_id,
            "client_id": next(_client_ids),
            "body": body,
            **fields,
        }
    )


@pytest.fixture
def make_direct(now: datetime) -> Callable[[User, User], Conversation]:
    """The conversation of two people, who become contacts for it."""

    def make(one: User, other: User) -> Conversation:
        accounts.make_contacts(user_id=one.pk, peer_id=other.pk, now=now)
        return api.open_direct(user_id=one.pk, peer_id=other.pk, now=now)

    return make


@pytest.fixture
def post(now: datetime) -> Callable[..., Posted]:
    """Post a message: ``post(conversation, ana, "halo")``."""

    def post(conversation: Conversation, sender: User, body: str = "halo kak", **fields: object) -> Posted:
        moment = fields.pop("now", now)
        return api.post_message(entry(conversation, sender, body, **fields), now=moment)

    return post


@pytest.fixture
def hints_sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[int], dict[str, object]]]:
    """Every hint that left for the bus: to whom, and what it says."""
    sent: list[tuple[list[int], dict[str, object]]] = []
    monkeypatch.setattr(bus, "publish", lambda to, frame: sent.append((list(to), json.loads(frame))))
    return sent
