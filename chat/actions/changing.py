"""Changing what was said: edits, recalls, reactions. Each takes the conversation's next rev for its message."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from chat import push, queries, text
from chat.errors import (
    EditConflict,
    EditTooLate,
    MessageNotYours,
    MessageRecalled,
    NotAccepted,
    NotReactable,
    RecallTooLate,
)
from chat.models import Conversation, Message, Reaction
from superapp.accounts import api as accounts
from superapp.core import changes

EDIT_MINUTES = 15
RECALL_MINUTES = 60


def edit_message(*, conversation_id: UUID, seq: int, by_user_id: int, body: str, edits: int, now: datetime) -> Message:
    """
    Change the text of one's own message.

    ``edits`` is how often it had been changed when the person saw it. A retry finds its own edit done and changes
    nothing.

    :raises ConversationNotFound, MessageNotFound: if the person cannot see it
    :raises MessageNotYours: if somebody else wrote it, or it is no text
    :raises MessageRecalled: if it was taken back
    :raises EditConflict: if another edit came in between
    :raises EditTooLate: if it is older than ``EDIT_MINUTES``
    :raises NotAccepted: if one of two has blocked the other, or they are no contacts
    """
    body = text.clean_body(body, chars_max=Message.BODY_CHARS_MAX)
    with transaction.atomic():
        conversation, member = queries.lock_for_member(conversation_id, by_user_id)
        message = queries.message_for(conversation, member, seq)
        _require_own(message, by_user_id)
        if message.kind != Message.Kind.TEXT:
            raise MessageNotYours
        if message.recalled_at is not None:
            raise MessageRecalled
        if message.body == body and message.edits in (edits, edits + 1):
            return message
        if message.edits != edits:
            raise EditConflict
        if now - message.sent_at > timedelta(minutes=EDIT_MINUTES):
            raise EditTooLate(minutes=EDIT_MINUTES)
        _require_leave(conversation, by_user_id)
        message.body, message.edits, message.edited_at = body, edits + 1, now
        _store(conversation, message, ["body", "edits", "edited_at"])
    return message


def recall_message(*, conversation_id: UUID, seq: int, by_user_id: int, now: datetime) -> Message:
    """
    Take one's own message back from everyone, leaving a line that says so.

    Recalling twice is recalling once.

    :raises ConversationNotFound, MessageNotFound: if the person cannot see it
    :raises MessageNotYours: if somebody else wrote it, or it is no person's words
    :raises RecallTooLate: if it is older than ``RECALL_MINUTES``
    """
    with transaction.atomic():
        conversation, member = queries.lock_for_member(conversation_id, by_user_id)
        message = queries.message_for(conversation, member, seq)
        _require_own(message, by_user_id)
        if message.kind != Message.Kind.TEXT:
            raise MessageNotYours
        if message.recalled_at is not None:
            return message
        if now - message.sent_at > timedelta(minutes=RECALL_MINUTES):
            raise RecallTooLate(minutes=RECALL_MINUTES)
        Reaction.objects.filter(message=message).delete()
        message.body, message.recalled_at = "", now
        _store(conversation, message, ["body", "recalled_at"])
    return message


def react(*, conversation_id: UUID, seq: int, by_user_id: int, emoji: str | None, now: datetime) -> Message:
    """
    Set one's only reaction to a message, or take it away with None. Setting what is set changes nothing.

    :raises ConversationNotFound, MessageNotFound: if the person cannot see it
    :raises NotReactable: if it is no emoji, or the line is none of a person's
    :raises MessageRecalled: if it was taken back
    :raises NotAccepted: if one of two has blocked the other, or they are no contacts; taking away is always allowed
    """
    chosen = text.clean_emoji(emoji, chars_max=Reaction.EMOJI_CHARS_MAX) if emoji is not None else None
    with transaction.atomic():
        conversation, member = queries.lock_for_member(conversation_id, by_user_id)
        message = queries.message_for(conversation, member, seq)
        if message.kind == Message.Kind.EVENT:
            raise NotReactable
        if message.recalled_at is not None:
            raise MessageRecalled
        mine = next((one for one in message.reactions.all() if one.user_id == by_user_id), None)
        if (mine.emoji if mine else None) == chosen:
            return message
        if chosen is not None:
            _require_leave(conversation, by_user_id)
            mine = mine or Reaction(message=message, user_id=by_user_id)
            mine.emoji, mine.reacted_at = chosen, now
            mine.save()
        elif mine is not None:
            mine.delete()
        _store(conversation, message, [])
    return message


def _require_own(message: Message, user_id: int) -> None:
    if message.sender_id != user_id:
        raise MessageNotYours


def _require_leave(conversation: Conversation, user_id: int) -> None:
    """Other words and a new reaction reach the other one of two as a message does."""
    if conversation.kind != Conversation.Kind.DIRECT:
        return
    others = [other for other in queries.audience(conversation.pk) if other != user_id]
    refused = accounts.refused_pairs if conversation.face_id is None else accounts.refused_business_pairs
    if refused({(user_id, other) for other in others}):
        raise NotAccepted


def _store(conversation: Conversation, message: Message, fields: list[str]) -> None:
    conversation.rev += 1
    conversation.changed = changes.stamp()
    conversation.save(update_fields=["rev", "changed"])
    message.rev = conversation.rev
    message.save(update_fields=["rev", *fields])
    # Who came later may not see it; they find a number missing, ask, and are told that nothing is theirs.
    push.message_changed(
        conversation.public_id, queries.message_afresh(message.pk), to_user_ids=queries.audience_of(message)
    )
