"""The topic of one user (``me`` on the wire): numbering changes and sending them to the user's sockets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection

from superapp.core import prepared
from superapp.realtime import hints
from superapp.realtime.models import Me

# A subquery for statements that select users with the rev of their topic.
REV_SUBQUERY = "(SELECT rev FROM realtime_me WHERE user_id = {user})"


def create(user_id: int) -> None:
    """Create the topic of a new user."""
    Me.objects.create(user_id=user_id)


def next_rev(user_id: int) -> int:
    """
    Take the next rev of the user's topic, inside the transaction of the change.

    It locks the user's counter until the commit: call it after all other locks, and for several users in the order
    of their ids.
    """
    return advance_revs({user_id: 1})[user_id]


def next_revs(user_ids: Iterable[int]) -> dict[int, int]:
    """Take the next rev for each of these users."""
    return advance_revs(dict.fromkeys(user_ids, 1))


def advance_revs(changes_of: Mapping[int, int]) -> dict[int, int]:
    """
    Advance the revs of these users by this many changes each, and return the newest rev of each.

    Counters are locked in the order of user ids, so that two transactions cannot deadlock.
    """
    if not changes_of:
        return {}
    if connection.vendor != "postgresql":
        return {user_id: _advance_rev(user_id, count) for user_id, count in sorted(changes_of.items())}
    with prepared.cursor() as cursor:
        # A database function, since other database functions advance revs too.
        cursor.execute(
            "SELECT realtime_advance(%s::bigint[], %s::bigint[])", [list(changes_of), list(changes_of.values())]
        )
        return dict(zip(changes_of, cursor.fetchone()[0], strict=True))


def _advance_rev(user_id: int, count: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE realtime_me SET rev = rev + %s WHERE user_id = %s RETURNING rev", [count, user_id])
        return int(cursor.fetchone()[0])


def current_rev(user_id: int) -> int:
    found = prepared.execute_deferred("SELECT rev FROM realtime_me WHERE user_id = %s", [user_id])()
    if not found:
        raise Me.DoesNotExist
    return int(found[0][0])


def send_change(user_id: int, say: str, row: dict[str, Any]) -> None:
    """Send a change to all of the user's sockets, after the commit; ``row["rev"]`` is its rev."""
    hints.send_after_commit([user_id], {"on": "me", "rev": row["rev"], "say": say, "row": row})
