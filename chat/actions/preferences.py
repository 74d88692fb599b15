"""Change one member's preferences in a conversation: muted, pinned, hidden, draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from msgspec import UNSET, UnsetType

from chat import push
from chat.errors import DraftTooLong
from chat.models import Member
from chat.queries.locking import lock_conversation_for_member
from chat.queries.row_builders import membership_row
from superapp.core import change_cursor, text_cleaning
from superapp.realtime import user_topic


@dataclass(frozen=True, kw_only=True)
class PreferencesPatch:
    """Preferences to change; a field that is left out stays as it is."""

    muted_until: datetime | UnsetType | None = UNSET
    is_pinned: bool | UnsetType = UNSET
    is_hidden: bool | UnsetType = UNSET
    draft: str | UnsetType = UNSET


def update_preferences(*, conversation_id: UUID, user_id: int, patch: PreferencesPatch) -> Member:
    """
    Change a member's preferences and return the membership. Setting the same again changes nothing.

    A conversation is hidden until its next message. ``rev`` of the result is the new rev of the person's own topic.

    :raises ConversationNotFound: if the person is not in it
    :raises DraftTooLong: if the draft is longer than a message
    """
    if isinstance(patch.draft, str) and len(patch.draft) > Member.DRAFT_CHARS_MAX:
        raise DraftTooLong(chars_max=Member.DRAFT_CHARS_MAX)
    with transaction.atomic():
        conversation, member = lock_conversation_for_member(conversation_id, user_id)
        before = membership_row(member, conversation.public_id)
        if not isinstance(patch.muted_until, UnsetType):
            member.muted_until = patch.muted_until
        if not isinstance(patch.is_pinned, UnsetType):
            member.is_pinned = patch.is_pinned
        if not isinstance(patch.is_hidden, UnsetType):
            member.hidden_seq = conversation.last_seq if patch.is_hidden else 0
        if not isinstance(patch.draft, UnsetType):
            member.draft = text_cleaning.clean_draft(patch.draft)
        if membership_row(member, conversation.public_id) == before:
            return member
        member.changed = change_cursor.current_stamp()
        member.rev = user_topic.next_rev(user_id)
        member.save(update_fields=["muted_until", "is_pinned", "hidden_seq", "draft", "changed", "rev"])
        push.membership_changed(user_id, membership_row(member, conversation.public_id))
    return member
