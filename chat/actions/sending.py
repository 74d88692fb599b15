"""Sending of messages that carry more than text, in one transaction with what they carry."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from django.db import transaction

from chat.actions.messages import compose_message, post_message
from chat.contracts import NewMessage, PostedMessage
from chat.domain.attachments import (
    Attachment,
    AttachmentInput,
    ContactAttachment,
    ContactInput,
    LocationInput,
    PhotosAttachment,
    PhotosInput,
    build_location,
    has_photos,
    to_column,
)
from chat.domain.enums import MessageKind
from chat.domain.extras import ALL, OFTEN_FORWARDED, MessageExtras
from chat.domain.extras import of_column as extras_of_column
from chat.domain.polls import PollInput, build_poll
from chat.errors import (
    ContactNotYours,
    ConversationNotFound,
    MentionAllForAdmins,
    MessageRecalled,
    NotForwardable,
)
from chat.models import Conversation, Message
from chat.queries.locking import lock_conversation
from chat.queries.members import fetch_membership, get_member, list_member_public_ids
from chat.queries.message_media import media_reference
from chat.queries.messages import fetch_message, find_posted
from superapp.accounts import api as accounts
from superapp.accounts.api import RateLimit
from superapp.accounts.errors import PersonNotFound
from superapp.core.errors import DomainError
from superapp.core.retry_on_deadlock import retry_on_deadlock
from superapp.media import api as media

# Content that was forwarded often goes to one conversation at a time.
OFTEN_FORWARDED_LIMIT = RateLimit("chat.forward_often", 1, timedelta(seconds=10))


def send_with_extras(
    *,
    conversation_id: UUID,
    sender_id: int,
    sender_public_id: UUID,
    client_id: str,
    body: str,
    attachment: AttachmentInput | None = None,
    mentions: Collection[UUID] = (),
    mentions_all: bool = False,
    reply_to: int | None = None,
    connection_number: int = 0,
    now: datetime,
) -> PostedMessage:
    """
    Post a message with an attachment or mentions. A retry returns the first message and does nothing else.

    :raises MentionAllForAdmins: if the sender is no admin of a group, and mentions everybody
    :raises MediaNotFound, MediaNotReady, MediaInUse: if a photo is not the sender's, not ready, or shown elsewhere
    :raises DomainError: those of ``compose_message`` and ``post_message``
    """
    named = (*([ALL] if mentions_all else []), *sorted({str(one) for one in mentions}))
    draft = compose_message(
        conversation_id=conversation_id,
        sender_id=sender_id,
        sender_public_id=sender_public_id,
        client_id=client_id,
        body=body,
        reply_to=reply_to,
        extras=MessageExtras(mentions=named, attachment=None if attachment is None else {}),
        connection_number=connection_number,
    )
    if named or not isinstance(attachment, PhotosInput):
        # Names and members may change, and a time may pass, before a retry.
        draft = msgspec.structs.replace(draft, sent=[draft.body, attachment, named])
    _require_member(draft)

    def send() -> PostedMessage:
        with transaction.atomic():
            # Before the media, in the order in which a recall takes both.
            conversation = lock_conversation(conversation_id)
            extras = MessageExtras(mentions=_filter_members(conversation, named))
            if attachment is not None:
                try:
                    attached = _attach(attachment, conversation, sender_id=sender_id, client_id=client_id, now=now)
                except DomainError:
                    # The first try may have posted it before it became impossible.
                    if (stored := _find_stored(conversation, draft)) is not None:
                        return stored
                    raise
                extras = msgspec.structs.replace(extras, attachment=to_column(attached))
            posted = post_message(msgspec.structs.replace(draft, extras=extras), now=now)
            # Asked of new messages only: a retry is answered, whatever became of its sender.
            if mentions_all and posted.is_new and not _may_mention_all(conversation, sender_id):
                raise MentionAllForAdmins
            return posted

    return retry_on_deadlock(send)


def forward_message(
    *,
    conversation_id: UUID,
    sender_id: int,
    sender_public_id: UUID,
    client_id: str,
    source_conversation_id: UUID,
    source_seq: int,
    connection_number: int = 0,
    now: datetime,
) -> PostedMessage:
    """
    Post the content of a message that the sender can see, marked as forwarded. A retry returns the first message.

    How often it was forwarded is counted from that message. One that was forwarded often goes to one conversation
    at a time: the next one has to wait for ``OFTEN_FORWARDED_LIMIT``.

    :raises ConversationNotFound, MessageNotFound: if the sender cannot see the message to forward
    :raises MessageRecalled: if it was recalled
    :raises NotForwardable: if it is a card or an event
    :raises RateLimited: if it was forwarded often, and the sender has just forwarded such a message
    :raises DomainError: those of ``post_message``
    """
    draft = compose_message(
        conversation_id=conversation_id,
        sender_id=sender_id,
        sender_public_id=sender_public_id,
        client_id=client_id,
        body="",
        extras=MessageExtras(attachment={}),
        sent={"conversation": str(source_conversation_id), "seq": source_seq},
        connection_number=connection_number,
    )
    _require_member(draft)

    def send() -> PostedMessage:
        with transaction.atomic():
            conversation = lock_conversation(conversation_id)
            # The first try may have posted it before it became impossible.
            if (stored := _find_stored(conversation, draft)) is not None:
                return stored
            source = _fetch_source(source_conversation_id, source_seq, sender_id)
            forwarded = extras_of_column(source.extras) or MessageExtras()
            if forwarded.forwards >= OFTEN_FORWARDED:
                accounts.consume_rate_limits([(OFTEN_FORWARDED_LIMIT, f"user:{sender_id}")], now=now)
            attachment = forwarded.attachment
            if attachment is not None and has_photos(attachment):
                reference = media_reference(conversation.pk, sender_id=sender_id, client_id=client_id)
                ids = [UUID(photo["id"]) for photo in attachment["photos"]]
                shown = media.copy_photos(owner_id=sender_id, media=ids, reference=reference, now=now)
                attachment = to_column(PhotosAttachment(shown))
            extras = MessageExtras(forwards=forwarded.forwards + 1, attachment=attachment)
            return post_message(msgspec.structs.replace(draft, body=source.body, extras=extras), now=now)

    return retry_on_deadlock(send)


def _require_member(draft: NewMessage) -> None:
    """
    Check, before anything is locked or copied, that the sender is a member, or retries what was posted as one.

    :raises ConversationNotFound: otherwise
    """
    member = fetch_membership(draft.conversation_id, draft.sender_id)
    if member.until_seq is not None and _find_stored(member.conversation, draft) is None:
        raise ConversationNotFound


def _filter_members(conversation: Conversation, named: Collection[str]) -> tuple[str, ...]:
    """Return the mentions of current and former members. Others are dropped, so that ids of users cannot be probed."""
    if not named:
        return ()
    known = {str(one) for one in list_member_public_ids(conversation, [UUID(one) for one in named if one != ALL])}
    return tuple(one for one in named if one == ALL or one in known)


def _fetch_source(conversation_id: UUID, seq: int, user_id: int) -> Message:
    member = fetch_membership(conversation_id, user_id)
    source = fetch_message(member.conversation, member, seq)
    if source.recalled_at is not None:
        raise MessageRecalled
    if source.kind != MessageKind.TEXT:
        raise NotForwardable
    return source


def _find_stored(conversation: Conversation, draft: NewMessage) -> PostedMessage | None:
    """Find the message that an earlier try of this one posted."""
    known = find_posted(conversation, sender_id=draft.sender_id, client_id=draft.client_id)
    if known is None or known.content_hash != draft.content_hash():
        return None
    return PostedMessage(known.seq, known.rev, known.counted, known.sent_at, is_new=False)


def _attach(
    attachment: AttachmentInput, conversation: Conversation, *, sender_id: int, client_id: str, now: datetime
) -> Attachment:
    if isinstance(attachment, PollInput):
        return build_poll(attachment, now=now)
    if isinstance(attachment, LocationInput):
        return build_location(attachment)
    if isinstance(attachment, ContactInput):
        return _build_contact(attachment, sender_id=sender_id)
    reference = media_reference(conversation.pk, sender_id=sender_id, client_id=client_id)
    return PhotosAttachment(media.take_photos(owner_id=sender_id, media=attachment.media, reference=reference))


def _build_contact(attachment: ContactInput, *, sender_id: int) -> ContactAttachment:
    try:
        person = accounts.get_user_by_public_id(attachment.user)
    except PersonNotFound:
        raise ContactNotYours from None
    if person.pk != sender_id and not accounts.are_contacts(sender_id, person.pk):
        raise ContactNotYours
    return ContactAttachment(user=str(person.public_id), name=person.name)


def _may_mention_all(conversation: Conversation, user_id: int) -> bool:
    member = get_member(conversation, user_id)
    return member.is_active_admin
