"""Rows of people, contacts, devices and profiles on the wire."""

from __future__ import annotations

from typing import Literal, TypedDict

AVATAR_PIXELS = (512, 128)


class PersonRow(TypedDict):
    id: str
    name: str
    handle: str | None
    avatar: str | None


class ContactRow(TypedDict):
    kind: Literal["contact"]
    rev: int
    user: str
    state: str
    blocked: bool
    person: PersonRow


class ProfileRow(TypedDict):
    kind: Literal["profile"]
    rev: int
    user: str
    name: str
    handle: str | None
    avatar: str | None
    phone: str | None
    language: str
    time_zone: str


class DeviceRow(TypedDict):
    id: str
    name: str
    last_seen_at: str
    signed_in_at: str
    here: bool
    trust_from: str | None


class InvitationRow(TypedDict):
    """Wire row of an open invitation; the same whether the number has an account or not."""

    id: str
    number: str
    invited_at: str


class InviteLinkRow(TypedDict):
    id: str
    url: str
    expires_at: str
    uses_left: int


class InvitationsRow(TypedDict):
    rows: list[InvitationRow]
    link: InviteLinkRow | None


class TrustCodeResponse(TypedDict):
    """The number of seconds after which another code may be requested."""

    retry_after: int


class TrustRequestedResponse(TypedDict):
    """The time from which the device may be trusted."""

    trust_from: str
