"""
Device trust without a PIN: request it with a fresh code, wait a day, claim it.

So a person who lost their only trusted device can sign it out from another one, also where there are no wallets.
Meanwhile every device of the person shows the request; signing out the requesting device rejects it.
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
    Request trust for a device with a one-time code, and return the time from which it may be claimed.

    A repeated request restarts the waiting period.

    :raises DeviceNotFound, CodeWrong, CodeOver, RateLimited: as ``verify_owner_code``
    """
    verify_owner_code(user_id=user_id, device_id=device_id, code=code, now=now)
    device = queries.get_open_device(user_id, device_id)
    Device.objects.filter(pk=device.pk).update(trust_asked_at=now)
    return now + Device.TRUST_WAIT


def claim_trust(*, user_id: int, device_id: int | None, now: datetime) -> None:
    """
    Mark the device as trusted, after its waiting period of a day. Idempotent.

    :raises DeviceNotFound: if it was signed out meanwhile
    :raises TrustTooEarly: if this device has not requested trust, its waiting period is not over or was restarted, or
    the request was left unused for ``TRUST_OPEN_FOR``
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
    # The row may have changed since it was read: requested again, signed out, or claimed by another page.
    waited = Device.objects.filter(pk=device.pk, ended_at=None, trusted_at=None, trust_asked_at=device.trust_asked_at)
    if waited.update(trusted_at=now, trust_asked_at=None):
        return
    if queries.get_open_device(user_id, device_id).trusted_at is None:
        raise TrustTooEarly
