"""Reactions: their limits, and their rows on the wire."""

from __future__ import annotations

from typing import Any

import msgspec

# So many users of each emoji come with the message; all of them are read with a command.
SHOWN_USERS = 5
# So many different emoji a message can have.
EMOJI_MAX = 20


class ReactionRow(msgspec.Struct):
    """One emoji on a message: how many people reacted with it, and the first few of them."""

    emoji: str
    count: int
    users: list[str]


class ReactorRow(msgspec.Struct):
    """The reaction of a person to a message."""

    user: str
    emoji: str
    reacted_at: str


class ReactorsPage(msgspec.Struct):
    """A page of the reactions to a message, the first one first; ``next`` is None at the end."""

    rows: list[ReactorRow]
    next: str | None
    people: list[Any]
