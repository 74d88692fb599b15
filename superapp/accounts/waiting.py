"""
Who waits for the next code to a number: first come, first served, so that being quick when a pause ends wins nothing.

Whoever asks too early has a place, and with it a window of time of their own after the pause. Who lets it pass may
still come, as long as nobody behind them did; a code that is sent takes away the places up to its own. Few of one
network have a place, so that a queue is as long as somebody has networks.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import transaction

from superapp.accounts.models import RateCount
from superapp.accounts.slowing import PAUSE_MAX, Stranger
from superapp.core import addresses

WINDOW = timedelta(seconds=45)
PLACES_MAX = 20
PLACES_OF_NETWORK_MAX = 3
KEPT_FOR = PAUSE_MAX * 2
WHAT = "code.waiting"


def turn_at(stranger: Stranger, *, opens_at: datetime, now: datetime) -> datetime:
    """Return when it is this stranger's turn, if the pause of the number ends at ``opens_at``."""
    return opens_at + WINDOW * _place(stranger, _places(stranger.number, now))


def join(stranger: Stranger, *, now: datetime) -> None:
    """Give a stranger who came too early a place, if there is room. Twice is once."""
    with transaction.atomic():
        places = _places(stranger.number, now)
        network = _who(stranger).rpartition(":")[0]
        of_network = sum(who.rpartition(":")[0] == network for who in places)
        if _who(stranger) in places or len(places) >= PLACES_MAX or of_network >= PLACES_OF_NETWORK_MAX:
            return
        RateCount.objects.get_or_create(what=WHAT, who=_who(stranger), window_start=now, defaults={"count": 1})


def take(stranger: Stranger, *, opens_at: datetime, now: datetime) -> None:
    """Use up the place of a stranger to whom a code is sent, and those whose turn passed unused."""
    places = _places(stranger.number, now)
    turns = int((now - opens_at) / WINDOW) + 1
    passed = {*places[:turns], _who(stranger)}
    RateCount.objects.filter(what=WHAT, who__in=passed).delete()


def _places(number: str, now: datetime) -> list[str]:
    rows = RateCount.objects.filter(what=WHAT, who__startswith=f"{number}:", window_start__gt=now - KEPT_FOR)
    return list(rows.order_by("window_start", "pk").values_list("who", flat=True))


def _place(stranger: Stranger, places: list[str]) -> int:
    who = _who(stranger)
    return places.index(who) if who in places else len(places)


def _who(stranger: Stranger) -> str:
    network = hashlib.sha256(addresses.wider_networks(stranger.address)[-1].encode()).hexdigest()[:8]
    return f"{stranger.number}:{network}:{stranger.browser[:32]}"
