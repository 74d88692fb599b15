"""Reacting to messages."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from chat.actions.marks import keep_mark
from chat.actions.messages import require_accepted, store_change
from chat.domain import text_cleaning
from chat.domain.enums import MessageKind
from chat.domain.marks import MarkRow
from chat.domain.reactions import EMOJI_MAX
from chat.errors import MemberSilenced, MessageRecalled, NotReactable, TooManyReactions
from chat.models import Message, Reaction
from chat.queries.locking import lock_conversation_for_member
from chat.queries.marks import find_mark
from chat.queries.messages import fetch_message
from chat.queries.reactions import find_reaction, is_full_for
from chat.queries.row_builders import mark_row


def set_reaction(
    *, conversation_id: UUID, seq: int, by_user_id: int, emoji: str | None, now: datetime
) -> tuple[Message, MarkRow | None]:
    """
    Set the person's only reaction to a message, or remove it with None. Setting the same again changes nothing.

    Returns the message, and the person's marks on it if there are any: they say which reaction is the person's own,
    since a row names the first few people only.

    :raises ConversationNotFound, MessageNotFound: if the person cannot see it
    :raises NotReactable: if it is not one emoji, or the message is a system event
    :raises MessageRecalled: if the message was recalled
    :raises TooManyReactions: if others reacted with as many different emoji as a message can have
    :raises NotAccepted: if one of the two has blocked the other, or they are not contacts; removing is always
        allowed
    :raises MemberSilenced: if an admin took away the person's right to write
    """
    chosen = text_cleaning.clean_emoji(emoji, chars_max=Reaction.EMOJI_CHARS_MAX) if emoji is not None else None
    with transaction.atomic():
        conversation, member = lock_conversation_for_member(conversation_id, by_user_id)
        message = fetch_message(conversation, member, seq)
        if message.kind == MessageKind.EVENT:
            raise NotReactable
        if message.recalled_at is not None:
            raise MessageRecalled
        mine = find_reaction(message, by_user_id)
        if (mine.emoji if mine else None) == chosen:
            mark = find_mark(message, by_user_id)
            return message, mark_row(mark, conversation_id=conversation_id, seq=seq) if mark else None
        if chosen is not None:
            require_accepted(conversation, by_user_id)
            if member.is_silenced:
                raise MemberSilenced
            if is_full_for(message, chosen, user_id=by_user_id):
                raise TooManyReactions(emoji_max=EMOJI_MAX)
            mine = mine or Reaction(message=message, user_id=by_user_id)
            mine.emoji, mine.reacted_at = chosen, now
            mine.save()
        elif mine is not None:
            mine.delete()
        store_change(conversation, message, [])
        row = keep_mark(message, conversation_id=conversation_id, user_id=by_user_id, reaction=chosen or "")
    return message, row
