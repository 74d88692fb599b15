"""A person's own marks on messages: hiding one for themselves, and starring one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from chat import push
from chat.domain.marks import MarkRow
from chat.errors import MessageNotFound, MessageRecalled
from chat.models import Message, MessageMark
from chat.queries.marks import find_mark
from chat.queries.members import fetch_membership
from chat.queries.messages import in_range
from chat.queries.row_builders import mark_row
from superapp.realtime import user_topic


def mark_message(
    *,
    conversation_id: UUID,
    seq: int,
    user_id: int,
    now: datetime,
    is_hidden: bool | None = None,
    is_starred: bool | None = None,
) -> MarkRow:
    """
    Hide a message for this person alone, or star it; None leaves a mark as it is.

    A hidden message is not starred. Setting the same again changes nothing. Also possible in a conversation that
    the person left.

    :raises ConversationNotFound: if the person never was a member
    :raises MessageNotFound: if the person may not see the message
    :raises MessageRecalled: if it is starred and was recalled
    """
    member = fetch_membership(conversation_id, user_id)
    try:
        message = in_range(member.conversation_id, member).get(seq=seq)
    except Message.DoesNotExist:
        raise MessageNotFound from None
    if is_starred and message.recalled_at is not None:
        raise MessageRecalled
    with transaction.atomic():
        mark = find_mark(message, user_id) or MessageMark(message=message, user_id=user_id)
        if not _set(mark, is_hidden, is_starred, now):
            return mark_row(mark, conversation_id=conversation_id, seq=seq)
        # The counter of the person's own topic is the lock; what was read before it may have changed since.
        rev = user_topic.next_rev(user_id)
        mark = find_mark(message, user_id) or MessageMark(message=message, user_id=user_id)
        _set(mark, is_hidden, is_starred, now)
        mark.rev = rev
        mark.save()
        row = mark_row(mark, conversation_id=conversation_id, seq=seq)
        push.mark_changed(user_id, row)
    return row


def keep_mark(message: Message, *, conversation_id: UUID, user_id: int, **values: Any) -> MarkRow:
    """Note in a person's marks what they have just done with a message, such as their votes, and tell their devices."""
    rev = user_topic.next_rev(user_id)
    # Read again: the counter of the person's own topic is the lock of their marks.
    mark = find_mark(message, user_id) or MessageMark(message=message, user_id=user_id)
    for column, value in values.items():
        setattr(mark, column, value)
    mark.rev = rev
    mark.save()
    row = mark_row(mark, conversation_id=conversation_id, seq=message.seq)
    push.mark_changed(user_id, row)
    return row


def _set(mark: MessageMark, is_hidden: bool | None, is_starred: bool | None, now: datetime) -> bool:
    """Set the marks, and return whether one of them is another than before."""
    before = (mark.is_hidden, mark.is_starred)
    mark.is_hidden = mark.is_hidden if is_hidden is None else is_hidden
    mark.is_starred = (mark.is_starred if is_starred is None else is_starred) and not mark.is_hidden
    if mark.is_starred and not before[1]:
        mark.starred_at = now
    return (mark.is_hidden, mark.is_starred) != before
