"""Request schemas of the accounts commands."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from msgspec import Meta

from superapp.accounts.models import InviteLink
from superapp.realtime.registry import RequestSchema


class EmptyRequest(RequestSchema, frozen=True):
    pass


class AddContactRequest(RequestSchema, frozen=True):
    phone: str | None = None
    handle: str | None = None


class RemoveContactRequest(RequestSchema, frozen=True):
    user: UUID


class AnswerContactRequest(RequestSchema, frozen=True):
    user: UUID
    accept: bool


class BlockRequest(RequestSchema, frozen=True):
    user: UUID
    blocked: bool


class CancelInvitationRequest(RequestSchema, frozen=True):
    invitation: UUID


class RevokeInviteLinkRequest(RequestSchema, frozen=True):
    link: UUID


class InviteTokenRequest(RequestSchema, frozen=True):
    token: Annotated[str, Meta(max_length=InviteLink.TOKEN_CHARS_MAX)]


class FindPersonRequest(RequestSchema, frozen=True):
    handle: str


class ChangeProfileRequest(RequestSchema, frozen=True):
    name: str | None = None
    handle: str | None = None
    language: str | None = None
    time_zone: str | None = None
    group_adders: str | None = None


class EndDeviceRequest(RequestSchema, frozen=True):
    device: UUID


class TrustCodeRequest(RequestSchema, frozen=True):
    code: Annotated[str, Meta(max_length=64)]


class LoginCodeRequest(RequestSchema, frozen=True):
    phone: str
    # The solution of the challenge from an earlier ``accounts.challenge_required``.
    solution: str = ""


class LoginRequest(RequestSchema, frozen=True):
    phone: str
    code: str
    solution: str = ""
