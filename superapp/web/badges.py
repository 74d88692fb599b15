"""
Counts of what waits for a person, shown on the places of the bar and in the title of every page.

A product registers what it counts, in ``superapp.wiring``; all counts of a page are one statement. They are absolute:
a client that missed a hint asks again, and is right.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.functional import Promise

from superapp.core import clock
from superapp.realtime import bus, hints
from superapp.realtime.bus import Tidings
from superapp.realtime.registry import Caller, Shape, command

# More than this is not counted any further: nobody reads the difference.
COUNT_MAX = 99
TOPIC = "badges"


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """
    One count. ``rows`` returns what waits for a person at a moment, one row each, by an index. ``word`` says the count
    to whoever hears the page, with ``{count}`` in it.
    """

    name: str
    word: str | Promise
    rows: Callable[[int, datetime], QuerySet[Any]]


_badges: dict[str, Badge] = {}


def register(badge: Badge) -> None:
    """Have a count shown wherever a place of the bar names it."""
    if _badges.setdefault(badge.name, badge) is not badge:
        raise ValueError(f"two badges are called {badge.name}")


def word(name: str) -> str | Promise:
    """Return how this count is said; empty for one that nobody registered."""
    return _badges[name].word if name in _badges else ""


def counts(user_id: int, *, now: datetime) -> dict[str, int]:
    """Count what waits for this person, by name of the badge, in one statement; each at most ``COUNT_MAX`` + 1."""
    if not _badges:
        return {}
    parts: list[str] = []
    params: list[Any] = []
    for place, badge in enumerate(_badges.values()):
        rows = badge.rows(user_id, now).order_by().values("pk")[: COUNT_MAX + 1]
        sql, its_params = rows.query.sql_with_params()
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS waiting_{place})")  # noqa: S608  # Django's own statement.
        params += its_params
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        return dict(zip(_badges, cursor.fetchone(), strict=True))


def shown(count: int) -> str:
    """Return a count as it stands on a place."""
    return f"{COUNT_MAX}+" if count > COUNT_MAX else str(count)


def moved(user_ids: Collection[int]) -> None:
    """
    Tell these people's open pages that a count of theirs may be another.

    Changes of chats and contacts are told by hints of their own, and need no second one.
    """
    bus.publish([Tidings(user_ids, hints.encode({"on": TOPIC, "say": "badges.moved"}))])


class NothingIn(Shape, frozen=True):
    pass


@command("badges", NothingIn, rest="GET badges")
def read_badges(caller: Caller, _nothing: NothingIn) -> dict[str, dict[str, int]]:
    """Return what waits for me, by name."""
    return {"counts": counts(caller.user_id, now=clock.now())}
