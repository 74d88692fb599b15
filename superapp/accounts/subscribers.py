"""What accounts do when something has happened."""

from __future__ import annotations

from superapp.accounts.actions import contacts
from superapp.accounts.events import InvitationCancelled, NumberInvited, PersonJoined
from superapp.core import clock
from superapp.core.events import subscribe


@subscribe(NumberInvited)
def ask_whoever_has_the_number(event: NumberInvited) -> None:
    contacts.deliver_invitation(invitation_id=event.invitation_id, now=clock.now())


@subscribe(InvitationCancelled)
def take_back_what_was_asked(event: InvitationCancelled) -> None:
    contacts.withdraw_invitation(invitation_id=event.invitation_id, now=clock.now())


@subscribe(PersonJoined)
def hand_over_waiting_invitations(event: PersonJoined) -> None:
    contacts.deliver_waiting_invitations(user_id=event.user_id, now=clock.now())
