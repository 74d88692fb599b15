"""What is mine alone in a conversation: muted, pinned, hidden, the draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from msgspec import UNSET, UnsetType

from chat import frames, push, queries
from chat.errors import DraftTooLong
from chat.models import Member
from superapp.core import changes, text_cleaning
from superapp.realtime import me


@dataclass(frozen=True, kw_only=True)
class Side:
    """The fields that were given; the others stay as they are."""

    muted_until: datetime | UnsetType | None = UNSET
    is_pinned: bool | UnsetType = UNSET
    is_hidden: bool | UnsetType = UNSET
    draft: str | UnsetType = UNSET


def keep_side(*, conversation_id: UUID, user_id: int, side: Side) -> Member:
    """
    Keep how a person wants to have a conversation. Keeping what is kept changes nothing.

    Hiding lasts until the next message.

    :raises ConversationNotFound: if the person is not in it
    :raises DraftTooLong: if the draft is longer than a message
    """
    if isinstance(side.draft, str) and len(side.draft) > Member.DRAFT_CHARS_MAX:
        raise DraftTooLong(chars_max=Member.DRAFT_CHARS_MAX)
    with transaction.atomic():
        conversation, member = queries.lock_for_member(conversation_id, user_id)
        before = frames.membership_row(member, conversation.public_id)
        if not isinstance(side.muted_until, UnsetType):
            member.muted_until = side.muted_until
        if not isinstance(side.is_pinned, UnsetType):
            member.is_pinned = side.is_pinned
        if not isinstance(side.is_hidden, UnsetType):
            member.hidden_seq = conversation.last_seq if side.is_hidden else 0
        if not isinstance(side.draft, UnsetType):
            member.draft = text_cleaning.clean_draft(side.draft)
        if frames.membership_row(member, conversation.public_id) == before:
            return member
        member.changed = changes.stamp()
        member.rev = me.next_rev(user_id)
        member.save(update_fields=["muted_until", "is_pinned", "hidden_seq", "draft", "changed", "rev"])
        push.membership_changed(user_id, frames.membership_row(member, conversation.public_id))
    return member
