"""The cap of a closed loop: how much the operator may owe its users in all."""

from __future__ import annotations

from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Greatest

from payments import errors, queries
from payments.models import IssuedMoney
from superapp.core.money import IDR, SEN_PER_RUPIAH, Money


def require_float_room(amount: Money) -> None:
    """
    Refuse money from outside before it is asked for; the database refuses what comes in all the same.

    :raises FloatCapReached: if the operator would owe more than it may
    """
    room = queries.find_float_room(amount.asset)
    if room is not None and amount > room:
        raise errors.FloatCapReached


def apply_float_cap() -> int:
    """
    Set the cap in the database to that of the settings, and return how many rows changed.

    An operator that owes more already keeps that as its cap until enough has left.
    """
    rows = IssuedMoney.objects.filter(asset=IDR)
    if settings.WALLET_LOOP != "closed":
        return rows.exclude(cap=None).update(cap=None)
    cap = settings.FLOAT_CAP_RUPIAH * SEN_PER_RUPIAH
    differs = Q(cap=None) | ~Q(cap=Greatest(F("owed"), cap))
    return rows.filter(differs).update(cap=Greatest(F("owed"), cap))
