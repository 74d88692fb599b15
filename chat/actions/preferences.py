"""Changing a member's preferences in a conversation (``chat.domain.preferences``)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from chat import push
from chat.domain import preferences
from chat.errors import DraftTooLong
from chat.models import Conversation, Member
from chat.queries.locking import lock_conversation_for_member
from chat.queries.row_builders import membership_row
from superapp.core import change_cursor, text_cleaning
from superapp.realtime import user_topic

_COLUMN_BY_CHANGE = {one.change_name: one.column for one in preferences.PREFERENCES}


def update_preferences(*, conversation_id: UUID, user_id: int, **changes: Any) -> Member:
    """
    Change a member's preferences and return the membership. Setting the same again changes nothing.

    ``changes`` are named by the ``change_name`` of each of ``PREFERENCES``, such as ``is_pinned`` or ``is_hidden``;
    one that is left out keeps its value. A conversation is hidden until its next message. ``rev`` of the result is
    the new rev of the person's user topic.

    :raises ConversationNotFound: if the person is not a member
    :raises DraftTooLong: if the draft is longer than a message may be
    :raises TypeError: if there is no such preference
    """
    if unknown := changes.keys() - _COLUMN_BY_CHANGE.keys():
        raise TypeError(f"no preference of a member: {', '.join(sorted(unknown))}")
    if len(changes.get("draft", "")) > Member.DRAFT_CHARS_MAX:
        raise DraftTooLong(chars_max=Member.DRAFT_CHARS_MAX)
    if "draft" in changes:
        changes["draft"] = text_cleaning.clean_draft(changes["draft"])
    with transaction.atomic():
        conversation, member = lock_conversation_for_member(conversation_id, user_id)
        changed = []
        for name, value in changes.items():
            column = _COLUMN_BY_CHANGE[name]
            stored = _hidden_seq(conversation, is_hidden=value) if name == "is_hidden" else value
            if stored != getattr(member, column):
                setattr(member, column, stored)
                changed.append(column)
        if not changed:
            return member
        member.changed = change_cursor.current_stamp()
        member.rev = user_topic.next_rev(user_id)
        member.save(update_fields=[*changed, "changed", "rev"])
        push.membership_changed(user_id, membership_row(member, conversation.public_id))
    return member


def _hidden_seq(conversation: Conversation, *, is_hidden: bool) -> int:
    """Return the newest message number, up to which the conversation is hidden, or 0 if it is not hidden."""
    return conversation.last_seq if is_hidden else 0
