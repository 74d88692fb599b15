"""Devices: the browsers in which a person is logged in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import connection, transaction

from superapp.accounts import queries
from superapp.accounts.errors import DeviceKept
from superapp.accounts.models import Device
from superapp.core import prepared
from superapp.realtime import bus

TOUCH_INTERVAL = timedelta(minutes=1)


def register_device(
    *, user_id: int, session_key: str, browser_hash: str, name: str, is_new_account: bool, now: datetime
) -> Device:
    """
    Store the device of a new log-in.

    A device that creates an account is trusted, and so is its browser at later log-ins. A device that was verified only
    by an SMS code is not trusted with money (see ``Device``).
    """
    is_trusted = is_new_account or queries.is_trusted_browser(user_id=user_id, browser_hash=browser_hash)
    return Device.objects.create(
        user_id=user_id,
        session_key=session_key,
        browser_hash=browser_hash,
        name=name[: Device.NAME_CHARS_MAX],
        signed_in_at=now,
        last_seen_at=now,
        trusted_at=now if is_trusted else None,
    )


def sign_out_device(*, user_id: int, device_public_id: UUID, by_device_id: int | None, now: datetime) -> None:
    """
    Sign out one of a person's own devices: delete its session and close its sockets. Idempotent.

    The device may be lost, so its browser loses its trust and any pending request for trust. If another browser signs
    it out, its browser is also unknown at the next log-in.

    An untrusted device cannot sign out a trusted device, or one whose browser would be trusted at the next log-in: a
    stranger who took over the number must not lock its owner out.

    :raises DeviceNotFound: if it belongs to another person or does not exist
    :raises DeviceKept: if it is trusted, and another device that is not trusted asks
    """
    with transaction.atomic():
        device = queries.get_device(user_id, device_public_id)
        if device.pk != by_device_id and not queries.is_trusted_device(user_id, by_device_id):
            _require_untrusted(device)
        _end_device(device, now)
        for left in (
            queries.devices_with_browser(user_id=user_id, browser_hash=device.browser_hash),
            Device.objects.filter(pk=device.pk),
        ):
            left.update(trusted_at=None, trust_asked_at=None)
        if queries.find_browser_hash(user_id, by_device_id) != device.browser_hash:
            _forget_browser(device)


def trust_device(*, user_id: int, device_id: int, now: datetime) -> None:
    """Mark one of a person's devices as trusted, after something stronger than an SMS code verified it."""
    untrusted = Device.objects.filter(pk=device_id, user_id=user_id, ended_at=None, trusted_at=None)
    untrusted.update(trusted_at=now, trust_asked_at=None)


def end_session(*, session_key: str, now: datetime) -> None:
    """Sign out the device of this session, if there is one."""
    with transaction.atomic():
        device = Device.objects.filter(session_key=session_key).first()
        if device is not None:
            _end_device(device, now)


def touch_device(*, session_key: str, now: datetime) -> None:
    """Update when a device was last seen, at most once a minute."""
    stale = Device.objects.filter(session_key=session_key, last_seen_at__lt=now - TOUCH_INTERVAL)
    stale.update(last_seen_at=now)


def touch_devices(device_ids: Collection[int], *, now: datetime) -> None:
    """Update when several devices were last seen; rows locked elsewhere are skipped."""
    stale = now - TOUCH_INTERVAL
    if connection.vendor != "postgresql":
        Device.objects.filter(pk__in=device_ids, last_seen_at__lt=stale).update(last_seen_at=now)
        return
    with prepared.cursor() as cursor:
        cursor.execute(
            f"UPDATE accounts_device SET last_seen_at = %s WHERE id = ANY(ARRAY({queries.UNLOCKED_STALE_DEVICES_SQL}))",  # noqa: S608
            [now, list(device_ids), stale],
        )


def _require_untrusted(device: Device) -> None:
    is_trusted = device.trusted_at is not None
    if is_trusted or queries.is_trusted_browser(user_id=device.user_id, browser_hash=device.browser_hash):
        raise DeviceKept


def _forget_browser(device: Device) -> None:
    """Erase the browser hash of a device, so that its browser is unknown at log-in and for PIN attempts."""
    same = queries.devices_with_browser(user_id=device.user_id, browser_hash=device.browser_hash)
    same.update(browser_hash="")


def _end_device(device: Device, now: datetime) -> None:
    Device.objects.filter(pk=device.pk, ended_at=None).update(ended_at=now)
    Session.objects.filter(session_key=device.session_key).delete()
    device_id = device.pk

    def close_its_sockets() -> None:
        bus.close_device(device_id)

    transaction.on_commit(close_its_sockets, robust=True)
