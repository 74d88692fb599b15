"""Reads of notifications, and the locks on their rows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from superapp.core import clock
from superapp.notifications.contracts import PreferencesRow
from superapp.notifications.domain.quiet_hours import format_minute
from superapp.notifications.domain.visibility import PresenceVisibility
from superapp.notifications.models import Alert, LastActive, Notification, Preferences, PushSubscription


def fetch_preferences(user_id: int) -> Preferences:
    """Return the preferences of a person, the defaults if they chose none."""
    return Preferences.objects.filter(user_id=user_id).first() or Preferences(user_id=user_id)


def fetch_many_preferences(user_ids: Collection[int]) -> dict[int, Preferences]:
    """Return the preferences of each of these people by user id, in one query."""
    found = Preferences.objects.in_bulk(user_ids)
    return {user_id: found.get(user_id) or Preferences(user_id=user_id) for user_id in user_ids}


def lock_preferences(user_id: int) -> Preferences:
    """Return the preferences of a person with a lock on their row, which is made if there was none."""
    Preferences.objects.get_or_create(user_id=user_id)
    return Preferences.objects.select_for_update().get(user_id=user_id)


def list_notifications(keys: Collection[tuple[int, str]]) -> dict[tuple[int, str], Notification]:
    """Return the notifications of these people about these subjects, by both, in one query."""
    user_ids, subjects = {user_id for user_id, _subject in keys}, {subject for _user_id, subject in keys}
    found = Notification.objects.filter(user_id__in=user_ids, subject__in=subjects)
    return {key: row for row in found if (key := (row.user_id, row.subject)) in keys}


def fetch_presence_visibilities(user_ids: Collection[int]) -> dict[int, PresenceVisibility]:
    """Return who may see the presence of each of these people, in one query."""
    found = dict(Preferences.objects.filter(user_id__in=user_ids).values_list("user_id", "presence"))
    default = PresenceVisibility(Preferences._meta.get_field("presence").default)
    return {user_id: PresenceVisibility(found.get(user_id, default)) for user_id in user_ids}


def fetch_last_active(user_ids: Collection[int]) -> dict[int, datetime]:
    """Return when these people last used the app, in one query; those of whom nothing is stored are left out."""
    return dict(LastActive.objects.filter(user_id__in=user_ids).values_list("user_id", "at"))


def serialize_preferences(row: Preferences) -> PreferencesRow:
    hours = row.quiet_hours
    return {
        "kind": "notifications",
        "rev": row.rev,
        "sound": row.has_sound,
        "vibration": row.has_vibration,
        "banner": row.has_banner,
        "sms": row.has_sms,
        "quiet_hours": None
        if hours is None
        else {"since": format_minute(hours.from_minute), "until": format_minute(hours.until_minute)},
        "paused_until": None if row.paused_until is None else clock.to_wire(row.paused_until),
        "presence": row.presence,
    }


def list_preferences_rows(user_id: int, after_rev: int, limit: int) -> list[PreferencesRow]:
    """List the rows of the user topic for preferences that changed after this rev."""
    changed = Preferences.objects.filter(user_id=user_id, rev__gt=after_rev)[:limit]
    return [serialize_preferences(row) for row in changed]


def live_subscriptions() -> QuerySet[PushSubscription]:
    """Return the subscriptions of devices that are still logged in, as a queryset."""
    return PushSubscription.objects.filter(device__ended_at=None)


def filter_subscribers(user_ids: Collection[int]) -> set[int]:
    """Return those of these people who have a device that takes push messages, in one query."""
    found = live_subscriptions().filter(user_id__in=user_ids)
    return set(found.values_list("user_id", flat=True).distinct())


def has_subscription(device_id: int | None) -> bool:
    """Return whether this device takes push messages."""
    return device_id is not None and PushSubscription.objects.filter(device_id=device_id).exists()


def list_due_notifications(now: datetime, limit: int) -> list[Notification]:
    """List the notifications that are due and not sent yet, oldest first, with ``user`` loaded."""
    due = Notification.objects.filter(sent_at=None, due_at__lte=now).select_related("user")
    return list(due.order_by("due_at", "pk")[:limit])


def lock_unsent_notifications(notification_ids: Collection[int]) -> list[Notification]:
    """Return those of these notifications that are not sent yet, with locks, in the order of their keys."""
    unsent = Notification.objects.filter(pk__in=notification_ids, sent_at=None)
    return list(unsent.select_for_update().order_by("pk"))


def list_subscription_ids(user_ids: Collection[int]) -> dict[int, list[int]]:
    """Return the ids of the live subscriptions of each of these people, in one query."""
    found: dict[int, list[int]] = {}
    live = live_subscriptions().filter(user_id__in=user_ids).order_by("pk")
    for user_id, subscription_id in live.values_list("user_id", "pk"):
        found.setdefault(user_id, []).append(subscription_id)
    return found


def find_notification(user_id: int, public_id: UUID) -> Notification | None:
    """Return a notification of this person, or None if it does not exist or is another person's."""
    return Notification.objects.filter(user_id=user_id, public_id=public_id).first()


def lock_due_alerts(now: datetime, limit: int) -> list[int]:
    """
    Return the ids of the alerts that are due, with locks on their rows, in the order of their keys.

    Those that wait are due, and those whose attempt was broken off.
    """
    is_due = Q(state__in=[Alert.State.WAITING, Alert.State.SENDING], due_at__lte=now)
    oldest = list(Alert.objects.filter(is_due).order_by("due_at", "pk").values_list("pk", flat=True)[:limit])
    # What another process has started meanwhile is not due any more.
    due = Alert.objects.filter(is_due, pk__in=oldest).select_for_update().order_by("pk")
    return list(due.values_list("pk", flat=True))
