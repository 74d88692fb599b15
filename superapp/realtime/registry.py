"""The registry of commands, ``sync`` parts and topics, which apps fill and the socket and REST serve."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import msgspec


@dataclass(frozen=True, slots=True)
class Caller:
    """The authenticated caller: a user on one device, taken from the session and never from input."""

    user_id: int
    user_public_id: UUID
    device_id: int | None
    device_public_id: UUID | None
    language: str
    # The number of the calling socket in the hub; 0 over REST.
    connection_number: int = 0


class RequestSchema(msgspec.Struct, frozen=True, kw_only=True):
    """
    A request schema: the fields of a command. Strict: a number in quotes is not a number. Unknown fields are
    ignored.
    """


S = TypeVar("S", bound=RequestSchema)
Answer = Any  # A msgspec.Struct or a mapping of JSON values.
Handler = Callable[[Caller, S], Answer]
LoopHandler = Callable[[Caller, S], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Command:
    """
    A registered command: called on the socket by ``name`` and, with a ``rest`` route, under ``/api/v1``.

    ``handler`` may use the database and runs in the thread pool. ``loop_handler``, if there is one, serves the
    socket instead: it returns an awaitable at once and never blocks; ``to_response`` makes the response from its
    result. ``cost`` is the number of tokens that a call takes from the person's rate limit. Calls that are
    ``in_order`` run one after another on a socket, since each overwrites the one before; others run concurrently.
    """

    name: str
    schema: type[RequestSchema]
    handler: Handler[Any] | None
    loop_handler: LoopHandler[Any] | None
    rest: str | None
    cost: int
    response: Any
    decoder: msgspec.json.Decoder[RequestSchema]
    to_response: Callable[[Any], Answer] | None = None
    in_order: bool = False


commands: dict[str, Command] = {}


def register_command(
    name: str,
    schema: type[S],
    *,
    rest: str | None = None,
    cost: int = 1,
    response: Any = None,
    in_order: bool = False,
) -> Callable[[Handler[S]], Handler[S]]:
    """
    Register a command.

    ``rest`` is its REST route: method and path below ``/api/v1``, e.g. ``"PATCH
    conversations/<str:conversation>"``; fields named in the path are taken from it, the others from the JSON body,
    or from the query string for GET. ``response`` is the type of its response, for the API's description.
    """

    def register(handler: Handler[S]) -> Handler[S]:
        _add(
            Command(name, schema, handler, None, rest, cost, response, msgspec.json.Decoder(schema), in_order=in_order),
        )
        return handler

    return register


def register_loop_command(
    name: str,
    schema: type[S],
    *,
    rest: str | None = None,
    sync: Handler[S] | None = None,
    cost: int = 1,
    response: Any = None,
    to_response: Callable[[Any], Answer] | None = None,
) -> Callable[[LoopHandler[S]], LoopHandler[S]]:
    """
    Register a command whose handler never blocks, such as one that submits to a batcher.

    The handler is a coroutine function, or returns a future whose result ``to_response`` turns into the response
    without the cost of a task. A command with a ``rest`` route needs ``sync``: a handler for threads that does the
    same and waits.
    """
    if rest is not None and sync is None:
        raise ValueError(f"{name} has a REST mirror and needs a sync twin to serve it")

    def register(handler: LoopHandler[S]) -> LoopHandler[S]:
        _add(Command(name, schema, sync, handler, rest, cost, response, msgspec.json.Decoder(schema), to_response))
        return handler

    return register


def _add(new: Command) -> None:
    if commands.setdefault(new.name, new) is not new:
        raise ValueError(f"two commands are called {new.name}")


@dataclass(frozen=True, slots=True)
class SessionState:
    """The caller of a session, the epoch, and the rev of the user's own topic; sent in ``ready``."""

    caller: Caller
    epoch: int
    user_rev: int


# Session keys → the state of each live session. May use the database.
SessionStates = Mapping[str, SessionState]
Authenticator = Callable[[Collection[str]], SessionStates]
_authenticators: list[Authenticator] = []


def register_authenticator(function: Authenticator) -> Authenticator:
    """
    Register the function that authenticates sessions.

    :raises ValueError: if one is registered already
    """
    if _authenticators:
        raise ValueError("there is an authenticator already")
    _authenticators.append(function)
    return function


def authenticate(session_keys: Collection[str]) -> SessionStates:
    """Return the state of each live session, in one query; ended sessions are left out."""
    return _authenticators[0](session_keys)


def find_caller(session_key: str) -> Caller | None:
    """Return the caller of a session, or None if it has ended."""
    welcome = authenticate([session_key]).get(session_key)
    return None if welcome is None else welcome.caller


# The limits that ``ready`` announces to clients.
limits: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class SyncPage:
    """A page of rows of one part of ``sync``; ``next`` is None at the end."""

    rows: list[Any]
    next: str | None


# (caller, since, page token) → page. ``since`` is the cursor, None for everything.
SyncPart = Callable[[Caller, "int | None", "str | None"], SyncPage]
sync_parts: dict[str, SyncPart] = {}


def register_sync_part(name: str) -> Callable[[SyncPart], SyncPart]:
    """
    Register a part of ``sync``: a function that lists the rows of an app that changed for a person since the
    cursor.
    """

    def register(part: SyncPart) -> SyncPart:
        if sync_parts.setdefault(name, part) is not part:
            raise ValueError(f"two parts of sync are called {name}")
        return part

    return register


# (user id, after rev, limit) → rows with a ``rev``, ascending.
UserTopicRows = Callable[[int, int, int], list[Any]]
user_topic_rows: list[UserTopicRows] = []


def register_user_topic_rows(provider: UserTopicRows) -> UserTopicRows:
    """Register a function that lists rows of the user topic."""
    user_topic_rows.append(provider)
    return provider


@dataclass(frozen=True, slots=True)
class TopicKind:
    """A kind of topic that has to be watched. ``fetch_rev`` raises if the caller may not watch it."""

    name: str
    fetch_rev: Callable[[Caller, str], int]


topic_kinds: dict[str, TopicKind] = {}


def register_topic_kind(name: str, fetch_rev: Callable[[Caller, str], int]) -> None:
    """
    Register the kind of topic ``name:<id>``, which clients may watch.

    ``fetch_rev(caller, id)`` returns the topic's rev, or raises a ``DomainError`` for an outsider.
    """
    topic_kinds[name] = TopicKind(name, fetch_rev)
