"""Request schemas of media."""

from __future__ import annotations

from uuid import UUID

from superapp.realtime.registry import RequestSchema


class MediaRequest(RequestSchema):
    media: UUID
