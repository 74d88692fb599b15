"""The context that the pages of chat share: the list of conversations, and the boot data of their modules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from chat.actions.messages import EDIT_MINUTES, RECALL_MINUTES
from chat.contracts import SummaryRow
from chat.domain import card_types, conversation_actions, face_kinds, system_events
from chat.models import Message
from chat.pages import attachment_presenters, identities, js_messages, presenters
from chat.pages.emoji_groups import EMOJI_GROUPS
from chat.pages.photo_presenters import BLANK_TILE
from chat.pages.preference_switches import SWITCHES
from chat.queries.groups import count_open_invitations
from chat.queries.members import count_put_away
from chat.queries.summaries import list_hidden_summaries, list_main_summaries, list_summaries
from superapp.accounts import api as accounts
from superapp.accounts.api import get_current_user
from superapp.core import clock
from superapp.web import time_formats

REACTIONS = ("👍", "❤️", "😂", "😮", "😢", "🙏")
FRAME_BYTES_MAX = 65_536
BLANK_ROW = {"face": identities.NOBODY, "text": ""}
BLANK_CONVERSATION = {"face": identities.NOBODY, "entries": ()}
MUTE_CHOICES = (
    ("8h", gettext_lazy("For 8 hours")),
    ("1w", gettext_lazy("For 1 week")),
    ("always", gettext_lazy("Always")),
    ("own", gettext_lazy("Until a time I choose")),
)


def render_beside_list(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    conversation_id: UUID | None = None,
    status: int = 200,
) -> HttpResponse:
    """
    Render a page of a conversation, or of the list, that stands beside the list where there is room.

    ``conversation_id`` is the conversation that the page is about.
    """
    open_id = str(conversation_id) if conversation_id else ""
    listed = list_context(get_current_user(request), now=clock.now(), open_id=open_id)
    beside = {"list": listed, "boot": listed["boot"], "beside_id": open_id}
    return render(request, template, {**page_context("beside"), **context, **beside}, status=status)


def list_context(
    user: accounts.User,
    *,
    now: datetime,
    open_id: str | None = None,
    opened: dict[str, Any] | None = None,
    place: presenters.ListPlace = "main",
    before: str | None = None,
) -> dict[str, Any]:
    """Return what the template of the list reads, and the boot data; ``opened`` is what the page shows of one."""
    if place == "hidden":
        listed = list_hidden_summaries(user.pk, before=before)
    elif place == "archived":
        listed = list_summaries(user.pk, before=before, is_archived=True)
    else:
        listed = list_main_summaries(user.pk, before=before)
    my_id = str(user.public_id)
    return {
        "rows": presenters.build_rows(listed.rows, my_id=my_id, now=now, open_id=open_id, place=place),
        "place": place,
        "put_away": count_put_away(user.pk, now) if place == "main" else None,
        "invitation_count": count_open_invitations(user.pk) if place == "main" else 0,
        "is_first_page": before is None,
        "more": listed.next,
        "asking": accounts.list_devices_awaiting_trust(user.pk, now=now),
        "boot": _boot(user, listed.rows, opened=opened),
    }


def page_context(view: str) -> dict[str, Any]:
    """Return what the templates of every page of chat read."""
    return {
        "view": view,
        "reactions": REACTIONS,
        "switches": SWITCHES,
        "mute_choices": MUTE_CHOICES,
        "words": {
            **js_messages.MESSAGES,
            **card_types.js_messages(),
            **face_kinds.js_messages(),
            **system_events.js_messages(),
        },
        "card_blanks": card_types.blank_templates(),
        "card_styles": card_types.stylesheets(),
        "conversation_actions": conversation_actions.list_conversation_actions("header"),
        "attach_actions": conversation_actions.list_conversation_actions("attach"),
        "emoji_groups": EMOJI_GROUPS,
        "attachment_blanks": attachment_presenters.BLANKS,
        "blank_row": BLANK_ROW,
        "blank_conversation": BLANK_CONVERSATION,
        "blank_photo": BLANK_TILE,
    }


def _boot(user: Any, summaries: Sequence[SummaryRow], *, opened: dict[str, Any] | None) -> Any:
    return msgspec.to_builtins(
        {
            "me": accounts.serialize_person(user),
            "language": time_formats.language(),
            "locale": time_formats.locale(),
            "time_zone": user.time_zone,
            "zone_label": time_formats.zone_label(user.time_zone),
            "limits": {
                "body_chars": Message.BODY_CHARS_MAX,
                "frame_bytes": FRAME_BYTES_MAX,
                "edit_minutes": EDIT_MINUTES,
                "recall_minutes": RECALL_MINUTES,
            },
            "urls": {
                "socket": "/ws",
                "api": "/api/v1/",
                "list": "/obrolan/",
                "conversation": "/obrolan/{id}/",
                "details": "/obrolan/{id}/rincian/",
                "login": "/masuk/",
                "emoji": staticfiles_storage.url("chat/emoji.json"),
            },
            "reactions": REACTIONS,
            "chat": {"summaries": list(summaries), "open": opened},
        }
    )
