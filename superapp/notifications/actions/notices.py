"""Notifications in words: what a person is to be told about a subject, and how."""

from __future__ import annotations

from datetime import datetime

from superapp.accounts import api as accounts
from superapp.notifications import queries
from superapp.notifications.actions.preferences import find_quiet_until
from superapp.notifications.contracts import NoticeRow
from superapp.notifications.domain.sources import find_source
from superapp.notifications.errors import NoticeNotFound


def describe(*, user_id: int, subject: str, now: datetime) -> NoticeRow | None:
    """
    Return what a person is to be told about a subject, and how; None if there is nothing or they do not want it now.

    :raises NoticeNotFound: if there is no such kind of subject; the product itself refuses outsiders
    """
    found = find_source(subject)
    if found is None:
        raise NoticeNotFound
    source, key = found
    notice = source.describe(user_id, key, now)
    preferences = queries.fetch_preferences(user_id)
    time_zone = accounts.get_user_by_id(user_id).time_zone
    if notice is None or find_quiet_until(preferences, time_zone=time_zone, now=now) is not None:
        return None
    return {
        "subject": subject,
        "title": notice.title,
        "text": notice.text,
        "url": notice.url,
        "banner": preferences.has_banner,
        "sound": preferences.has_sound,
        "vibration": preferences.has_vibration,
    }
