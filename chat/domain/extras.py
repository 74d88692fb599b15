"""
Extras of a message: what it carries beside its text.

The column, the content hash and the row on the wire derive from the declaration.
"""

from __future__ import annotations

from typing import Any

import msgspec

ALL = "all"
# From so many forwards on, content is marked, and slowed down.
OFTEN_FORWARDED = 5


class MessageExtras(msgspec.Struct, omit_defaults=True, frozen=True, kw_only=True):
    """
    The extras of a message; a message without any has none at all.

    ``mentions`` are public ids of people, and ``"all"`` for all members of a group; the text names them with an @.
    They stay when the message is recalled. ``forwards`` is how often the content had been forwarded,
    this time included. ``attachment`` is an object with the field ``type``.
    """

    mentions: tuple[str, ...] = ()
    forwards: int = 0
    attachment: dict[str, Any] | None = None


def of_recalled(value: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return what is kept of the stored extras of a recalled message: its mentions, on which unread marks depend."""
    mentions = (value or {}).get("mentions")
    return {"mentions": mentions} if mentions else None


def of_column(value: dict[str, Any] | None) -> MessageExtras | None:
    """Convert the stored object of a message to its extras."""
    return None if value is None else msgspec.convert(value, MessageExtras)
