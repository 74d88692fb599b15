"""Hints of chat. They may be lost: clients heal by number."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import transaction

from chat import frames
from chat.models import Message
from superapp.realtime import bus, hints
from superapp.realtime.bus import Tidings

TYPING_MS = 6_000


def posted_told(conversation_id: UUID, row: frames.MessageRow, *, to_user_ids: Collection[int]) -> Tidings:
    """That a message was posted."""
    hint = {"on": frames.topic(conversation_id), "rev": row.rev, "say": "message.posted", "row": row}
    return Tidings(to_user_ids, hints.encode(hint))


def membership_told(user_id: int, row: frames.MembershipRow) -> Tidings:
    """How a person's side of a conversation stands now, to their own sockets."""
    return Tidings([user_id], hints.encode({"on": "me", "rev": row.rev, "say": "membership.changed", "row": row}))


def tell(told: Sequence[Tidings]) -> None:
    """Tell all of this, in this order, once the running transaction is committed."""

    # One hook for the whole batch, and a closure, not a partial: see hints.after_commit.
    def send() -> None:
        bus.publish(told)

    transaction.on_commit(send, robust=True)


def message_changed(conversation_id: UUID, message: Message, *, to_user_ids: Collection[int]) -> None:
    """Tell these people, once it is committed, how the message stands now."""
    row = frames.message_row(message)
    hints.after_commit(
        to_user_ids, {"on": frames.topic(conversation_id), "rev": row.rev, "say": "message.changed", "row": row}
    )


def receipt(
    conversation_id: UUID, member: UUID, *, read_seq: int, delivered_seq: int, to_user_ids: Collection[int]
) -> None:
    """Tell these people how far a member's devices hold and their eyes have read; absolute values, without a number."""
    hints.after_commit(
        to_user_ids,
        {
            "on": frames.topic(conversation_id),
            "say": "receipt",
            "user": member,
            "read_seq": read_seq,
            "delivered_seq": delivered_seq,
        },
    )


def typing(conversation_id: UUID, member: UUID, *, to_user_ids: Collection[int]) -> None:
    """Tell these people that a member writes; it passes by itself."""
    hint = {"on": frames.topic(conversation_id), "say": "typing", "user": member, "for_ms": TYPING_MS}
    bus.publish([Tidings(to_user_ids, hints.encode(hint))])


def face_changed(row: frames.FaceRow, *, to_user_ids: Collection[int]) -> None:
    """Tell these people, once it is committed, how a face that they see looks now."""
    hints.after_commit(to_user_ids, {"on": "faces", "say": "face.changed", "face": row})


def membership_changed(user_id: int, row: frames.MembershipRow) -> None:
    """Tell a person's own sockets how their side of a conversation stands now."""
    tell([membership_told(user_id, row)])
