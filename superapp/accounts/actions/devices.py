"""Devices: where somebody is logged in."""

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
    Remember that somebody is logged in here. The device that makes an account is trusted with it, and so is its browser
    when it comes back; one that came with nothing but a code by SMS is not trusted with money (see ``Device``).
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
    Sign one of somebody's own devices out, from another or from itself: its session is gone and its sockets are closed,
    and its browser is trusted no more and waits for nothing, since who does this may have lost it. Signed out from
    another browser, it is a stranger when it comes back, as at the first log-in. Twice is once.

    Whoever took over a number must not send its owner away: from a device that nothing but a code speaks for, none is
    signed out that is trusted, or whose browser would be when it comes back.

    :raises DeviceNotFound: if it is somebody else's, or there is none
    :raises DeviceKept: if it is trusted, and the device that asks is another and is not
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
    """Trust one of somebody's devices from now on: something stronger than a code by SMS spoke for it."""
    untrusted = Device.objects.filter(pk=device_id, user_id=user_id, ended_at=None, trusted_at=None)
    untrusted.update(trusted_at=now, trust_asked_at=None)


def end_session(*, session_key: str, now: datetime) -> None:
    """Sign out the device of this session, if there is one."""
    with transaction.atomic():
        device = Device.objects.filter(session_key=session_key).first()
        if device is not None:
            _end_device(device, now)


def touch_device(*, session_key: str, now: datetime) -> None:
    """Note that the device is in use, at most once a minute."""
    stale = Device.objects.filter(session_key=session_key, last_seen_at__lt=now - TOUCH_INTERVAL)
    stale.update(last_seen_at=now)


def touch_devices(device_ids: Collection[int], *, now: datetime) -> None:
    """Update when several devices were last seen; a row that is locked elsewhere is skipped."""
    stale = now - TOUCH_INTERVAL
    if connection.vendor != "postgresql":
        Device.objects.filter(pk__in=device_ids, last_seen_at__lt=stale).update(last_seen_at=now)
        return
    with prepared.cursor() as cursor:
        cursor.execute(
            f"UPDATE accounts_device SET last_seen_at = %s WHERE id = ANY(ARRAY({queries.UNLOCKED_STALE_DEVICES_SQL}))",  # noqa: S608  A constant.
            [now, list(device_ids), stale],
        )


def _require_untrusted(device: Device) -> None:
    is_trusted = device.trusted_at is not None
    if is_trusted or queries.is_trusted_browser(user_id=device.user_id, browser_hash=device.browser_hash):
        raise DeviceKept


def _forget_browser(device: Device) -> None:
    """Tell the browser of a device again by nothing: neither at the log-in, nor where a PIN is tried."""
    same = queries.devices_with_browser(user_id=device.user_id, browser_hash=device.browser_hash)
    same.update(browser_hash="")


def _end_device(device: Device, now: datetime) -> None:
    Device.objects.filter(pk=device.pk, ended_at=None).update(ended_at=now)
    Session.objects.filter(session_key=device.session_key).delete()
    device_id = device.pk

    def close_its_sockets() -> None:
        bus.close_device(device_id)

    transaction.on_commit(close_its_sockets, robust=True)
