"""
Counts of what waits for a person, shown on the places of the bar and in the title of every page.

A product registers what it counts, in ``superapp.wiring``; all counts of a page are one statement. They are absolute:
a client that missed a hint asks again, and is right.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.functional import Promise

from superapp.core import clock, prepared
from superapp.realtime import bus, hints
from superapp.realtime.bus import Tidings
from superapp.realtime.registry import Caller, Shape, command

# More than this is not counted any further: nobody reads the difference.
COUNT_MAX = 99
TOPIC = "badges"


Rows = Callable[[int, datetime], QuerySet[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """
    One count. ``rows`` returns what waits for a person at a moment, one row each, by an index; it is called once, and
    says the same for everybody but for the two. ``word`` says the count to whoever hears the page, with ``{count}`` in
    it.
    """

    name: str
    word: str | Promise
    rows: Rows


_badges: dict[str, Badge] = {}


def register(badge: Badge) -> None:
    """Have a count shown wherever a place of the bar names it."""
    if _badges.setdefault(badge.name, badge) is not badge:
        raise ValueError(f"two badges are called {badge.name}")


def word(name: str) -> str | Promise:
    """Return the sentence for this count, or an empty text if none is registered."""
    return _badges[name].word if name in _badges else ""


def counts(user_id: int, *, now: datetime) -> dict[str, int]:
    """Count what waits for this person, by name of the badge, in one statement; each at most ``COUNT_MAX`` + 1."""
    if not _badges:
        return {}
    asked = _statement(connection.vendor, tuple(badge.rows for badge in _badges.values()), COUNT_MAX + 1)
    [found] = prepared.ask(asked.sql, asked.values(user_id, now))()
    return dict(zip(_badges, found, strict=True))


# Stand in for the person and the moment while the statement is made.
_SOMEBODY = -4_611_686_018_427_387_904
_SOMETIME = datetime(1971, 2, 3, 4, 5, 6, 789_012, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Statement:
    """The statement of all counts, made once: every page asks it, and to make it took longer than to answer it."""

    sql: str
    params: tuple[Any, ...]
    sometime: Any

    def values(self, user_id: int, now: datetime) -> list[Any]:
        moment = connection.ops.adapt_datetimefield_value(now)
        stands_for = {_SOMEBODY: user_id, self.sometime: moment}
        return [stands_for.get(param, param) for param in self.params]


@cache
def _statement(_vendor: str, all_rows: tuple[Rows, ...], count_max: int) -> _Statement:
    parts: list[str] = []
    params: list[Any] = []
    for place, rows in enumerate(all_rows):
        waiting = rows(_SOMEBODY, _SOMETIME).order_by().values("pk")[:count_max]
        sql, its_params = waiting.query.sql_with_params()
        if _SOMEBODY not in its_params:
            raise ValueError(f"{rows} counts the same for everybody")
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS waiting_{place})")  # noqa: S608  # Django's own statement.
        params += its_params
    return _Statement(f"SELECT {', '.join(parts)}", tuple(params), connection.ops.adapt_datetimefield_value(_SOMETIME))


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
