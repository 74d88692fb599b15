"""Sentences of refused payments, with what the wallet or the PIN has left."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from payments.errors import InsufficientFunds, PinWrong
from superapp.core.errors import DomainError
from superapp.core.money import Money


def describe(problem: DomainError, available: Money) -> str:
    """Return what a page says about a refusal."""
    if isinstance(problem, InsufficientFunds):
        return _("You have {available}, which is not enough.").format(available=available)
    if isinstance(problem, PinWrong):
        left = int(problem.params["left"] or 0)
        return ngettext("Wrong PIN. You have {left} try left.", "Wrong PIN. You have {left} tries left.", left).format(
            left=left
        )
    return str(problem.body()["message"])
