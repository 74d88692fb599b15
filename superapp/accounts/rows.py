"""How people, contacts and profiles look on the wire."""

from __future__ import annotations

from typing import Literal, TypedDict

from django.conf import settings

from superapp.accounts import phones
from superapp.accounts.models import Contact, Device, Invitation, InviteLink, User
from superapp.core import clock

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
    """A number that I asked and that did not answer; the same whether it has an account or not."""

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


def person(user: User) -> PersonRow:
    return {
        "id": str(user.public_id),
        "name": user.name,
        "handle": user.handle,
        "avatar": avatar_path(user),
    }


def avatar_path(user: User) -> str | None:
    """Where the small picture is; the large one has the larger size in its name."""
    if not user.avatar:
        return None
    return f"/media/avatar/{user.public_id}/{user.avatar}-{AVATAR_PIXELS[-1]}.webp"


def contact(side: Contact) -> ContactRow:
    """One side as its owner may see it: an invitation by phone looks as if it had not been made."""
    is_secret = side.state == Contact.State.INVITED and side.is_by_phone
    return {
        "kind": "contact",
        "rev": side.rev,
        "user": str(side.peer.public_id),
        "state": Contact.State.ENDED if is_secret else side.state,
        "blocked": side.is_blocked,
        "person": person(side.peer),
    }


def invitation(row: Invitation) -> InvitationRow:
    return {
        "id": str(row.public_id),
        "number": phones.for_reading(row.number),
        "invited_at": clock.wire(row.invited_at),
    }


def invite_link(link: InviteLink) -> InviteLinkRow:
    return {
        "id": str(link.public_id),
        "url": f"{settings.PUBLIC_URL}/undangan/{link.token}/",
        "expires_at": clock.wire(link.expires_at),
        "uses_left": link.USES_MAX - link.uses,
    }


def profile(user: User, number: str | None) -> ProfileRow:
    return {
        "kind": "profile",
        "rev": user.rev,
        "user": str(user.public_id),
        "name": user.name,
        "handle": user.handle,
        "avatar": avatar_path(user),
        "phone": phones.for_reading(number) if number else None,
        "language": user.language,
        "time_zone": user.time_zone,
    }


def device(row: Device, *, here_id: int | None) -> DeviceRow:
    return {
        "id": str(row.public_id),
        "name": row.name,
        "last_seen_at": clock.wire(row.last_seen_at),
        "signed_in_at": clock.wire(row.signed_in_at),
        "here": row.pk == here_id,
        "trust_from": clock.wire(row.trust_from) if row.trust_from and not row.trusted_at else None,
    }
