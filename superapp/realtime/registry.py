"""
What clients may ask for: apps register their commands, parts of ``sync`` and topics here, and both doors serve them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import msgspec


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a person on one of their devices. Known from the session, never from what was sent."""

    user_id: int
    user_public_id: UUID
    device_id: int | None
    device_public_id: UUID | None
    language: str
    # The socket on which they ask, by the hub's number of it; 0 through the other door.
    line: int = 0


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of a command. Strict: a number in quotes is not a number. Unknown fields are ignored."""


S = TypeVar("S", bound=Shape)
Answer = Any  # A msgspec.Struct or a mapping of JSON values.
Handler = Callable[[Caller, S], Answer]
LoopHandler = Callable[[Caller, S], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Command:
    """
    One thing a client may ask for, on the socket by ``name`` and, if it has a ``rest`` route, under ``/api/v1``.

    ``handler`` may use the database and runs in the pool of threads. ``loop_handler``, where there is one, serves the
    socket instead: it returns an awaitable at once and never blocks; ``shaped`` makes the answer of what that ends
    with. ``cost`` is what a call takes from a person's allowance. Calls that are ``in_order`` are done on a socket one
    after another, since each overwrites what the one before it said; the others run beside each other.
    """

    name: str
    shape: type[Shape]
    handler: Handler[Any] | None
    loop_handler: LoopHandler[Any] | None
    rest: str | None
    cost: int
    answer: Any
    decoder: msgspec.json.Decoder[Shape]
    shaped: Callable[[Any], Answer] | None = None
    in_order: bool = False


commands: dict[str, Command] = {}


def command(
    name: str,
    shape: type[S],
    *,
    rest: str | None = None,
    cost: int = 1,
    answer: Any = None,
    in_order: bool = False,
) -> Callable[[Handler[S]], Handler[S]]:
    """
    Register a command. ``rest`` is its mirror: method and path below ``/api/v1``, e.g. ``"PATCH
    conversations/<str:conversation>"``; fields named in the path are taken from it, the others from the JSON body, or
    from the query string for GET. ``answer`` is the type of what it answers, for the API's description.
    """

    def register(handler: Handler[S]) -> Handler[S]:
        _add(
            Command(name, shape, handler, None, rest, cost, answer, msgspec.json.Decoder(shape), in_order=in_order),
        )
        return handler

    return register


def loop_command(
    name: str,
    shape: type[S],
    *,
    rest: str | None = None,
    sync: Handler[S] | None = None,
    cost: int = 1,
    answer: Any = None,
    shaped: Callable[[Any], Answer] | None = None,
) -> Callable[[LoopHandler[S]], LoopHandler[S]]:
    """
    Register a command whose handler never blocks, such as one that submits to a batcher: a coroutine function, or one
    that returns a future, which ``shaped`` makes into the answer without the cost of a task.

    A command with a ``rest`` mirror names its twin for threads in ``sync``: the same action, waited for.
    """
    if rest is not None and sync is None:
        raise ValueError(f"{name} has a REST mirror and needs a sync twin to serve it")

    def register(handler: LoopHandler[S]) -> LoopHandler[S]:
        _add(Command(name, shape, sync, handler, rest, cost, answer, msgspec.json.Decoder(shape), shaped))
        return handler

    return register


def _add(new: Command) -> None:
    if commands.setdefault(new.name, new) is not new:
        raise ValueError(f"two commands are called {new.name}")


@dataclass(frozen=True, slots=True)
class Welcome:
    """Who connects, and what ``ready`` tells them: the life of the database, how far their topic ``me`` has come."""

    caller: Caller
    epoch: int
    me: int


# session keys → whose each of them is, without those that have ended. May use the database.
Welcomes = Mapping[str, Welcome]
Authenticator = Callable[[Collection[str]], Welcomes]
_authenticators: list[Authenticator] = []


def authenticator(function: Authenticator) -> Authenticator:
    """Register the one function that knows sessions."""
    if _authenticators:
        raise ValueError("there is an authenticator already")
    _authenticators.append(function)
    return function


def welcomes(session_keys: Collection[str]) -> Welcomes:
    """Whose sessions these are, in one look at the database; those that have ended are left out."""
    return _authenticators[0](session_keys)


def caller_of(session_key: str) -> Caller | None:
    """Whose session this is, or None when it has ended."""
    welcome = welcomes([session_key]).get(session_key)
    return None if welcome is None else welcome.caller


# What ``ready`` tells clients they may not exceed.
limits: dict[str, int] = {}


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a part of ``sync``, and where to go on, or None at the end."""

    rows: list[Any]
    next: str | None


# (caller, since, page token) → page. ``since`` is the cursor, None for everything.
SyncPart = Callable[[Caller, "int | None", "str | None"], Page]
sync_parts: dict[str, SyncPart] = {}


def sync_part(name: str) -> Callable[[SyncPart], SyncPart]:
    """Register a part of ``sync``: what of yours changed for this person since the cursor."""

    def register(part: SyncPart) -> SyncPart:
        if sync_parts.setdefault(name, part) is not part:
            raise ValueError(f"two parts of sync are called {name}")
        return part

    return register


# (user id, after rev, how many) → rows with a ``rev``, ascending.
MeRows = Callable[[int, int, int], list[Any]]
me_rows: list[MeRows] = []


def part_of_me(provider: MeRows) -> MeRows:
    """Register a kind of row of topic ``me``."""
    me_rows.append(provider)
    return provider


@dataclass(frozen=True, slots=True)
class TopicKind:
    """A kind of topic that has to be watched. ``rev_for`` raises if the caller may not watch it."""

    name: str
    rev_for: Callable[[Caller, str], int]


topic_kinds: dict[str, TopicKind] = {}


def topic(name: str, rev_for: Callable[[Caller, str], int]) -> None:
    """
    Let clients watch ``name:<id>``; ``rev_for(caller, id)`` answers its rev, or raises a ``DomainError`` for an
    outsider.
    """
    topic_kinds[name] = TopicKind(name, rev_for)
