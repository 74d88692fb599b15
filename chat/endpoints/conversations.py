"""Commands for conversations and preferences, and the parts of chat in ``sync`` and in the user topic (``me``)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from msgspec import UNSET

from chat.actions.conversations import open_direct_conversation_by_public_id
from chat.actions.preferences import move_pinned, update_preferences
from chat.contracts import SummaryRow
from chat.domain.muting import validate_muted_until
from chat.domain.preferences import PREFERENCES
from chat.endpoints.schemas import (
    ConversationRequest,
    MovePinnedRequest,
    OpenConversationRequest,
    PreferencesRequest,
)
from chat.queries.summaries import fetch_summary, list_changed_summaries, list_membership_rows
from superapp.core import clock
from superapp.core.errors import InputInvalid
from superapp.realtime import registry
from superapp.realtime.registry import Caller, register_command


@register_command("chat.open", OpenConversationRequest, rest="POST conversations", response=SummaryRow)
def open_conversation(caller: Caller, request: OpenConversationRequest) -> SummaryRow:
    opened = open_direct_conversation_by_public_id(caller.user_id, request.user, now=clock.now())
    return fetch_summary(opened.public_id, caller.user_id)


@register_command(
    "chat.conversation", ConversationRequest, rest="GET conversations/<uuid:conversation>", response=SummaryRow
)
def conversation(caller: Caller, request: ConversationRequest) -> SummaryRow:
    return fetch_summary(request.conversation, caller.user_id)


@register_command("chat.keep", PreferencesRequest, rest="PATCH conversations/<uuid:conversation>/mine", in_order=True)
def change_preferences(caller: Caller, request: Any) -> dict[str, Any]:
    asked = {one.change_name: getattr(request, one.wire_name) for one in PREFERENCES}
    changes = {name: _utc(value) if isinstance(value, datetime) else value for name, value in asked.items()}
    given = {name: value for name, value in changes.items() if value is not UNSET}
    if given.get("muted_until") is not None:
        validate_muted_until(given["muted_until"], now=clock.now())
    member = update_preferences(conversation_id=request.conversation, user_id=caller.user_id, **given)
    return {"me": member.rev}


@register_command(
    "chat.pin_move", MovePinnedRequest, rest="PUT conversations/<uuid:conversation>/mine/pin", in_order=True
)
def move_pin(caller: Caller, request: MovePinnedRequest) -> dict[str, Any]:
    member = move_pinned(
        conversation_id=request.conversation, user_id=caller.user_id, beside=request.beside, is_below=request.below
    )
    return {"me": member.rev}


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # The first or last day of the calendar, shifted by a time zone.
        raise InputInvalid(detail="a moment before or after the calendar") from None


registry.register_sync_part("conversations")(list_changed_summaries)
registry.register_user_topic_rows(list_membership_rows)
