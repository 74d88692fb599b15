"""Sources of notifications: each product registers how its facts are asked about and described."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeText:
    """
    A notification in words of the reader's language; ``url`` is a path of this site.

    ``number`` is that of the newest fact that notifies, such as the seq of a message. ``avatar`` is the URL of a
    picture; without one, ``face_id`` decides the colour behind the initials.
    """

    number: int
    title: str
    text: str
    url: str
    face_id: str
    avatar: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HintedFact:
    """A fact that a hint carries: its number within the subject, and the public id of the person who caused it."""

    subject: str
    number: int
    sender: str


class PersonalFact(NamedTuple):
    """One person's view of a fact: the fact with this number, of the subject with this key within its source."""

    user_id: int
    key: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """
    A source of notifications, by the word before the colon of its subjects, such as ``chat`` of ``chat:0198…``.

    ``describe(user_id, key, now)`` returns the notification in the active language, or None if nothing waits for the
    person or they muted it; it raises the product's own error for an outsider. ``filter_unseen(facts, now)`` returns
    those facts that reached no device of their person, who wants to hear of them. ``filter_read(facts)`` returns those
    up to which their person has read. Both take a fixed number of queries. ``read_hint(encoded)`` returns the fact that
    a hint carries, or None if it carries no new one; only hints that begin with ``hint_prefix`` are passed to it. A
    source without a prefix has no hints: its product says itself whom to notify.
    """

    name: str
    describe: Callable[[int, str, datetime], NoticeText | None]
    filter_unseen: Callable[[Collection[PersonalFact], datetime], set[PersonalFact]]
    filter_read: Callable[[Collection[PersonalFact]], set[PersonalFact]]
    hint_prefix: bytes | None = None
    read_hint: Callable[[bytes], HintedFact | None] = lambda _encoded: None


_sources: dict[str, Source] = {}


def register_source(source: Source) -> None:
    """
    Register a source.

    :raises ValueError: if the name is taken
    """
    if _sources.setdefault(source.name, source) is not source:
        raise ValueError(f"two sources of notifications are called {source.name}")


def find_source(subject: str) -> tuple[Source, str] | None:
    """Return the source of a subject and the key within it, or None if there is none."""
    name, _colon, key = subject.partition(":")
    source = _sources.get(name)
    return None if source is None or not key else (source, key)


def registered_sources() -> list[Source]:
    return list(_sources.values())
