"""
The rule of the messages that a member may see: those since they joined, and until they left as they were then.

A message that changed after the member left is out of sight, since only its new content is stored.
"""

from __future__ import annotations

from typing import Any

from django.db.models import F, Q

from chat.models import Member


def is_in_sight_of(member: Member) -> Q:
    """Return the condition on messages of the member's conversation, with the numbers of the loaded member in it."""
    visible = _since(member.from_seq)
    return visible if member.until_seq is None else visible & _until(member.until_seq, member.until_rev)


def is_in_sight(user_id: int, message: str = "", *, is_as_then: bool = True) -> Q:
    """
    Return the condition that a person is or was a member who may see the message that rows lead to by ``message``.

    ``is_as_then`` False is for what never changes with a message: whoever left keeps it, whatever happened to the
    message since.
    """
    member = f"{message}conversation__members__"
    left = _until(F(f"{member}until_seq"), F(f"{member}until_rev") if is_as_then else None, message)
    return (
        Q(**{f"{member}user_id": user_id})
        & _since(F(f"{member}from_seq"), message)
        & (Q(**{f"{member}until_seq": None}) | left)
    )


def _since(from_seq: Any, message: str = "") -> Q:
    return Q(**{f"{message}seq__gte": from_seq})


def _until(until_seq: Any, until_rev: Any, message: str = "") -> Q:
    before = Q(**{f"{message}seq__lte": until_seq})
    return before if until_rev is None else before & Q(**{f"{message}rev__lte": until_rev})
