"""Media of messages and groups: how these are named as what shows them, and who may see them."""

from __future__ import annotations

from chat.models import Member, Message
from chat.queries.groups import has_open_invitation
from chat.queries.visibility import is_in_sight
from superapp.media import api as media

REFERENCE_KIND = "chat.message"
GROUP_REFERENCE_KIND = "chat.group"


def media_reference(conversation_id: int, *, sender_id: int, client_id: str) -> str:
    """Return the reference of a message; it is known before the message is stored."""
    return media.make_reference(REFERENCE_KIND, f"{conversation_id}:{sender_id}:{client_id}")


def may_view_message(key: str, user_id: int) -> bool:
    """Return whether a person is or was a member who may see the message of a reference."""
    conversation_id, sender_id, client_id = key.split(":", 2)
    shown = Message.objects.filter(
        # Photos of a message never change: whoever left keeps them, also where the message was reacted to since.
        is_in_sight(user_id, is_as_then=False),
        conversation_id=int(conversation_id),
        sender_id=int(sender_id),
        client_id=client_id,
        recalled_at=None,
    )
    return shown.exists()


media.register_permission(REFERENCE_KIND, may_view_message)


def group_reference(conversation_id: int) -> str:
    """Return the reference of a group, which shows its picture."""
    return media.make_reference(GROUP_REFERENCE_KIND, str(conversation_id))


def may_view_group(key: str, user_id: int) -> bool:
    """Return whether a person is a member of the group of a reference, or invited to it."""
    is_member = Member.objects.filter(conversation_id=int(key), user_id=user_id, until_seq=None).exists()
    return is_member or has_open_invitation(int(key), user_id)


media.register_permission(GROUP_REFERENCE_KIND, may_view_group)
