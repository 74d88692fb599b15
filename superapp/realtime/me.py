"""Topic ``me``: numbering what is one person's alone, and telling their sockets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F

from superapp.realtime import hints
from superapp.realtime.models import Me


def begin(user_id: int) -> None:
    """Give a new person their topic."""
    Me.objects.create(user_id=user_id)


def next_rev(user_id: int) -> int:
    """
    Number a change of what is this person's alone, inside the transaction of the change.

    It locks the person's counter until the commit: take it after all other locks, and for several people in the order of their ids.
    """
    Me.objects.filter(user_id=user_id).update(rev=F("rev") + 1)
    return rev_of(user_id)


def next_revs(user_ids: Iterable[int]) -> dict[int, int]:
    """Number one change for each of these people, taking their counters in order."""
    return {user_id: next_rev(user_id) for user_id in sorted(set(user_ids))}


def rev_of(user_id: int) -> int:
    return Me.objects.values_list("rev", flat=True).get(user_id=user_id)


def changed(user_id: int, say: str, row: dict[str, Any]) -> None:
    """Tell all of a person's sockets, after the commit, what changed; ``row["rev"]`` is its number."""
    hints.after_commit([user_id], {"on": "me", "rev": row["rev"], "say": say, "row": row})
