"""
Trust a device without a PIN: request with a fresh code, wait a day, claim.

So whoever lost their only trusted device signs it out from another, also where there are no wallets. Every device
says so meanwhile on the next page it loads, and logging out the one that asks is how its owner says no.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from superapp.accounts import queries
from superapp.accounts.actions.reauthentication import verify_owner_code
from superapp.accounts.errors import TrustTooEarly
from superapp.accounts.models import Device


def request_trust(*, user_id: int, device_id: int | None, code: str, now: datetime) -> datetime:
    """
    Ask for trust with the code that came, and return from when this device may take it. Asking again starts the day
    anew.

    :raises DeviceNotFound, CodeWrong, CodeOver, RateLimited: as when proving a number
    """
    verify_owner_code(user_id=user_id, device_id=device_id, code=code, now=now)
    device = queries.get_open_device(user_id, device_id)
    Device.objects.filter(pk=device.pk).update(trust_asked_at=now)
    return now + Device.TRUST_WAIT


def claim_trust(*, user_id: int, device_id: int | None, now: datetime) -> None:
    """
    Be trusted from now on, as one that waited for a PIN is. Twice is once.

    :raises DeviceNotFound: if it was signed out meanwhile
    :raises TrustTooEarly: if this device did not ask, its day is not over or began anew meanwhile, or it was left
        unused for three more
    """
    device = queries.get_open_device(user_id, device_id)
    if device.trusted_at is not None:
        return
    if device.trust_from is None:
        raise TrustTooEarly
    left = device.trust_from - now
    if left > timedelta(0):
        raise TrustTooEarly(retry_after=ceil(left.total_seconds()))
    if left < -Device.TRUST_OPEN_FOR:
        raise TrustTooEarly
    # What was looked at may have changed: asked anew, signed out, taken by another page.
    waited = Device.objects.filter(pk=device.pk, ended_at=None, trusted_at=None, trust_asked_at=device.trust_asked_at)
    if waited.update(trusted_at=now, trust_asked_at=None):
        return
    if queries.get_open_device(user_id, device_id).trusted_at is None:
        raise TrustTooEarly
