"""Handlers of facts in accounts."""

from __future__ import annotations

from superapp.accounts.actions import contacts
from superapp.accounts.events import InvitationCancelled, NumberInvited, PersonJoined
from superapp.core import clock
from superapp.core.events import subscribe


@subscribe(NumberInvited)
def deliver_invitation(event: NumberInvited) -> None:
    contacts.deliver_invitation(invitation_id=event.invitation_id, now=clock.now())


@subscribe(InvitationCancelled)
def withdraw_invitation(event: InvitationCancelled) -> None:
    contacts.withdraw_invitation(invitation_id=event.invitation_id, now=clock.now())


@subscribe(PersonJoined)
def deliver_pending_invitations(event: PersonJoined) -> None:
    contacts.deliver_pending_invitations(user_id=event.user_id, now=clock.now())
