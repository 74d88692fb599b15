"""Features of an installation according to the operator's legal profile, ``LEGAL_PROFILE``."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Literal, ParamSpec, TypeVar

from django.conf import settings

from superapp.core.errors import DomainError

Feature = Literal["storefronts", "payments"]
# ``social_commerce`` may show goods and not take payments for them (Permendag 31/2023, article 21).
PROFILES: dict[str, frozenset[Feature]] = {
    "marketplace": frozenset({"storefronts", "payments"}),
    "social_commerce": frozenset({"storefronts"}),
    "chat_only": frozenset(),
}

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def is_enabled(feature: Feature) -> bool:
    """Return whether this installation has the feature."""
    return feature in PROFILES[settings.LEGAL_PROFILE]


def require(
    feature: Feature, refusal: type[DomainError]
) -> Callable[[Callable[Arguments, Result]], Callable[Arguments, Result]]:
    """Return a decorator of functions that then raise ``refusal`` if the feature is not enabled."""

    def decorate(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        @wraps(function)
        def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
            if not is_enabled(feature):
                raise refusal
            return function(*args, **kwargs)

        return guarded

    return decorate
