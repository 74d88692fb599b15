"""Serializers of people, contacts, devices and profiles to wire rows."""

from __future__ import annotations

from django.conf import settings

from superapp.accounts.contracts import (
    AVATAR_PIXELS,
    ContactRow,
    DeviceRow,
    InvitationRow,
    InviteLinkRow,
    PersonRow,
    ProfileRow,
)
from superapp.accounts.domain import phone_numbers
from superapp.accounts.models import Contact, Device, Invitation, InviteLink, User
from superapp.core import clock


def serialize_person(user: User) -> PersonRow:
    return {
        "id": str(user.public_id),
        "name": user.name,
        "handle": user.handle,
        "avatar": get_avatar_url(user),
    }


def get_avatar_url(user: User) -> str | None:
    """Return the URL of the small avatar, or None; the large one's URL has the larger size in its file name."""
    if not user.avatar:
        return None
    return f"/media/avatar/{user.public_id}/{user.avatar}-{AVATAR_PIXELS[-1]}.webp"


def serialize_contact(side: Contact) -> ContactRow:
    """Serialize one side of a contact as its owner may see it: an invitation by phone looks like no contact."""
    is_secret = side.state == Contact.State.INVITED and side.is_by_phone
    return {
        "kind": "contact",
        "rev": side.rev,
        "user": str(side.peer.public_id),
        "state": Contact.State.ENDED if is_secret else side.state,
        "blocked": side.is_blocked,
        "person": serialize_person(side.peer),
    }


def serialize_invitation(row: Invitation) -> InvitationRow:
    return {
        "id": str(row.public_id),
        "number": phone_numbers.format_international(row.number),
        "invited_at": clock.to_wire(row.invited_at),
    }


def serialize_invite_link(link: InviteLink) -> InviteLinkRow:
    return {
        "id": str(link.public_id),
        "url": f"{settings.PUBLIC_URL}/undangan/{link.token}/",
        "expires_at": clock.to_wire(link.expires_at),
        "uses_left": link.USES_MAX - link.uses,
    }


def serialize_profile(user: User, number: str | None) -> ProfileRow:
    return {
        "kind": "profile",
        "rev": user.rev,
        "user": str(user.public_id),
        "name": user.name,
        "handle": user.handle,
        "avatar": get_avatar_url(user),
        "phone": phone_numbers.format_international(number) if number else None,
        "language": user.language,
        "time_zone": user.time_zone,
        "group_adders": user.group_adders,
    }


def serialize_device(row: Device, *, here_id: int | None) -> DeviceRow:
    return {
        "id": str(row.public_id),
        "name": row.name,
        "last_seen_at": clock.to_wire(row.last_seen_at),
        "signed_in_at": clock.to_wire(row.signed_in_at),
        "here": row.pk == here_id,
        "trust_from": clock.to_wire(row.trust_from) if row.trust_from and not row.trusted_at else None,
    }
