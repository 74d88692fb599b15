"""Building and sending the hints of chat. Hints may be lost: clients detect a missing number and fetch the rest."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import transaction

from chat.contracts import FaceRow, GroupRow, MessageRow, OwnMembershipRow, topic
from chat.domain.marks import MarkRow
from superapp.realtime import bus, hints
from superapp.realtime.bus import UserHint

TYPING_MS = 6_000


def message_posted_hint(conversation_id: UUID, row: MessageRow, *, to_user_ids: Collection[int]) -> UserHint:
    """Build the hint that a message was posted."""
    hint = {"on": topic(conversation_id), "rev": row.rev, "say": "message.posted", "row": row}
    return UserHint(to_user_ids, hints.encode(hint))


def membership_changed_hint(user_id: int, row: OwnMembershipRow) -> UserHint:
    """Build the hint to a person's own sockets that their membership changed."""
    return UserHint([user_id], hints.encode({"on": "me", "rev": row.rev, "say": "membership.changed", "row": row}))


def send_after_commit(notifications: Sequence[UserHint]) -> None:
    """Send these hints, in this order, after the running transaction is committed."""

    # One hook for the whole batch, and a closure, not a partial: see hints.after_commit.
    def send() -> None:
        bus.publish(notifications)

    transaction.on_commit(send, robust=True)


def message_changed(conversation_id: UUID, row: MessageRow, *, to_user_ids: Collection[int]) -> None:
    """Send these people the current state of a message, after the commit."""
    hints.send_after_commit(
        to_user_ids, {"on": topic(conversation_id), "rev": row.rev, "say": "message.changed", "row": row}
    )


def receipt(
    conversation_id: UUID, member: UUID, *, read_seq: int, delivered_seq: int, to_user_ids: Collection[int]
) -> None:
    """Send these people a member's read and delivery marks, after the commit; absolute values, without a rev."""
    hints.send_after_commit(
        to_user_ids,
        {
            "on": topic(conversation_id),
            "say": "receipt",
            "user": member,
            "read_seq": read_seq,
            "delivered_seq": delivered_seq,
        },
    )


def typing(conversation_id: UUID, member: UUID, *, to_user_ids: Collection[int]) -> None:
    """Send these people the typing indicator of a member; clients remove it after ``TYPING_MS``."""
    hint = {"on": topic(conversation_id), "say": "typing", "user": member, "for_ms": TYPING_MS}
    bus.publish([UserHint(to_user_ids, hints.encode(hint))])


def face_changed(row: FaceRow, *, to_user_ids: Collection[int]) -> None:
    """Send these people the current state of a face, after the commit."""
    hints.send_after_commit(to_user_ids, {"on": "faces", "say": "face.changed", "face": row})


def group_changed(conversation_id: UUID, row: GroupRow, *, to_user_ids: Collection[int]) -> None:
    """Send these people the current state of a group, after the commit; absolute, without a number of the topic."""
    hints.send_after_commit(to_user_ids, {"on": topic(conversation_id), "say": "group.changed", "group": row})


def requests_changed(conversation_id: UUID, *, to_user_ids: Collection[int]) -> None:
    """Tell the admins of a group that the number of people who wait to be let in has changed, after the commit."""
    hints.send_after_commit(to_user_ids, {"on": topic(conversation_id), "say": "requests.changed"})


def invitations_changed(user_ids: Collection[int]) -> None:
    """Tell these people that the list of groups they are invited to has changed, after the commit."""
    hints.send_after_commit(user_ids, {"on": "invitations", "say": "invitations.changed"})


def membership_changed(user_id: int, row: OwnMembershipRow) -> None:
    """Send a person's own sockets the current state of their membership, after the commit."""
    send_after_commit([membership_changed_hint(user_id, row)])


def mark_changed(user_id: int, row: MarkRow) -> None:
    """Send a person's own sockets the current state of their marks on a message, after the commit."""
    hints.send_after_commit([user_id], {"on": "me", "rev": row.rev, "say": "mark.changed", "row": row})
