"""Wire rows of people, contacts, devices and profiles."""

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
    group_adders: str


class DeviceRow(TypedDict):
    id: str
    name: str
    last_seen_at: str
    signed_in_at: str
    here: bool
    trust_from: str | None


class InvitationRow(TypedDict):
    """Wire row of an open invitation to a phone number; the same whether or not the number has an account."""

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
    """A response after a code was sent: the seconds after which another may be requested."""

    retry_after: int


class TrustRequestedResponse(TypedDict):
    """A response to a request for trust: the time from which it may be claimed."""

    trust_from: str
