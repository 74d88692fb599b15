"""
Badges: counts of what waits for a person, shown in the navigation bar and in the title of each page.

Apps register their counts in ``superapp.wiring``; all counts of a page are one statement. They are absolute, so
that a client that missed a hint gets the right counts with its next request.
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
from superapp.realtime.bus import UserHint
from superapp.realtime.registry import Caller, RequestSchema, register_command

# Larger counts are shown as "99+".
COUNT_MAX = 99
TOPIC = "badges"


Rows = Callable[[int, datetime], QuerySet[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """One counter of the navigation bar; ``rows`` returns what waits for a user, one row each, from an index."""

    name: str
    label: str | Promise
    rows: Rows


_badges: dict[str, Badge] = {}


def register(badge: Badge) -> None:
    """
    Register a badge, to be shown on the navigation items that name it.

    :raises ValueError: if the name is taken
    """
    if _badges.setdefault(badge.name, badge) is not badge:
        raise ValueError(f"two badges are called {badge.name}")


def label(name: str) -> str | Promise:
    """Return the label of a badge, or an empty text if none is registered."""
    return _badges[name].label if name in _badges else ""


def count_all(user_id: int, *, now: datetime) -> dict[str, int]:
    """Count what waits for this person, by name of the badge, in one statement; each at most ``COUNT_MAX`` + 1."""
    if not _badges:
        return {}
    asked = _compile_statement(connection.vendor, tuple(badge.rows for badge in _badges.values()), COUNT_MAX + 1)
    [found] = prepared.execute_deferred(asked.sql, asked.values(user_id, now))()
    return dict(zip(_badges, found, strict=True))


# Placeholders for the user id and the time in the compiled statement.
_PLACEHOLDER_USER_ID = -4_611_686_018_427_387_904
_PLACEHOLDER_TIME = datetime(1971, 2, 3, 4, 5, 6, 789_012, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _CompiledStatement:
    """The compiled statement of all counts: each page runs it, and compiling it took longer than running it."""

    sql: str
    params: tuple[Any, ...]
    sometime: Any

    def values(self, user_id: int, now: datetime) -> list[Any]:
        moment = connection.ops.adapt_datetimefield_value(now)
        stands_for = {_PLACEHOLDER_USER_ID: user_id, self.sometime: moment}
        return [stands_for.get(param, param) for param in self.params]


@cache
def _compile_statement(_vendor: str, all_rows: tuple[Rows, ...], count_max: int) -> _CompiledStatement:
    parts: list[str] = []
    params: list[Any] = []
    for place, rows in enumerate(all_rows):
        waiting = rows(_PLACEHOLDER_USER_ID, _PLACEHOLDER_TIME).order_by().values("pk")[:count_max]
        sql, its_params = waiting.query.sql_with_params()
        if _PLACEHOLDER_USER_ID not in its_params:
            raise ValueError(f"{rows} counts the same for everybody")
        parts.append(f"(SELECT COUNT(*) FROM ({sql}) AS waiting_{place})")  # noqa: S608  # Django's own statement.
        params += its_params
    return _CompiledStatement(
        f"SELECT {', '.join(parts)}", tuple(params), connection.ops.adapt_datetimefield_value(_PLACEHOLDER_TIME)
    )


def format_count(count: int) -> str:
    """Format a count for the navigation bar."""
    return f"{COUNT_MAX}+" if count > COUNT_MAX else str(count)


def notify_changed(user_ids: Collection[int]) -> None:
    """
    Send these people's open pages a hint that one of their counts may have changed.

    Changes of chats and contacts have hints of their own, and need no second one.
    """
    bus.publish([UserHint(user_ids, hints.encode({"on": TOPIC, "say": "badges.moved"}))])


class BadgesRequest(RequestSchema, frozen=True):
    pass


@register_command("badges", BadgesRequest, rest="GET badges")
def read_badges(caller: Caller, _nothing: BadgesRequest) -> dict[str, dict[str, int]]:
    """Return the caller's badge counts, by name."""
    return {"counts": count_all(caller.user_id, now=clock.now())}
