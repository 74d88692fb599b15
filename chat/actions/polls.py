"""Voting in polls, and closing them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from chat.actions.marks import keep_mark
from chat.actions.messages import require_accepted, store_change
from chat.domain.marks import MarkRow
from chat.domain.polls import require_open, validate_choice
from chat.errors import MemberSilenced, MessageNotYours, MessageRecalled
from chat.models import ClosedPoll, Message, PollVote
from chat.queries.locking import lock_conversation_for_member
from chat.queries.marks import find_mark
from chat.queries.messages import fetch_message
from chat.queries.polls import find_closed_at, require_poll
from chat.queries.row_builders import mark_row


def vote(
    *, conversation_id: UUID, seq: int, by_user_id: int, options: Collection[int], now: datetime
) -> tuple[Message, MarkRow | None]:
    """
    Set the person's whole choice in a poll; without options their votes are withdrawn.

    Setting the same again changes nothing. Returns the message, and the person's marks on it if there are any.

    :raises ConversationNotFound, MessageNotFound: if the person cannot see it
    :raises MessageRecalled, NotAPoll: if it is no poll, or none any more
    :raises PollChoiceInvalid: if an option does not exist, or several were chosen where one may be
    :raises PollClosed: if the poll is closed
    :raises NotAccepted: if one of the two has blocked the other, or they are not contacts, except for withdrawing
    :raises MemberSilenced: if an admin took away the right to write, except for withdrawing
    """
    with transaction.atomic():
        conversation, member = lock_conversation_for_member(conversation_id, by_user_id)
        message = fetch_message(conversation, member, seq)
        if message.recalled_at is not None:
            raise MessageRecalled
        poll = require_poll(message)
        chosen = validate_choice(poll, options)
        mine = PollVote.objects.filter(message=message, user_id=by_user_id)
        before = set(mine.values_list("option", flat=True))
        mark = find_mark(message, by_user_id)
        if chosen == before:
            return message, mark_row(mark, conversation_id=conversation_id, seq=seq) if mark else None
        require_open(poll, find_closed_at(message), now=now)
        if chosen:
            require_accepted(conversation, by_user_id)
            if member.is_silenced:
                raise MemberSilenced
        mine.filter(option__in=before - chosen).delete()
        PollVote.objects.bulk_create(
            PollVote(message=message, user_id=by_user_id, option=option, voted_at=now)
            for option in sorted(chosen - before)
        )
        store_change(conversation, message, [])
        row = keep_mark(message, conversation_id=conversation_id, user_id=by_user_id, votes=sorted(chosen))
    return message, row


def close_poll(*, conversation_id: UUID, seq: int, by_user_id: int, now: datetime) -> Message:
    """
    Close the person's own poll, so that votes no longer change. Idempotent.

    :raises ConversationNotFound, MessageNotFound: if the person cannot see it
    :raises MessageNotYours: if somebody else sent it
    :raises MessageRecalled, NotAPoll: if it is no poll, or none any more
    """
    with transaction.atomic():
        conversation, member = lock_conversation_for_member(conversation_id, by_user_id)
        message = fetch_message(conversation, member, seq)
        if message.sender_id != by_user_id:
            raise MessageNotYours
        if message.recalled_at is not None:
            raise MessageRecalled
        require_poll(message)
        if find_closed_at(message) is None:
            ClosedPoll.objects.create(message=message, closed_at=now)
            store_change(conversation, message, [])
    return message
