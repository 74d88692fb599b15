"""
Tell whether payments are enabled here, by the operator's legal profile.

``social_commerce`` may show goods and not take payments for them (Permendag 31/2023, article 21), and ``chat_only``
offers talk alone. What lies in the ledger from before stays there: it is proved every night and can be exported, and
what was set aside or lies in escrow goes back or on.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.conf import settings

from payments.errors import NotOffered

Arguments = ParamSpec("Arguments")
R = TypeVar("R")


def is_enabled() -> bool:
    """Return whether wallets are enabled on this installation."""
    return bool(settings.LEGAL_PROFILE == "marketplace")


def requires_payments(door: Callable[Arguments, R]) -> Callable[Arguments, R]:
    """
    Decorate a function of the facade so that it is refused where payments are disabled.

    :raises NotOffered: where it is not
    """

    @wraps(door)
    def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> R:
        if not is_enabled():
            raise NotOffered
        return door(*args, **kwargs)

    return guarded
