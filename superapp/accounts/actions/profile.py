"""Changes of a person's own profile."""

from __future__ import annotations

import functools
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from superapp.accounts import queries
from superapp.accounts.adapters import avatar_storage
from superapp.accounts.contracts import ProfileRow
from superapp.accounts.domain import names
from superapp.accounts.errors import GroupAddersUnknown, HandleTaken, LanguageUnknown, TimeZoneUnknown
from superapp.accounts.events import ProfileChanged
from superapp.accounts.models import User
from superapp.accounts.queries import serializers
from superapp.accounts.writers import rate_limits
from superapp.accounts.writers.rate_limits import RateLimit
from superapp.core import change_cursor, outbox
from superapp.core.errors import ErrorCollector
from superapp.realtime import hints, user_topic

HANDLE_CHANGE_LIMIT = RateLimit("handle.change", 3, timedelta(days=30))
AVATAR_CHANGE_LIMIT = RateLimit("avatar.change", 20, timedelta(days=1))
PUBLIC_FIELDS = ("name", "handle", "avatar")


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfileChanges:
    """Requested changes of a profile; None leaves a field unchanged."""

    name: str | None = None
    handle: str | None = None
    language: str | None = None
    time_zone: str | None = None
    group_adders: str | None = None


def change_profile(*, user_id: int, changes: ProfileChanges, now: datetime) -> ProfileRow:
    """
    Change a person's own profile.

    Fields that already have the value are not changed and not announced.

    :raises NameInvalid: if the name has no visible characters or is too long
    :raises HandleInvalid: if the handle does not have the format of one
    :raises HandleTaken: if the handle is taken or reserved
    :raises LanguageUnknown: if the language is not supported
    :raises TimeZoneUnknown: if there is no such time zone
    :raises GroupAddersUnknown: if that is no choice of who may add the person to groups
    :raises RateLimited: if the handle changed too often
    """
    wanted = _clean_changes(changes)
    try:
        return _apply_changes(user_id, wanted, now)
    except IntegrityError:  # The handle is the only unique field of a profile.
        raise HandleTaken from None


def set_avatar(*, user_id: int, upload: bytes, now: datetime) -> ProfileRow:
    """
    Set a person's avatar, re-encoded from the pixels of the upload.

    :raises PictureTooLarge: if the file is too large
    :raises PictureTooManyPixels: if it has too many pixels
    :raises PictureUnreadable: if it is not a picture of a supported format
    :raises StorageFull, StorageUnavailable: if it could not be stored
    :raises RateLimited: after too many changes in a day
    """
    rate_limits.consume([(AVATAR_CHANGE_LIMIT, f"user:{user_id}")], now=now)
    # Outside the transaction, since decoding is slow. A medium that nothing shows after a crash is deleted in a day.
    stored = avatar_storage.store_avatar(upload, owner_id=user_id, now=now)
    return _apply_changes(user_id, {"avatar": stored.sha256}, now, avatar=stored.id)


def remove_avatar(*, user_id: int, now: datetime) -> ProfileRow:
    """Remove a person's avatar."""
    return _apply_changes(user_id, {"avatar": ""}, now)


def _clean_changes(changes: ProfileChanges) -> dict[str, str]:
    cleaners: dict[str, Callable[[str], str]] = {
        "name": names.clean_name,
        "handle": names.clean_handle,
        "language": _require_language,
        "time_zone": _require_time_zone,
        "group_adders": _require_group_adders,
    }
    wanted = {field: getattr(changes, field) for field in cleaners}
    cleaned: dict[str, str] = {}
    refused = ErrorCollector()
    for field, value in wanted.items():
        if value is not None:
            with refused:
                cleaned[field] = cleaners[field](value)
    refused.raise_first()
    return cleaned


def _require_language(code: str) -> str:
    if code not in User.Language.values:
        raise LanguageUnknown
    return code


def _require_group_adders(choice: str) -> str:
    if choice not in User.GroupAdders.values:
        raise GroupAddersUnknown
    return choice


def _require_time_zone(name: str) -> str:
    if name not in _time_zone_names():
        raise TimeZoneUnknown
    return name


@functools.cache
def _time_zone_names() -> set[str]:
    """Return all time zone names, cached: reading them opens some six hundred files."""
    return zoneinfo.available_timezones()


def _apply_changes(user_id: int, wanted: dict[str, str], now: datetime, *, avatar: UUID | None = None) -> ProfileRow:
    with transaction.atomic():
        user = queries.lock_people([user_id])[user_id]
        number = queries.find_phone_number(user_id)
        changed = [field for field, value in wanted.items() if getattr(user, field) != value]
        if not changed:
            return serializers.serialize_profile(user, number)
        if "handle" in changed and user.handle is not None:
            rate_limits.consume([(HANDLE_CHANGE_LIMIT, f"user:{user_id}")], now=now)
        for field in changed:
            setattr(user, field, wanted[field])
        if "avatar" in changed:
            avatar_storage.show_avatar(user_id, avatar, now=now)
        is_seen_by_others = any(field in PUBLIC_FIELDS for field in changed)
        if is_seen_by_others:
            user.changed = change_cursor.current_stamp()
            outbox.publish(ProfileChanged(user_id=user_id))
            hint = {"on": "people", "say": "profile.changed", "person": serializers.serialize_person(user)}
            hints.send_after_commit([*queries.list_users_with_contact(user_id), user_id], hint)
        user.save(update_fields=[*changed, "changed"])
        user.rev = user_topic.next_rev(user_id)
        user.save(update_fields=["rev"])
        row = serializers.serialize_profile(user, number)
        user_topic.send_change(user_id, "profile.changed", dict(row))
        return row
