"""Changing a member's preferences in a conversation (``chat.domain.preferences``)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from chat import push
from chat.domain import preferences
from chat.errors import DraftTooLong, NotPinned
from chat.models import Conversation, Member
from chat.queries.locking import lock_conversation_for_member, lock_current_memberships
from chat.queries.members import fetch_current_membership
from chat.queries.pins import list_pinned_conversation_ids_between, next_pin_order
from chat.queries.row_builders import own_membership_row
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
        member.rev = user_topic.next_rev(user_id)
        if "is_pinned" in changed:
            # What was pinned last is on top.
            member.pin_order = next_pin_order(user_id) if member.is_pinned else 0
            changed.append("pin_order")
        _store(member, changed)
    return member


def move_pinned(*, conversation_id: UUID, user_id: int, beside: UUID, is_below: bool) -> Member:
    """
    Place a pinned conversation directly above another pinned one, or below it, and return its membership.

    Those in between change places, each with a rev of its own. Where it stands there already, nothing changes.

    :raises ConversationNotFound: if the person is not a member of both
    :raises NotPinned: if the person has not pinned both
    """
    with transaction.atomic():
        ends = [fetch_current_membership(one, user_id) for one in (conversation_id, beside)]
        locked = lock_current_memberships(list_pinned_conversation_ids_between(user_id, *ends), user_id=user_id)
        order = sorted((one for one in locked if one.is_pinned), key=lambda one: -one.pin_order)
        moved, anchor = (next((one for one in order if one.pk == end.pk), None) for end in ends)
        if moved is None or anchor is None:
            raise NotPinned
        if moved is anchor:
            return moved
        wanted = [one for one in order if one is not moved]
        wanted.insert(wanted.index(anchor) + is_below, moved)
        places = [one.pin_order for one in order]
        for member, place in zip(wanted, places, strict=True):
            if member.pin_order != place:
                member.pin_order, member.rev = place, user_topic.next_rev(user_id)
                _store(member, ["pin_order"])
    return moved


def _store(member: Member, fields: list[str]) -> None:
    """Store these fields of a membership under the rev that it was given, and tell the person's own devices."""
    member.changed = change_cursor.current_stamp()
    member.save(update_fields=[*fields, "changed", "rev"])
    push.membership_changed(member.user_id, own_membership_row(member, member.conversation.public_id))


def _hidden_seq(conversation: Conversation, *, is_hidden: bool) -> int:
    """Return the newest message number, up to which the conversation is hidden, or 0 if it is not hidden."""
    return conversation.last_seq if is_hidden else 0
