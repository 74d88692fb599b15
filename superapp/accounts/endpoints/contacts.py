"""Commands for contacts, invitations and invite links."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from superapp.accounts import queries
from superapp.accounts.actions import contacts, invite_links
from superapp.accounts.contracts import ContactRow, InvitationsRow, InviteLinkRow, PersonRow
from superapp.accounts.domain.names import normalize_handle
from superapp.accounts.endpoints.schemas import (
    AddContactRequest,
    AnswerContactRequest,
    BlockRequest,
    CancelInvitationRequest,
    EmptyRequest,
    FindPersonRequest,
    InviteTokenRequest,
    RemoveContactRequest,
    RevokeInviteLinkRequest,
)
from superapp.accounts.queries import serializers
from superapp.accounts.writers import rate_limits
from superapp.accounts.writers.rate_limits import RateLimit
from superapp.core import clock
from superapp.core.errors import InputInvalid
from superapp.realtime.registry import Caller, register_command

HANDLE_LOOKUP_LIMIT = RateLimit("handle.look_up", 120, timedelta(hours=1))


@register_command("accounts.contact_ask", AddContactRequest, rest="POST contacts", cost=5)
def contact_ask(caller: Caller, request: AddContactRequest) -> ContactRow | dict[str, str]:
    """
    Send a contact request, by handle or phone number.

    By phone number the response is always the same.
    """
    if (request.phone is None) == (request.handle is None):
        raise InputInvalid(detail="either phone or handle")
    if request.handle is not None:
        return contacts.request_contact_by_handle(user_id=caller.user_id, handle=request.handle, now=clock.now())
    assert request.phone is not None
    contacts.request_contact_by_phone(user_id=caller.user_id, phone=request.phone, now=clock.now())
    return {"state": "invited"}


@register_command(
    "accounts.contact_answer", AnswerContactRequest, rest="POST contacts/<str:user>/answer", cost=2, response=ContactRow
)
def contact_answer(caller: Caller, request: AnswerContactRequest) -> ContactRow:
    """Accept or decline a contact request. Idempotent. :raises PersonNotFound, ContactNotAsked:"""
    return contacts.answer_contact_request(
        user_id=caller.user_id, peer_public_id=request.user, accept=request.accept, now=clock.now()
    )


@register_command(
    "accounts.contact_remove", RemoveContactRequest, rest="DELETE contacts/<str:user>", cost=2, response=ContactRow
)
def contact_remove(caller: Caller, request: RemoveContactRequest) -> ContactRow:
    """Remove a contact, or withdraw a contact request."""
    return contacts.remove_contact(user_id=caller.user_id, peer_public_id=request.user, now=clock.now())


@register_command("accounts.invitations", EmptyRequest, rest="GET invitations", response=InvitationsRow)
def invitations(caller: Caller, request: EmptyRequest) -> InvitationsRow:
    """List the invitations that the caller sent to phone numbers and that are still open, and their invite link."""
    link = invite_links.find_own_link(user_id=caller.user_id, now=clock.now())
    return {
        "rows": [serializers.serialize_invitation(row) for row in queries.list_open_invitations(caller.user_id)],
        "link": serializers.serialize_invite_link(link) if link else None,
    }


@register_command(
    "accounts.invitation_cancel", CancelInvitationRequest, rest="DELETE invitations/<uuid:invitation>", cost=2
)
def invitation_cancel(caller: Caller, request: CancelInvitationRequest) -> dict[str, Any]:
    """Cancel an invitation to a phone number."""
    contacts.cancel_invitation(user_id=caller.user_id, invitation=request.invitation, now=clock.now())
    return {}


@register_command("accounts.invite_link", EmptyRequest, rest="POST invite-links", cost=5, response=InviteLinkRow)
def invite_link(caller: Caller, request: EmptyRequest) -> InviteLinkRow:
    """Return the caller's open invite link, created if there is none."""
    return serializers.serialize_invite_link(invite_links.get_or_create_link(user_id=caller.user_id, now=clock.now()))


@register_command(
    "accounts.invite_link_revoke", RevokeInviteLinkRequest, rest="DELETE invite-links/<uuid:link>", cost=2
)
def invite_link_revoke(caller: Caller, request: RevokeInviteLinkRequest) -> dict[str, Any]:
    """Revoke an invite link of the caller."""
    invite_links.revoke_link(user_id=caller.user_id, link=request.link, now=clock.now())
    return {}


@register_command("accounts.invite", InviteTokenRequest, rest="GET invites/<str:token>", cost=3, response=PersonRow)
def invite(caller: Caller, request: InviteTokenRequest) -> PersonRow:
    """Return the owner of an invite link."""
    return serializers.serialize_person(
        invite_links.get_inviter(token=request.token, user_id=caller.user_id, now=clock.now())
    )


@register_command(
    "accounts.invite_accept", InviteTokenRequest, rest="POST invites/<str:token>", cost=5, response=ContactRow
)
def invite_accept(caller: Caller, request: InviteTokenRequest) -> ContactRow:
    """Accept an invite link: become a contact of its owner."""
    return invite_links.accept_invite(user_id=caller.user_id, token=request.token, now=clock.now())


@register_command("accounts.block", BlockRequest, rest="PUT contacts/<str:user>/block", cost=2, response=ContactRow)
def block(caller: Caller, request: BlockRequest) -> ContactRow:
    """Block or unblock a person."""
    verb = contacts.block_person if request.blocked else contacts.unblock_person
    return verb(user_id=caller.user_id, peer_public_id=request.user, now=clock.now())


@register_command("accounts.person_by_handle", FindPersonRequest, rest="GET people", cost=3, response=PersonRow)
def person_by_handle(caller: Caller, request: FindPersonRequest) -> PersonRow:
    """Return the person with this handle."""
    rate_limits.consume([(HANDLE_LOOKUP_LIMIT, f"user:{caller.user_id}")], now=clock.now())
    return serializers.serialize_person(queries.get_user_by_handle(normalize_handle(request.handle)))
