"""Commands for messages, on the socket and under ``/api/v1``."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import msgspec

from chat.actions.messages import compose_message, edit_message, recall_message
from chat.actions.sending import forward_message, send_with_extras
from chat.contracts import Changes, History, NewMessage, PhotosPage, PostedMessage, SendMessageResponse
from chat.endpoints.schemas import (
    ChangesRequest,
    EditMessageRequest,
    HistoryRequest,
    MessageRequest,
    PhotosRequest,
    PickedMessagesRequest,
    SendMessageRequest,
)
from chat.models import Message
from chat.queries.history import fetch_changes, fetch_history, fetch_messages_by_seq, fetch_versions
from chat.queries.photos import fetch_photos_page
from chat.writers import log
from superapp.core import clock
from superapp.realtime import registry
from superapp.realtime.command_threads import threads
from superapp.realtime.registry import Caller, register_command, register_loop_command

registry.limits["body_chars"] = Message.BODY_CHARS_MAX


def _send_response(posted: PostedMessage) -> SendMessageResponse:
    return SendMessageResponse(
        seq=posted.seq,
        rev=posted.rev,
        counted=posted.counted,
        sent_at=clock.to_wire(posted.sent_at),
        hints=[msgspec.Raw(hint) for hint in posted.hints],
    )


def send_and_wait(caller: Caller, request: SendMessageRequest) -> SendMessageResponse:
    if _has_more(request):
        return _send_response(_send_with_more(caller, request))
    return _send_response(log.writer.submit(_compose(caller, request)).result())


@register_loop_command(
    "chat.send",
    SendMessageRequest,
    rest="POST conversations/<uuid:conversation>/messages",
    sync=send_and_wait,
    response=SendMessageResponse,
    to_response=_send_response,
)
def send(caller: Caller, request: SendMessageRequest) -> Awaitable[PostedMessage]:
    if _has_more(request):
        return threads.start(_send_with_more, caller, request)
    return log.writer.submit_async(_compose(caller, request))


def _has_more(request: SendMessageRequest) -> bool:
    """Return whether a message carries more than its text."""
    is_more = request.attachment is not None or request.forwarded is not None
    return is_more or bool(request.mentions) or request.mentions_all


def _compose(caller: Caller, request: SendMessageRequest) -> NewMessage:
    return compose_message(
        conversation_id=request.conversation,
        sender_id=caller.user_id,
        sender_public_id=caller.user_public_id,
        client_id=request.client_id,
        body=request.body,
        reply_to=request.reply_to,
        connection_number=caller.connection_number,
    )


def _send_with_more(caller: Caller, request: SendMessageRequest) -> PostedMessage:
    if request.forwarded is not None:
        return forward_message(
            conversation_id=request.conversation,
            sender_id=caller.user_id,
            sender_public_id=caller.user_public_id,
            client_id=request.client_id,
            source_conversation_id=request.forwarded.conversation,
            source_seq=request.forwarded.seq,
            connection_number=caller.connection_number,
            now=clock.now(),
        )
    return send_with_extras(
        conversation_id=request.conversation,
        sender_id=caller.user_id,
        sender_public_id=caller.user_public_id,
        client_id=request.client_id,
        body=request.body,
        attachment=request.attachment,
        mentions=request.mentions,
        mentions_all=request.mentions_all,
        reply_to=request.reply_to,
        connection_number=caller.connection_number,
        now=clock.now(),
    )


@register_command("chat.edit", EditMessageRequest, rest="PATCH conversations/<uuid:conversation>/messages/<int:seq>")
def edit(caller: Caller, request: EditMessageRequest) -> dict[str, Any]:
    message = edit_message(
        conversation_id=request.conversation,
        seq=request.seq,
        by_user_id=caller.user_id,
        body=request.body,
        edits=request.edits,
        now=clock.now(),
    )
    edited_at = clock.to_wire(message.edited_at) if message.edited_at else None
    return {"rev": message.rev, "edits": message.edits, "edited_at": edited_at}


@register_command("chat.recall", MessageRequest, rest="DELETE conversations/<uuid:conversation>/messages/<int:seq>")
def recall(caller: Caller, request: MessageRequest) -> dict[str, Any]:
    message = recall_message(
        conversation_id=request.conversation, seq=request.seq, by_user_id=caller.user_id, now=clock.now()
    )
    return {"rev": message.rev}


@register_command(
    "chat.changes", ChangesRequest, rest="GET conversations/<uuid:conversation>/changes", response=Changes
)
def changes(caller: Caller, request: ChangesRequest) -> Changes:
    return fetch_changes(request.conversation, caller.user_id, after_rev=request.after)


@register_command(
    "chat.history", HistoryRequest, rest="GET conversations/<uuid:conversation>/messages", response=History
)
def history(caller: Caller, request: HistoryRequest) -> History:
    return fetch_history(
        request.conversation,
        caller.user_id,
        before_seq=request.before,
        after_seq=request.after,
        limit=request.limit,
    )


@register_command(
    "chat.photos", PhotosRequest, rest="GET conversations/<uuid:conversation>/photos", response=PhotosPage
)
def photos(caller: Caller, request: PhotosRequest) -> PhotosPage:
    return fetch_photos_page(request.conversation, caller.user_id, before_seq=request.before, after_seq=request.after)


@register_command(
    "chat.versions", MessageRequest, rest="GET conversations/<uuid:conversation>/messages/<int:seq>/versions"
)
def versions(caller: Caller, request: MessageRequest) -> dict[str, Any]:
    return {"rows": fetch_versions(request.conversation, caller.user_id, seq=request.seq)}


@register_command("chat.messages", PickedMessagesRequest, rest="GET conversations/<uuid:conversation>/messages/picked")
def messages(caller: Caller, request: PickedMessagesRequest) -> dict[str, Any]:
    return {"rows": fetch_messages_by_seq(request.conversation, caller.user_id, request.seqs)}
