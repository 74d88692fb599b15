"""Queries of devices and their sessions."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import F, QuerySet

from superapp.accounts.errors import DeviceNotFound
from superapp.accounts.models import Device
from superapp.core import prepared
from superapp.realtime import user_topic

DEVICES_MAX = 100


SESSION_KEY_CHARS_MAX = 40


class OpenSession(NamedTuple):
    """An open session with its device and person."""

    session_key: str
    device_id: int
    device_public_id: UUID
    last_seen_at: datetime
    user_id: int
    user_public_id: UUID
    language: str
    me_rev: int
    epoch: int


# A prepared statement in SQL, since every connecting socket runs it and very many connect at once.
_OPEN_SESSIONS = """
    SELECT device.session_key, device.id, device.public_id, device.last_seen_at, person.id, person.public_id,
        person.language, {rev}, (SELECT epoch FROM core_instance)
    FROM accounts_device AS device
    JOIN django_session AS session ON session.session_key = device.session_key
    JOIN accounts_user AS person ON person.id = device.user_id
    WHERE device.session_key {among} AND device.ended_at IS NULL AND person.is_active AND session.expire_date > %s
"""


_OPEN_SESSIONS_POSTGRES = _OPEN_SESSIONS.format(rev=user_topic.REV_SUBQUERY.format(user="person.id"), among="= ANY(%s)")


_OPEN_SESSIONS_SQLITE = _OPEN_SESSIONS.format(
    rev=user_topic.REV_SUBQUERY.format(user="person.id"), among="IN (SELECT value FROM json_each(%s))"
)


def list_open_sessions(session_keys: Collection[str], *, now: datetime) -> list[OpenSession]:
    """Return the open sessions with these session keys; ended, expired or malformed ones are left out."""
    keys = [key for key in session_keys if _is_well_formed_session_key(key)]
    if not keys:
        return []
    if connection.vendor == "postgresql":
        return [OpenSession(*row) for row in prepared.execute_deferred(_OPEN_SESSIONS_POSTGRES, [keys, now])()]
    return [
        OpenSession(key, device, UUID(device_id), seen.replace(tzinfo=UTC), user, UUID(user_id), *others)
        for key, device, device_id, seen, user, user_id, *others in prepared.execute_deferred(
            _OPEN_SESSIONS_SQLITE, [json.dumps(keys), now.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")]
        )()
    ]


def _is_well_formed_session_key(key: str) -> bool:
    # A cookie may contain characters that fail the query, which would fail for the other keys, too.
    return 0 < len(key) <= SESSION_KEY_CHARS_MAX and key.isascii() and key.isalnum()


# For PostgreSQL: locks those of the devices that are not locked elsewhere, in the order of their ids.
UNLOCKED_STALE_DEVICES_SQL = (
    "SELECT id FROM accounts_device WHERE id = ANY(%s) AND last_seen_at < %s ORDER BY id FOR NO KEY UPDATE SKIP LOCKED"
)


def list_devices(user_id: int) -> list[Device]:
    """Return the devices on which a person is logged in, latest use first."""
    rows = Device.objects.filter(user_id=user_id, ended_at=None)
    return list(rows.order_by(F("last_seen_at").desc(), "-pk")[:DEVICES_MAX])


def get_device(user_id: int, public_id: UUID) -> Device:
    """
    Return a device of this person.

    :raises DeviceNotFound: if it belongs to another person or does not exist
    """
    device = Device.objects.filter(user_id=user_id, public_id=public_id).first()
    if device is None:
        raise DeviceNotFound
    return device


def get_open_device(user_id: int, device_id: int | None) -> Device:
    """
    Return a device on which this person is logged in.

    :raises DeviceNotFound: if it belongs to another person, was signed out, or does not exist
    """
    found = None if device_id is None else Device.objects.filter(pk=device_id, user_id=user_id, ended_at=None).first()
    if found is None:
        raise DeviceNotFound
    return found


def is_trusted_device(user_id: int, device_id: int | None) -> bool:
    """Return whether this device of the person is trusted (see ``Device``)."""
    if device_id is None:
        return False
    return Device.objects.filter(pk=device_id, user_id=user_id, ended_at=None, trusted_at__isnull=False).exists()


def find_browser_hash(user_id: int, device_id: int | None) -> str | None:
    """
    Return the browser hash of a person's device.

    Empty if it has none; None if the device is another person's.
    """
    return Device.objects.filter(pk=device_id or 0, user_id=user_id).values_list("browser_hash", flat=True).first()


def list_devices_awaiting_trust(user_id: int, *, now: datetime) -> list[Device]:
    """Return the devices of a person that requested trust and may still claim it."""
    since = now - Device.TRUST_WAIT - Device.TRUST_OPEN_FOR
    rows = Device.objects.filter(user_id=user_id, ended_at=None, trusted_at=None, trust_asked_at__gte=since)
    return list(rows.order_by("trust_asked_at", "pk"))


def devices_with_browser(*, user_id: int, browser_hash: str) -> QuerySet[Device]:
    """
    Return all log-ins of this person in this browser, ended ones included, as a queryset.

    Empty for a browser without a hash.
    """
    if not browser_hash:
        return Device.objects.none()
    return Device.objects.filter(user_id=user_id, browser_hash=browser_hash)


def is_trusted_browser(*, user_id: int, browser_hash: str) -> bool:
    """Return whether this person had a trusted device in this browser before."""
    return devices_with_browser(user_id=user_id, browser_hash=browser_hash).filter(trusted_at__isnull=False).exists()
