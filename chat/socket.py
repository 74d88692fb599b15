"""What clients may ask of chat, on the socket and under ``/api/v1``: parse, one call, shape the answer."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chat import actions, frames, log, reading
from chat.log_entries import Entry, Posted
from chat.models import Message
from superapp.core import clock
from superapp.core.errors import InputInvalid
from superapp.realtime import registry
from superapp.realtime.registry import Caller, Shape, command, loop_command

Seq = Annotated[int, Meta(ge=1, le=2**53)]
Rev = Annotated[int, Meta(ge=0, le=2**53)]
# Of the world, and not of a clock on some wall.
Instant = Annotated[datetime, Meta(tz=True)]

registry.limits["body_chars"] = Message.BODY_CHARS_MAX


class Send(Shape):
    conversation: UUID
    client_id: str
    body: str
    reply_to: Seq | None = None


class SendAnswer(msgspec.Struct, omit_defaults=True):
    seq: int
    rev: int
    counted: int
    sent_at: str
    # What this socket is told nowhere else; already encoded.
    hints: list[msgspec.Raw] = []


def _sent(posted: Posted) -> SendAnswer:
    return SendAnswer(
        seq=posted.seq,
        rev=posted.rev,
        counted=posted.counted,
        sent_at=clock.wire(posted.sent_at),
        hints=[msgspec.Raw(hint) for hint in posted.hints],
    )


def send_and_wait(caller: Caller, send: Send) -> SendAnswer:
    return _sent(log.writer.submit(_entry(caller, send)).result())


@loop_command(
    "chat.send",
    Send,
    rest="POST conversations/<uuid:conversation>/messages",
    sync=send_and_wait,
    answer=SendAnswer,
    shaped=_sent,
)
def send(caller: Caller, send: Send) -> Awaitable[Posted]:
    return log.writer.submit_async(_entry(caller, send))


def _entry(caller: Caller, send: Send) -> Entry:
    return actions.compose(
        conversation_id=send.conversation,
        sender_id=caller.user_id,
        sender_public_id=caller.user_public_id,
        client_id=send.client_id,
        body=send.body,
        reply_to=send.reply_to,
        line=caller.line,
    )


class Edit(Shape):
    conversation: UUID
    seq: Seq
    body: str
    edits: Annotated[int, Meta(ge=0, le=2**31)]


@command("chat.edit", Edit, rest="PATCH conversations/<uuid:conversation>/messages/<int:seq>")
def edit(caller: Caller, edit: Edit) -> dict[str, Any]:
    message = actions.edit_message(
        conversation_id=edit.conversation,
        seq=edit.seq,
        by_user_id=caller.user_id,
        body=edit.body,
        edits=edit.edits,
        now=clock.now(),
    )
    edited_at = clock.wire(message.edited_at) if message.edited_at else None
    return {"rev": message.rev, "edits": message.edits, "edited_at": edited_at}


class OneMessage(Shape):
    conversation: UUID
    seq: Seq


@command("chat.recall", OneMessage, rest="DELETE conversations/<uuid:conversation>/messages/<int:seq>")
def recall(caller: Caller, one: OneMessage) -> dict[str, Any]:
    message = actions.recall_message(
        conversation_id=one.conversation, seq=one.seq, by_user_id=caller.user_id, now=clock.now()
    )
    return {"rev": message.rev}


class React(Shape):
    conversation: UUID
    seq: Seq
    emoji: str | None


@command("chat.react", React, rest="PUT conversations/<uuid:conversation>/messages/<int:seq>/reaction", in_order=True)
def react(caller: Caller, react: React) -> dict[str, Any]:
    message = actions.react(
        conversation_id=react.conversation,
        seq=react.seq,
        by_user_id=caller.user_id,
        emoji=react.emoji,
        now=clock.now(),
    )
    return {"rev": message.rev}


class Read(Shape):
    conversation: UUID
    seq: Seq


@command("chat.read", Read, rest="PUT conversations/<uuid:conversation>/read")
def read(caller: Caller, read: Read) -> dict[str, Any]:
    member = actions.read_up_to(conversation_id=read.conversation, user_id=caller.user_id, seq=read.seq)
    return {"me": member.rev}


class Delivered(Shape):
    marks: Annotated[list[tuple[UUID, Seq]], Meta(max_length=100)]


@command("chat.delivered", Delivered, rest="PUT delivered")
def delivered(caller: Caller, delivered: Delivered) -> dict[str, Any]:
    actions.mark_delivered(caller.user_id, delivered.marks)
    return {}


class OneConversation(Shape):
    conversation: UUID


@command("chat.typing", OneConversation)
def typing(caller: Caller, one: OneConversation) -> dict[str, Any]:
    actions.announce_typing(
        conversation_id=one.conversation,
        user_id=caller.user_id,
        user_public_id=caller.user_public_id,
        now=clock.now(),
    )
    return {}


class Changes(Shape):
    conversation: UUID
    after: Rev


@command("chat.changes", Changes, rest="GET conversations/<uuid:conversation>/changes", answer=frames.Changes)
def changes(caller: Caller, changes: Changes) -> frames.Changes:
    return reading.changes(changes.conversation, caller.user_id, after_rev=changes.after)


class History(Shape):
    conversation: UUID
    before: Seq | None = None
    limit: Annotated[int, Meta(ge=1, le=reading.PAGE_MAX)] = 50


@command("chat.history", History, rest="GET conversations/<uuid:conversation>/messages", answer=frames.History)
def history(caller: Caller, history: History) -> frames.History:
    return reading.history(history.conversation, caller.user_id, before_seq=history.before, limit=history.limit)


class Picked(Shape):
    conversation: UUID
    seqs: Annotated[list[Seq], Meta(max_length=50)]


@command("chat.messages", Picked, rest="GET conversations/<uuid:conversation>/messages/picked")
def messages(caller: Caller, picked: Picked) -> dict[str, Any]:
    return {"rows": reading.picked(picked.conversation, caller.user_id, picked.seqs)}


class Open(Shape):
    user: UUID


@command("chat.open", Open, rest="POST conversations", answer=frames.SummaryRow)
def open_conversation(caller: Caller, open_: Open) -> frames.SummaryRow:
    opened = actions.open_direct_with(caller.user_id, open_.user, now=clock.now())
    return reading.summary(opened.public_id, caller.user_id)


@command("chat.conversation", OneConversation, rest="GET conversations/<uuid:conversation>", answer=frames.SummaryRow)
def conversation(caller: Caller, one: OneConversation) -> frames.SummaryRow:
    return reading.summary(one.conversation, caller.user_id)


class Keep(Shape):
    conversation: UUID
    muted_until: Instant | UnsetType | None = UNSET
    pinned: bool | UnsetType = UNSET
    hidden: bool | UnsetType = UNSET
    draft: str | UnsetType = UNSET


@command("chat.keep", Keep, rest="PATCH conversations/<uuid:conversation>/mine", in_order=True)
def keep(caller: Caller, keep: Keep) -> dict[str, Any]:
    side = actions.Side(
        muted_until=_utc(keep.muted_until) if isinstance(keep.muted_until, datetime) else keep.muted_until,
        is_pinned=keep.pinned,
        is_hidden=keep.hidden,
        draft=keep.draft,
    )
    member = actions.keep_side(conversation_id=keep.conversation, user_id=caller.user_id, side=side)
    return {"me": member.rev}


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # The first or the last day of the calendar, elsewhere in the world.
        raise InputInvalid(detail="a moment before or after the calendar") from None


registry.sync_part("conversations")(reading.conversations_changed)
registry.part_of_me(reading.sides_of_me)
