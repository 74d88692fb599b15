"""
What of selling this place offers, which its operator's legal profile says: ``marketplace`` all of it.

``social_commerce`` shows shops and their goods and sells nothing (Permendag 31/2023, article 21); ``chat_only`` has no
shops at all. Orders that were placed before stand: they are listed, moved and paid back or out as if nothing were.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.conf import settings

from shop.errors import NotOffered

Arguments = ParamSpec("Arguments")
R = TypeVar("R")


def shops_are_shown() -> bool:
    """Whether there are shops here, to run and to look at."""
    return bool(settings.LEGAL_PROFILE != "chat_only")


def goods_are_sold() -> bool:
    """Whether what stands in them can be bought."""
    return bool(settings.LEGAL_PROFILE == "marketplace")


def shown(door: Callable[Arguments, R]) -> Callable[Arguments, R]:
    """
    Go through this door only where there are shops.

    :raises NotOffered: where there are none
    """
    return _only(shops_are_shown, door)


def sold(door: Callable[Arguments, R]) -> Callable[Arguments, R]:
    """
    Go through this door only where goods are sold.

    :raises NotOffered: where they are not
    """
    return _only(goods_are_sold, door)


def _only(is_offered: Callable[[], bool], door: Callable[Arguments, R]) -> Callable[Arguments, R]:
    @wraps(door)
    def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> R:
        if not is_offered():
            raise NotOffered
        return door(*args, **kwargs)

    return guarded
