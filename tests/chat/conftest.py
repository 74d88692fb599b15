"""Conversations for the tests of chat."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from itertools import count
from typing import Any

import msgspec
import pytest

from chat import api
from chat.contracts import NewMessage, PostedMessage
from chat.models import (
    Conversation,
    Group,
    GroupInvitation,
    GroupLink,
    JoinRequest,
    Member,
    Message,
    Reaction,
)
from superapp.accounts import api as accounts
from superapp.accounts.models import User
from superapp.realtime import bus, command_execution, registry
from superapp.realtime.bus import UserHint
from superapp.realtime.models import Me
from superapp.realtime.registry import Caller

Hint = tuple[list[int], dict[str, Any]]
_client_ids = (f"client-{number}" for number in count(1))


def entry(conversation: Conversation, sender: User, body: str = "halo kak", **fields: object) -> NewMessage:
    """Return a message that ``sender`` would post; under a client id of its own unless one is given."""
    return api.compose_message(
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
def ana(make_user: Callable[..., User]) -> User:
    return make_user("ana")


@pytest.fixture
def bo(make_user: Callable[..., User]) -> User:
    return make_user("bo")


@pytest.fixture
def talk(make_direct: Callable[[User, User], Conversation], ana: User, bo: User) -> Conversation:
    """The conversation of ana and bo."""
    return make_direct(ana, bo)


@pytest.fixture
def make_direct(now: datetime) -> Callable[[User, User], Conversation]:
    """The conversation of two people, who become contacts for it."""

    def make(one: User, other: User) -> Conversation:
        accounts.connect_people(user_id=one.pk, peer_id=other.pk, now=now)
        return api.open_direct_conversation(user_id=one.pk, peer_id=other.pk, now=now)

    return make


@pytest.fixture
def make_group(now: datetime) -> Callable[..., Conversation]:
    """A conversation of several: ``make_group(ana, bo)``; the first is its admin."""

    def make(owner: User, *others: User) -> Conversation:
        return api.create_group(owner_id=owner.pk, title="Arisan", member_ids=[other.pk for other in others], now=now)

    return make


@pytest.fixture
def ask() -> Callable[..., Any]:
    """Return the response of a command to a socket frame: ``ask(ana, "chat.read", conversation=…, seq=1)``."""

    def ask(user: User, do: str, /, **fields: Any) -> Any:
        command = registry.commands[do]
        assert command.handler is not None
        shape = command_execution.decode_command(command, msgspec.json.encode(fields))
        return msgspec.json.decode(msgspec.json.encode(command.handler(caller_of(user), shape)))

    return ask


def page_beside(response: Any) -> str:
    """Return the part of a page that stands beside the list of conversations."""
    page = response.content.decode()
    assert 'data-part="beside"' in page
    return str(page.partition('data-part="beside"')[2].partition("</main>")[0])


def caller_of(user: User) -> Caller:
    return Caller(user_id=user.pk, user_public_id=user.public_id, device_id=None, device_public_id=None, language="id")


def everything() -> dict[str, list[dict[str, Any]]]:
    """All that chat stores, and everybody's number of topic ``me``: to see that nothing changed."""
    tables = (Conversation, Member, Message, Reaction, Group, GroupInvitation, GroupLink, JoinRequest, Me)
    return {table.__name__: list(table.objects.order_by("pk").values()) for table in tables}


@pytest.fixture
def commit(
    hints_sent: list[Hint], django_capture_on_commit_callbacks: Callable[..., Any]
) -> Callable[..., AbstractContextManager[list[Hint]]]:
    """A block whose end is a commit; the hints that left then are its value: ``with commit() as hints: …``."""

    @contextmanager
    def commit() -> Iterator[list[Hint]]:
        hints_sent.clear()
        with django_capture_on_commit_callbacks(execute=True):
            yield hints_sent

    return commit


@pytest.fixture
def post(now: datetime) -> Callable[..., PostedMessage]:
    """Post a message: ``post(conversation, ana, "halo")``."""

    def post(conversation: Conversation, sender: User, body: str = "halo kak", **fields: object) -> PostedMessage:
        moment = fields.pop("now", now)
        return api.post_message(entry(conversation, sender, body, **fields), now=moment)

    return post


@pytest.fixture
def hints_sent(monkeypatch: pytest.MonkeyPatch) -> list[Hint]:
    """Every hint that left for the bus: to whom, and what it says."""
    sent: list[Hint] = []

    def send(tidings: Sequence[UserHint]) -> None:
        sent.extend((list(one.user_ids), json.loads(one.encoded)) for one in tidings)

    monkeypatch.setattr(bus, "publish", send)
    return sent


@pytest.fixture
def people(make_user):
    """Ana (owner), Bo (admin), Citra (member), Dewi (removed), and eve, who is an outsider."""
    return tuple(make_user(name) for name in ("ana", "bo", "citra", "dewi", "eve"))


@pytest.fixture
def group(people, make_group, now):
    ana, bo, citra, dewi, _eve = people
    conversation = make_group(ana, bo, citra, dewi)
    api.set_role(conversation_id=conversation.public_id, by_user_id=ana.pk, user=bo.public_id, role="admin", now=now)
    api.remove_member(conversation_id=conversation.public_id, by_user_id=ana.pk, user=dewi.public_id, now=now)
    return conversation


@pytest.fixture
def invited(people, group, ask):
    """Eve was invited by Citra: the conversation's id."""
    _ana, _bo, citra, _dewi, eve = people
    ask(citra, "chat.group_add", conversation=str(group.public_id), users=[str(eve.public_id)])
    return str(group.public_id)


@pytest.fixture
def link_of(people, group, ask):
    """Make a link as Bo: ``link_of(uses=1)`` returns its row with the token in it."""

    def make(**fields):
        row = ask(people[1], "chat.group_link", conversation=str(group.public_id), **fields)
        return row | {"token": row["url"].rstrip("/").rpartition("/")[2]}

    return make
