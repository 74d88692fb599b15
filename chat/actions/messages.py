"""
Posting, editing and recalling messages. Each change gives its message the conversation's next rev.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from chat import push
from chat.contracts import NewMessage, PostedMessage
from chat.domain import group_rules, text_cleaning
from chat.domain.attachments import has_photos
from chat.domain.enums import ConversationKind, MessageKind
from chat.domain.extras import MessageExtras, of_recalled
from chat.errors import (
    BodyEmpty,
    ClientIdInvalid,
    EditConflict,
    EditedTooOften,
    EditTooLate,
    MemberSilenced,
    MessageNotYours,
    MessageRecalled,
    NotAccepted,
    OnlyAdminsWrite,
    RecallTooLate,
)
from chat.models import ClosedPoll, Conversation, Member, Message, MessageVersion, PollVote, Reaction
from chat.queries.locking import lock_conversation_for_member
from chat.queries.members import list_recipients
from chat.queries.message_media import media_reference
from chat.queries.messages import fetch_message, list_recipients_of_message, reload_message
from chat.queries.row_builders import message_row
from chat.writers import log
from superapp.accounts import api as accounts
from superapp.core import change_cursor
from superapp.core.errors import DomainError
from superapp.media import api as media


def compose_message(
    *,
    conversation_id: UUID,
    sender_id: int,
    sender_public_id: UUID,
    client_id: str,
    body: str,
    reply_to: int | None = None,
    extras: MessageExtras | None = None,
    sent: Any = None,
    connection_number: int = 0,
) -> NewMessage:
    """
    Return a validated text message that is ready to be posted. With an attachment its body may be empty.

    ``connection_number`` is the socket that it came through, 0 for none.

    :raises ClientIdInvalid: if the client id is empty, too long, has other than visible ASCII characters, or a colon
    :raises BodyEmpty, BodyTooLong, BodyNotText: if the body is
    """
    return NewMessage(
        conversation_id=conversation_id,
        sender_id=sender_id,
        sender_public_id=sender_public_id,
        client_id=_validate_personal_client_id(client_id),
        body=_clean_body(body, extras),
        reply_to=reply_to,
        extras=extras,
        sent=sent,
        connection_number=connection_number,
    )


def _clean_body(body: str, extras: MessageExtras | None) -> str:
    if not body and extras is not None and extras.attachment is not None:
        return ""
    return text_cleaning.clean_body(body, chars_max=Message.BODY_CHARS_MAX)


def post_message(entry: NewMessage, *, now: datetime) -> PostedMessage:
    """
    Post one message, in the running transaction or in one of its own.

    A repeated call with the same ``client_id`` and content returns the first message and does nothing else.

    :raises ConversationNotFound: if there is no such conversation, or the sender is not a member
    :raises ClientIdReused: if the client id was used for other content
    :raises NotAccepted: if one of the two has blocked the other, or they are not contacts
    :raises ReplyNotFound: if the sender cannot see the message that is replied to
    """
    with transaction.atomic():
        return require_posted(log.append([entry], now=now)[0])


def require_posted(outcome: PostedMessage | DomainError) -> PostedMessage:
    """
    Return the posted message of an outcome.

    :raises DomainError: the refusal, if the message was refused
    """
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


def _validate_personal_client_id(raw: str) -> str:
    # A colon marks ids under which the product posts on a person's behalf, such as the card of a transfer.
    if ":" in raw:
        raise ClientIdInvalid
    return validate_client_id(raw)


def validate_client_id(raw: str) -> str:
    """
    Validate the sender's own id for a message, and return it.

    :raises ClientIdInvalid: if it is empty, too long, or has other than visible ASCII characters
    """
    if not 1 <= len(raw) <= Message.CLIENT_ID_CHARS_MAX or not raw.isascii() or not raw.isprintable() or " " in raw:
        raise ClientIdInvalid
    return raw


EDIT_MINUTES = 15
# Each edit keeps the text before it, and all of them are shown together.
EDITS_MAX = 50
RECALL_MINUTES = 60


def edit_message(*, conversation_id: UUID, seq: int, by_user_id: int, body: str, edits: int, now: datetime) -> Message:
    """
    Change the text of a message that the person wrote. With an attachment it may become empty.

    ``edits`` is how often it had been edited when the person saw it. A retry of an edit that is stored changes
    nothing.

    :raises ConversationNotFound, MessageNotFound: if the person cannot see it
    :raises MessageNotYours: if somebody else wrote it, it was forwarded, or it is not a text message
    :raises MessageRecalled: if it was recalled
    :raises EditConflict: if another edit came in between
    :raises EditTooLate: if at ``now`` it is older than ``EDIT_MINUTES``
    :raises EditedTooOften: if it was edited ``EDITS_MAX`` times
    :raises NotAccepted: if one of the two has blocked the other, or they are not contacts
    :raises MemberSilenced, OnlyAdminsWrite: if the person may not write in the group
    :raises BodyEmpty, BodyTooLong, BodyNotText: if the text is
    """
    try:
        body = text_cleaning.clean_body(body, chars_max=Message.BODY_CHARS_MAX)
    except BodyEmpty:
        body = ""
    with transaction.atomic():
        conversation, member = lock_conversation_for_member(conversation_id, by_user_id)
        message = fetch_message(conversation, member, seq)
        _require_own(message, by_user_id)
        # Forwarded content stays as its author wrote it.
        if message.kind != MessageKind.TEXT or (message.extras or {}).get("forwards"):
            raise MessageNotYours
        if message.recalled_at is not None:
            raise MessageRecalled
        if not body and not (message.extras or {}).get("attachment"):
            raise BodyEmpty
        if message.body == body and message.edits in (edits, edits + 1):
            return message
        if message.edits != edits:
            raise EditConflict
        if now - message.sent_at > timedelta(minutes=EDIT_MINUTES):
            raise EditTooLate(minutes=EDIT_MINUTES)
        if message.edits >= EDITS_MAX:
            raise EditedTooOften(edits_max=EDITS_MAX)
        require_accepted(conversation, by_user_id)
        _require_writing(conversation, member)
        MessageVersion.objects.create(
            message=message, edits=message.edits, body=message.body, written_at=message.edited_at or message.sent_at
        )
        message.body, message.edits, message.edited_at = body, edits + 1, now
        store_change(conversation, message, ["body", "edits", "edited_at"])
    return message


def recall_message(*, conversation_id: UUID, seq: int, by_user_id: int, now: datetime) -> Message:
    """
    Delete the content of the person's own message, with its former texts, for everyone; a note stays. Idempotent.

    :raises ConversationNotFound, MessageNotFound: if the person cannot see it
    :raises MessageNotYours: if somebody else wrote it, or it is not a text message
    :raises RecallTooLate: if it is older than ``RECALL_MINUTES``
    """
    with transaction.atomic():
        conversation, member = lock_conversation_for_member(conversation_id, by_user_id)
        message = fetch_message(conversation, member, seq)
        _require_own(message, by_user_id)
        if message.kind != MessageKind.TEXT:
            raise MessageNotYours
        if message.recalled_at is not None:
            return message
        if now - message.sent_at > timedelta(minutes=RECALL_MINUTES):
            raise RecallTooLate(minutes=RECALL_MINUTES)
        Reaction.objects.filter(message=message).delete()
        MessageVersion.objects.filter(message=message).delete()
        PollVote.objects.filter(message=message).delete()
        ClosedPoll.objects.filter(message=message).delete()
        shows_media = has_photos((message.extras or {}).get("attachment"))
        message.body, message.extras, message.recalled_at = "", of_recalled(message.extras), now
        store_change(conversation, message, ["body", "extras", "recalled_at"])
        if shows_media:
            reference = media_reference(conversation.pk, sender_id=by_user_id, client_id=message.client_id)
            media.release(reference, now=now)
    return message


def _require_own(message: Message, user_id: int) -> None:
    if message.sender_id != user_id:
        raise MessageNotYours


def require_accepted(conversation: Conversation, user_id: int) -> None:
    """
    Check that the two people of a direct conversation may message each other; needed for edits and new reactions.

    :raises NotAccepted: if one has blocked the other, or they are not contacts
    """
    if conversation.kind != ConversationKind.DIRECT:
        return
    others = [other for other in list_recipients(conversation.pk) if other != user_id]
    refused = accounts.find_forbidden_pairs if conversation.face_id is None else accounts.find_forbidden_business_pairs
    if refused({(user_id, other) for other in others}):
        raise NotAccepted


def _require_writing(conversation: Conversation, member: Member) -> None:
    """
    Check that a member may write in a group; needed for edits, since posting is checked by the log.

    :raises MemberSilenced: if an admin took away the right
    :raises OnlyAdminsWrite: if only admins have it
    """
    if member.is_silenced:
        raise MemberSilenced
    if conversation.is_admins_only and not group_rules.is_admin(member.role):
        raise OnlyAdminsWrite


def store_change(conversation: Conversation, message: Message, fields: list[str]) -> None:
    """Give a changed message the conversation's next rev, store these fields of it, and tell those who may see it."""
    conversation.rev += 1
    conversation.changed = change_cursor.current_stamp()
    conversation.save(update_fields=["rev", "changed"])
    message.rev = conversation.rev
    message.save(update_fields=["rev", *fields])
    # Members who joined later may not see the message: they miss a rev, fetch the changes, and get none.
    push.message_changed(
        conversation.public_id,
        message_row(reload_message(message.pk)),
        to_user_ids=list_recipients_of_message(message),
    )
