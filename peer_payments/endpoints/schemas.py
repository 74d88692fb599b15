"""Request schemas of the commands."""

from __future__ import annotations

from uuid import UUID

from superapp.realtime.registry import RequestSchema


class MoneyRequestRequest(RequestSchema):
    money_request: UUID
