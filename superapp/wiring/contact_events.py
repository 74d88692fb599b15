"""The system event in the conversation of two people who have become contacts."""

from __future__ import annotations

from contextlib import suppress

from django.utils.translation import gettext_lazy as _

from chat import api as chat
from chat.errors import ClientIdReused, NotAccepted
from superapp.accounts import api as accounts
from superapp.accounts.events import ContactAccepted
from superapp.core import clock
from superapp.core.events import subscribe

ACCEPTED = "accounts.accepted"


def register() -> None:
    """Register the system event."""
    chat.register_system_event(ACCEPTED, _("{name} accepted the invitation. You can chat now."))


@subscribe(ContactAccepted)
def notify_inviter(event: ContactAccepted) -> None:
    """
    Post in the conversation of the two that the invitation was accepted; it counts as unread for the inviter.

    The conversation is opened if they have none. Nothing is posted if they became contacts without an invitation,
    as buyer and shop do.
    """
    if not event.accepted_by:
        return
    asker = event.lower_user_id + event.higher_user_id - event.accepted_by
    now = clock.now()
    try:
        conversation = chat.open_direct_conversation(user_id=event.accepted_by, peer_id=asker, now=now)
    except NotAccepted:  # They are no longer contacts.
        return
    public_id = accounts.get_public_ids({event.accepted_by})[event.accepted_by]
    with suppress(ClientIdReused):
        chat.post_system_event(
            conversation_id=conversation.public_id,
            sender_id=event.accepted_by,
            sender_public_id=public_id,
            name=ACCEPTED,
            fields={"user": str(public_id)},
            counts_as_unread=True,
            idempotency_key=f"accepted:{event.at}",
            now=now,
        )
