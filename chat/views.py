"""Pages of chat: the list, a conversation, its details; and what a page without modules can do there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chat import actions, cards, doings, face_kinds, lines, reading, showing, words
from chat.actions.changing import EDIT_MINUTES, RECALL_MINUTES
from chat.actions.keeping import Side
from chat.frames import SummaryRow
from chat.models import Message
from superapp.accounts import api as accounts
from superapp.accounts.api import PersonRow, for_people, user_of
from superapp.core import clock, ids
from superapp.core.errors import DomainError, Kind
from superapp.core.form_pages import form_stands_at
from superapp.web import times

MESSAGES_PER_PAGE = 50
SEQ_MAX = 2**53
REACTIONS = ("👍", "❤️", "😂", "😮", "😢", "🙏")
FRAME_BYTES_MAX = 65_536
# Muted without an end is muted for longer than anybody will care.
MUTED_FOR = timedelta(days=36_500)
SUGGESTION_CHARS_MAX = 1_000
BLANK_ROW = {"face": showing.NOBODY, "text": ""}
BLANK_CONVERSATION = {"face": showing.NOBODY, "entries": ()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownConversation:
    """An open conversation as a page shows it."""

    id: str
    name: str
    handle: str | None
    address: str | None
    face: PersonRow
    peer_id: str | None
    # To whom the links at its head lead: nowhere from a shop, where one pays for what one buys.
    doings_for: str | None
    status: str
    entries: Sequence[showing.Entry]
    earlier_seq: int | None
    draft: str
    client_id: str
    is_closed: bool


@for_people
@never_cache
@require_safe
def conversation_list(request: HttpRequest) -> HttpResponse:
    """All my conversations."""
    return _page(request, view="list")


@for_people
@never_cache
@require_safe
def hidden_list(request: HttpRequest) -> HttpResponse:
    """The conversations that I hid: to find them, and to take them back into the list."""
    return _page(request, view="list", is_hidden=True)


@for_people
@never_cache
@require_safe
def conversation(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """
    One conversation with its newest messages, or with those before ``?sebelum``. What ``?tulis`` suggests to write
    stands in the field if nothing else was begun; it is kept nowhere until the person writes on or sends it.
    """
    return _page(request, view="conversation", conversation_id=conversation)


@for_people
@never_cache
@require_safe
def details(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Who is in a conversation, and how I want to have it; on a wide desk it stands beside the messages."""
    return _page(request, view="details", conversation_id=conversation)


@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    """The page of chat without anybody's conversations: the device keeps it, and fills it with what it knows."""
    return render(request, "chat/page.html", {**_frame("list"), "rows": (), "more": None, "boot": {}, "is_shell": True})


@form_stands_at("chat:list")
@for_people
def open_with(request: HttpRequest) -> HttpResponse:
    """To the conversation with a contact of mine."""
    peer = ids.parse_id(request.POST.get("user", ""))
    if peer is None:
        return redirect("accounts_pages:contacts")
    found = actions.open_direct_with(user_of(request).pk, peer, now=clock.now())
    return redirect("chat:conversation", conversation=found.public_id)


