"""The typing indicator."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from chat import push
from chat.domain import group_rules, rate_limits
from chat.domain.enums import ConversationKind
from chat.queries.members import (
    fetch_current_membership,
    list_recipients,
)
from superapp.accounts import api as accounts


def announce_typing(*, conversation_id: UUID, user_id: int, user_public_id: UUID, now: datetime) -> None:
    """
    Send the other members a hint that the person is typing, at most once in three seconds.

    :raises ConversationNotFound: if the person is not a member
    """
    if not rate_limits.typing_throttle.is_allowed(user_id, conversation_id, now=now):
        return
    member = fetch_current_membership(conversation_id, user_id)
    # Recorded only for members, so that a stranger gets the same error on every call.
    rate_limits.typing_throttle.record(user_id, conversation_id, now=now)
    if member.is_silenced or (member.conversation.is_admins_only and not group_rules.is_admin(member.role)):
        return
    others = [other for other in list_recipients(member.conversation_id) if other != user_id]
    pairs = {(user_id, other) for other in others}
    if member.conversation.kind == ConversationKind.DIRECT and accounts.find_forbidden_pairs(pairs):
        return
    push.typing(conversation_id, user_public_id, to_user_ids=others)
