"""Locks on conversations and faces; the only module of chat that locks rows with the ORM."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from chat.domain.enums import ConversationKind
from chat.errors import ConversationNotFound, NotAGroup
from chat.models import Conversation, Face, Member


def lock_conversation(conversation_id: UUID) -> Conversation:
    """
    Lock a conversation against every other change. Its members must be read only after the lock.

    :raises ConversationNotFound: if there is no such conversation
    """
    try:
        return Conversation.objects.select_for_update(no_key=True).get(public_id=conversation_id)
    except Conversation.DoesNotExist:
        raise ConversationNotFound from None


def lock_conversation_for_member(conversation_id: UUID, user_id: int) -> tuple[Conversation, Member]:
    """
    Lock a conversation for a current member, and return it with the membership.

    The membership is read by a separate statement: within the locking statement it would be as of before the wait.

    :raises ConversationNotFound: if there is no such conversation, or the person is not a member
    """
    conversation = lock_conversation(conversation_id)
    try:
        member = Member.objects.select_related("user").get(conversation=conversation, user_id=user_id, until_seq=None)
    except Member.DoesNotExist:
        raise ConversationNotFound from None
    member.conversation = conversation
    return conversation, member


def lock_group(conversation_id: UUID, *, for_user_id: int) -> tuple[Conversation, Member]:
    """
    Lock a group for a person who is or was a member, and return it, with ``group`` loaded, and the membership.

    :raises ConversationNotFound: if there is no such conversation, or the person never was a member
    :raises NotAGroup: if it is no group
    """
    conversation = lock_conversation(conversation_id)
    member = Member.objects.filter(conversation=conversation, user_id=for_user_id).first()
    if member is None:
        raise ConversationNotFound
    if conversation.kind != ConversationKind.GROUP:
        raise NotAGroup
    return conversation, member


def lock_group_for_member(conversation_id: UUID, user_id: int) -> tuple[Conversation, Member]:
    """
    Lock a group for a current member, and return it with the membership.

    :raises ConversationNotFound: if there is no such conversation, or the person is not a member
    :raises NotAGroup: if it is no group
    """
    conversation, member = lock_group(conversation_id, for_user_id=user_id)
    if member.until_seq is not None:
        raise ConversationNotFound
    return conversation, member


def lock_current_memberships(conversation_ids: Collection[int], *, user_id: int) -> list[Member]:
    """
    Lock these conversations in the order of their ids, and return the person's current memberships among them.

    Each has ``conversation`` and ``user`` loaded.
    """
    locked = Conversation.objects.filter(pk__in=conversation_ids).order_by("pk").select_for_update(no_key=True)
    by_id = {conversation.pk: conversation for conversation in locked}
    memberships = Member.objects.filter(conversation_id__in=list(by_id), user_id=user_id, until_seq=None)
    found = list(memberships.select_related("user").order_by("conversation_id"))
    for member in found:
        member.conversation = by_id[member.conversation_id]
    return found


def lock_face(face_id: int) -> Face:
    """Lock a face."""
    return Face.objects.select_for_update(no_key=True).get(pk=face_id)
