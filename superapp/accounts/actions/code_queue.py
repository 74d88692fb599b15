"""
Queue of unknown browsers that wait for the next code to the same number, in order of arrival.

A browser that asks before the number's pause is over gets a place, and with it a time window of its own after the
pause. After that window it may still be sent a code, until one is sent to a browser behind it: a sent code removes all
earlier places. Each network has few places, so that one attacker cannot fill the queue.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db import transaction

from superapp.accounts.actions.login_throttling import RESEND_PAUSE_MAX, UnknownBrowser
from superapp.accounts.models import RateCount
from superapp.core import ip_networks

TURN_WINDOW = timedelta(seconds=45)
PLACES_MAX = 20
PLACES_OF_NETWORK_MAX = 3
PLACE_RETENTION = RESEND_PAUSE_MAX * 2
COUNTER = "code.waiting"


def get_turn(stranger: UnknownBrowser, *, opens_at: datetime, now: datetime) -> datetime:
    """Return the time of this browser's turn, if the pause of the number ends at ``opens_at``."""
    return opens_at + TURN_WINDOW * _find_position(stranger, _list_queued_keys(stranger.number, now))


def join(stranger: UnknownBrowser, *, now: datetime) -> None:
    """Add an unknown browser to the queue, if there is room. Idempotent."""
    with transaction.atomic():
        places = _list_queued_keys(stranger.number, now)
        network = _queue_key(stranger).rpartition(":")[0]
        of_network = sum(who.rpartition(":")[0] == network for who in places)
        if _queue_key(stranger) in places or len(places) >= PLACES_MAX or of_network >= PLACES_OF_NETWORK_MAX:
            return
        RateCount.objects.get_or_create(what=COUNTER, who=_queue_key(stranger), window_start=now, defaults={"count": 1})


def consume_turn(stranger: UnknownBrowser, *, opens_at: datetime, now: datetime) -> None:
    """Remove the place of a browser to which a code is sent, and the places whose turn passed unused."""
    places = _list_queued_keys(stranger.number, now)
    turns = int((now - opens_at) / TURN_WINDOW) + 1
    passed = {*places[:turns], _queue_key(stranger)}
    RateCount.objects.filter(what=COUNTER, who__in=passed).delete()


def _list_queued_keys(number: str, now: datetime) -> list[str]:
    rows = RateCount.objects.filter(what=COUNTER, who__startswith=f"{number}:", window_start__gt=now - PLACE_RETENTION)
    return list(rows.order_by("window_start", "pk").values_list("who", flat=True))


def _find_position(stranger: UnknownBrowser, places: list[str]) -> int:
    who = _queue_key(stranger)
    return places.index(who) if who in places else len(places)


def _queue_key(stranger: UnknownBrowser) -> str:
    network = hashlib.sha256(ip_networks.wider_networks(stranger.address)[-1].encode()).hexdigest()[:8]
    return f"{stranger.number}:{network}:{stranger.browser[:32]}"
