"""Media of messages: how a message is named as what shows them, and who may see them."""

from __future__ import annotations

from django.db.models import F, Q

from chat.models import Message
from superapp.media import api as media

REFERENCE_KIND = "chat.message"


def media_reference(conversation_id: int, *, sender_id: int, client_id: str) -> str:
    """Return the reference of a message; it is known before the message is stored."""
    return media.make_reference(REFERENCE_KIND, f"{conversation_id}:{sender_id}:{client_id}")


def may_view_message(key: str, user_id: int) -> bool:
    """Return whether a person is or was a member who may see the message of a reference."""
    conversation_id, sender_id, client_id = key.split(":", 2)
    # Photos of a message never change: whoever left keeps them, also where the message was reacted to since.
    is_within = Q(conversation__members__until_seq=None) | Q(seq__lte=F("conversation__members__until_seq"))
    shown = Message.objects.filter(
        is_within,
        conversation_id=int(conversation_id),
        sender_id=int(sender_id),
        client_id=client_id,
        recalled_at=None,
        conversation__members__user_id=user_id,
        seq__gte=F("conversation__members__from_seq"),
    )
    return shown.exists()


media.register_permission(REFERENCE_KIND, may_view_message)