@form_stands_at("chat:conversation")
@for_people
def send(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Post what was written in the form. Sending the form again posts nothing again, since it carries its own id."""
    user = user_of(request)
    reply_to = _seq(request.POST.get("reply_to", ""))
    try:
        entry = actions.compose(
            conversation_id=conversation,
            sender_id=user.pk,
            sender_public_id=user.public_id,
            client_id=request.POST.get("client_id", ""),
            # A form sends line ends as two characters.
            body=request.POST.get("body", "").replace("\r\n", "\n"),
            reply_to=reply_to,
        )
        actions.post_message(entry, now=clock.now())
    except DomainError as refusal:
        if refusal.kind not in (Kind.INVALID, Kind.FORBIDDEN):
            raise
        return _page(request, view="conversation", conversation_id=conversation, refusal=refusal)
    return redirect("chat:conversation", conversation=conversation)


@form_stands_at("chat:details")
@for_people
def keep(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Pin, mute or hide a conversation for myself."""
    pinned, muted, hidden = (request.POST.get(field) for field in ("pinned", "muted", "hidden"))
    side = Side(
        is_pinned=msgspec.UNSET if pinned is None else pinned == "yes",
        muted_until=msgspec.UNSET if muted is None else (clock.now() + MUTED_FOR if muted == "yes" else None),
        is_hidden=msgspec.UNSET if hidden is None else hidden == "yes",
    )
    actions.keep_side(conversation_id=conversation, user_id=user_of(request).pk, side=side)
    if hidden == "yes":
        return redirect("chat:list")
    return redirect("chat:details", conversation=conversation)


def _page(
    request: HttpRequest,
    *,
    view: str,
    conversation_id: UUID | None = None,
    refusal: DomainError | None = None,
    is_hidden: bool = False,
) -> HttpResponse:
    user, now = user_of(request), clock.now()
    my_id = str(user.public_id)
    open_id = str(conversation_id) if conversation_id else None
    # Which conversation first: an outsider is refused before anything else is read.
    opened = _opened(request, conversation_id, now) if conversation_id else None
    before = request.GET.get("sebelum") if view == "list" else None
    listed = reading.hidden_page(user.pk) if is_hidden else reading.list_page(user.pk, before=before)
    context: dict[str, Any] = {
        **_frame(view),
        "rows": showing.rows(listed.rows, my_id=my_id, now=now, open_id=open_id, hidden=is_hidden),
        "is_hidden_list": is_hidden,
        "hidden_count": 0 if is_hidden else sum(map(showing.is_hidden, listed.rows)),
        "more": listed.next,
        "asking": accounts.devices_asking(user.pk, now=now),
        "problem": refusal.body()["message"] if refusal else "",
        "boot": _boot(user, listed.rows, is_more=listed.next is not None, opened=opened),
    }
    if opened is not None:
        context["conversation"] = _shown(request, opened, now=now, has_failed=refusal is not None)
        context["row"] = showing.row(opened["summary"], my_id=my_id, now=now, open_id=open_id)
    return render(request, "chat/page.html", context, status=refusal.kind if refusal else 200)


def _frame(view: str) -> dict[str, Any]:
    return {
        "view": view,
        "reactions": REACTIONS,
        "words": {**words.WORDS, **cards.lines(), **face_kinds.words(), **lines.words()},
        "card_blanks": cards.blanks(),
        "card_styles": cards.styles(),
        "doings": doings.doings(),
        "blank_row": BLANK_ROW,
        "blank_conversation": BLANK_CONVERSATION,
    }


def _opened(request: HttpRequest, conversation_id: UUID, now: datetime) -> dict[str, Any]:
    user_id = user_of(request).pk
    before_seq = _seq(request.GET.get("sebelum", ""))
    return {
        "summary": reading.summary(conversation_id, user_id),
        "history": reading.history(conversation_id, user_id, before_seq=before_seq, limit=MESSAGES_PER_PAGE),
    }


def _boot(user: Any, summaries: Sequence[SummaryRow], *, is_more: bool, opened: dict[str, Any] | None) -> Any:
    return msgspec.to_builtins(
        {
            "me": accounts.person(user),
            "language": times.language(),
            "locale": times.locale(),
            "time_zone": user.time_zone,
            "zone_label": times.zone_label(user.time_zone),
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
            },
            "reactions": REACTIONS,
            "chat": {"summaries": list(summaries), "more": is_more, "open": opened},
        }
    )


def _shown(request: HttpRequest, opened: dict[str, Any], *, now: datetime, has_failed: bool) -> ShownConversation:
    summary, history = opened["summary"], opened["history"]
    user = user_of(request)
    my_id = str(user.public_id)
    other, face = showing.other_of(summary, my_id), showing.face_of(summary, my_id)
    looks = showing.looks_of(summary, my_id)
    is_newest_page = "sebelum" not in request.GET
    return ShownConversation(
        id=summary.id,
        name=looks["name"],
        handle=looks["handle"],
        address=face.address if face else None,
        face=looks,
        peer_id=other["id"] if other and other["id"] else None,
        doings_for=other["id"] if other and other["id"] and summary.face is None else None,
        status=showing.via_of(summary, my_id) if other else ", ".join(person["name"] for person in summary.people),
        entries=showing.timeline(history, summary=summary, my_id=my_id, now=now, is_newest_page=is_newest_page),
        earlier_seq=history.rows[0].seq if history.more else None,
        draft=request.POST.get("body", "") if has_failed else summary.mine.draft or _suggested(request),
        client_id=str(ids.new_id()),
        is_closed=summary.until_seq is not None
        or (other is not None and _is_refused(user.pk, other, has_face=face is not None)),
    )


def _suggested(request: HttpRequest) -> str:
    return request.GET.get("tulis", "")[:SUGGESTION_CHARS_MAX]


def _is_refused(user_id: int, other: PersonRow, *, has_face: bool) -> bool:
    if not other["id"]:
        return True
    refused = accounts.refused_business_pairs if has_face else accounts.refused_pairs
    return bool(refused({(user_id, accounts.user_by_public_id(UUID(other["id"])).pk)}))


def _seq(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(SEQ_MAX))
    return int(text) if is_number and 0 < int(text) <= SEQ_MAX else None
