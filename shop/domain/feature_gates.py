"""
Features of the shop by the operator's legal profile (``LEGAL_PROFILE``).

``marketplace`` has all of them. ``social_commerce`` shows shops and products and sells nothing (Permendag 31/2023,
article 21); ``chat_only`` has no shops. Orders that exist are still listed, moved and paid out or refunded.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.conf import settings

from shop.errors import NotOffered

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def is_storefront_enabled() -> bool:
    """Return whether the legal profile has shops, to run and to look at."""
    return bool(settings.LEGAL_PROFILE != "chat_only")


def is_checkout_enabled() -> bool:
    """Return whether the legal profile lets products be bought."""
    return bool(settings.LEGAL_PROFILE == "marketplace")


def require_storefront(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """
    Decorate a function that exists only where shops are enabled.

    :raises NotOffered: where they are not
    """
    return _require_feature(is_storefront_enabled, function)


def require_checkout(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """
    Decorate a function that exists only where checkout is enabled.

    :raises NotOffered: where it is not
    """
    return _require_feature(is_checkout_enabled, function)


def _require_feature(
    is_enabled: Callable[[], bool], function: Callable[Arguments, Result]
) -> Callable[Arguments, Result]:
    @wraps(function)
    def wrapper(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        if not is_enabled():
            raise NotOffered
        return function(*args, **kwargs)

    return wrapper
