"""Request schemas of the commands of notifications."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

from superapp.notifications.models import PushSubscription
from superapp.realtime.registry import RequestSchema

Subject = Annotated[str, Meta(max_length=64)]
TimeOfDay = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", max_length=5)]
Instant = Annotated[datetime, Meta(tz=True)]


class EmptyRequest(RequestSchema, frozen=True):
    pass


class QuietHoursField(Struct, frozen=True):
    since: TimeOfDay
    until: TimeOfDay


class ChangePreferencesRequest(RequestSchema, frozen=True):
    sound: bool | UnsetType = UNSET
    vibration: bool | UnsetType = UNSET
    banner: bool | UnsetType = UNSET
    sms: bool | UnsetType = UNSET
    quiet_hours: QuietHoursField | UnsetType | None = UNSET
    paused_until: Instant | UnsetType | None = UNSET
    presence: Literal["everyone", "contacts", "nobody"] | UnsetType = UNSET


class NoticeRequest(RequestSchema, frozen=True):
    subject: Subject


class PushedNoticeRequest(RequestSchema, frozen=True):
    notification: UUID


class SeenRequest(RequestSchema, frozen=True):
    subjects: Annotated[list[Subject], Meta(max_length=50)]


class SubscribeRequest(RequestSchema, frozen=True):
    endpoint: Annotated[str, Meta(max_length=PushSubscription.ENDPOINT_CHARS_MAX)]
    p256dh: Annotated[str, Meta(max_length=90)]
    auth: Annotated[str, Meta(max_length=26)]


class PresenceRequest(RequestSchema, frozen=True):
    users: Annotated[list[UUID], Meta(max_length=50)]


class HereRequest(RequestSchema, frozen=True):
    active: bool
