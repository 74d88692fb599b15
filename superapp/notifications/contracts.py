"""Wire rows of notifications."""

from __future__ import annotations

from typing import Literal, TypedDict


class QuietHoursRow(TypedDict):
    """The daily span without notifications, as times like 22:00 in the person's time zone."""

    since: str
    until: str


class PreferencesRow(TypedDict):
    kind: Literal["notifications"]
    rev: int
    sound: bool
    vibration: bool
    banner: bool
    sms: bool
    quiet_hours: QuietHoursRow | None
    paused_until: str | None
    presence: str


class NoticeFaceRow(TypedDict):
    """The picture beside a notification; without one, initials on the colour of this id."""

    id: str
    avatar: str | None


class NoticeRow(TypedDict):
    """One notification in words; ``banner``, ``sound`` and ``vibration`` say how the person wants to hear of it now."""

    subject: str
    number: int
    title: str
    text: str
    face: NoticeFaceRow
    url: str
    banner: bool
    sound: bool
    vibration: bool


class NoticeResponse(TypedDict):
    notice: NoticeRow | None


class PushStateResponse(TypedDict):
    """The public VAPID key, null while push is off; ``here`` tells whether this device is subscribed."""

    key: str | None
    here: bool


class PresenceRow(TypedDict):
    """
    The presence of one person, as far as it is known and shown: ``online`` is null where it is not.
    """

    user: str
    online: bool | None
    last_active_at: str | None


class PresenceResponse(TypedDict):
    rows: list[PresenceRow]
