"""Having read, having received, writing just now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from chat import frames, pace, push, queries
from chat.errors import MessageNotFound
from chat.models import Conversation, Member
from superapp.accounts import api as accounts
from superapp.core import changes
from superapp.realtime import me


def read_up_to(*, conversation_id: UUID, user_id: int, seq: int) -> Member:
    """
    Note that a person has read everything up to ``seq``; the mark never goes back.

    :raises ConversationNotFound: if the person is not in it
    :raises MessageNotFound: if there is no such message yet
    """
    with transaction.atomic():
        conversation, member = queries.lock_for_member(conversation_id, user_id)
        if seq > conversation.last_seq:
            raise MessageNotFound
        if seq <= member.read_seq:
            return member
        member.read_seq = seq
        member.read_counted = queries.counted_at(conversation, seq)
        member.own_since = queries.own_counted_after(conversation, user_id=user_id, seq=seq)
        member.delivered_seq = max(member.delivered_seq, seq)
        _stamp([member])
        member.rev = me.next_rev(user_id)
        member.save(update_fields=["read_seq", "read_counted", "own_since", "delivered_seq", "changed", "rev"])
        _tell([member])
        push.membership_changed(user_id, frames.membership_row(member, conversation.public_id))
    return member


def mark_delivered(user_id: int, marks: Sequence[tuple[UUID, int]]) -> None:
    """
    Note that a person's device holds everything up to these numbers.

    Marks of conversations that the person is not in are passed over: somebody may just have left.
    """
    newest: dict[UUID, int] = {}
    for conversation_id, seq in marks:
        newest[conversation_id] = max(seq, newest.get(conversation_id, 0))
    # Marks never go back: what does not move now will not after the lock either.
    moving = {
        side.conversation_id
        for side in queries.sides_in(newest, user_id=user_id)
        if newest[side.conversation.public_id] > side.delivered_seq
    }
    if not moving:
        return
    with transaction.atomic():
        moved = []
        for side in queries.lock_sides(moving, user_id=user_id):
            seq = min(newest[side.conversation.public_id], side.conversation.last_seq)
            if seq > side.delivered_seq:
                side.delivered_seq = seq
                moved.append(side)
        if moved:
            _stamp(moved)
            Member.objects.bulk_update(moved, ["delivered_seq", "changed"])
            _tell(moved)


def announce_typing(*, conversation_id: UUID, user_id: int, user_public_id: UUID, now: datetime) -> None:
    """
    Let the others see that a person writes. Said again within three seconds, it changes nothing.

    :raises ConversationNotFound: if the person is not in it
    """
    if not pace.typing.is_due(user_id, conversation_id, now=now):
        return
    member = queries.present_member_of(conversation_id, user_id)
    # After the look: a stranger has no pace, and is told every time that there is nothing.
    pace.typing.step(user_id, conversation_id, now=now)
    others = [other for other in queries.audience(member.conversation_id) if other != user_id]
    pairs = {(user_id, other) for other in others}
    if member.conversation.kind == Conversation.Kind.DIRECT and accounts.refused_pairs(pairs):
        return
    push.typing(conversation_id, user_public_id, to_user_ids=others)


def _stamp(moved: Sequence[Member]) -> None:
    """Stamp sides whose marks moved, and their conversations, so that ``sync`` heals a lost receipt."""
    changed = changes.stamp()
    for side in moved:
        side.changed = changed
    Conversation.objects.filter(pk__in=[side.conversation_id for side in moved]).update(changed=changed)


def _tell(moved: Sequence[Member]) -> None:
    audiences = queries.audiences([side.conversation_id for side in moved])
    for side in moved:
        push.receipt(
            side.conversation.public_id,
            side.user.public_id,
            read_seq=side.read_seq,
            delivered_seq=side.delivered_seq,
            to_user_ids=audiences[side.conversation_id],
        )
