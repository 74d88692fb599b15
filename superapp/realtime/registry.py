"""What clients may ask for: apps register their commands, parts of ``sync`` and topics here, and both doors serve them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
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


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of a command. Strict: a number in quotes is not a number. Unknown fields are ignored."""


S = TypeVar("S", bound=Shape)
Answer = Any  # A msgspec.Struct or a mapping of JSON values.


@dataclass(frozen=True, slots=True)
class Command:
    """
    One thing a client may ask for, on the socket by ``name`` and, if it has a ``rest`` route, under ``/api/v1``.

    ``runs_on_loop`` marks a handler that returns an awaitable at once and must never block; all others run in
    the pool of threads and may use the database.
    """

    name: str
    shape: type[Shape]
    handler: Callable[[Caller, Any], Answer | Awaitable[Answer]]
    rest: str | None
    runs_on_loop: bool


commands: dict[str, Command] = {}


def command(
    name: str, shape: type[S], *, rest: str | None = None
) -> Callable[[Callable[[Caller, S], Answer]], Callable[[Caller, S], Answer]]:
    """
    Register a command. ``rest`` is its mirror: method and path below ``/api/v1``, e.g. ``"PATCH conversations/<str:conversation>"``;
    fields named in the path are taken from it, the others from the JSON body, or from the query string for GET.
    """

    def register(handler: Callable[[Caller, S], Answer]) -> Callable[[Caller, S], Answer]:
        _add(Command(name, shape, handler, rest, runs_on_loop=False))
        return handler

    return register


def loop_command(
    name: str, shape: type[S], *, rest: str | None = None
) -> Callable[[Callable[[Caller, S], Awaitable[Answer]]], Callable[[Caller, S], Awaitable[Answer]]]:
    """Register a command whose handler is a coroutine function that never blocks, such as one that submits to a batcher."""

    def register(handler: Callable[[Caller, S], Awaitable[Answer]]) -> Callable[[Caller, S], Awaitable[Answer]]:
        _add(Command(name, shape, handler, rest, runs_on_loop=True))
        return handler

    return register


def _add(new: Command) -> None:
    if commands.setdefault(new.name, new) is not new:
        raise ValueError(f"two commands are called {new.name}")


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


# (user id, after rev, how many) → rows with a ``rev`` key, ascending.
MeRows = Callable[[int, int, int], list[dict[str, Any]]]
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
    """Let clients watch ``name:<id>``; ``rev_for(caller, id)`` answers its rev, or raises a ``DomainError`` for an outsider."""
    topic_kinds[name] = TopicKind(name, rev_for)
