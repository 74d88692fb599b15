"""Pages of chat: the list, a conversation, its details, and their forms for browsers without JavaScript."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chat.actions.conversations import open_direct_conversation_by_public_id
from chat.actions.messages import compose_message, post_message
from chat.actions.preferences import move_pinned, update_preferences
from chat.contracts import GroupRow, SummaryRow
from chat.domain import group_rules
from chat.pages import identities, js_messages, presenters
from chat.pages.group_views import GroupMembersView, build_members, list_member_names
from chat.pages.muting import describe_mute
from chat.pages.page_context import list_context, page_context
from chat.pages.photos import list_recent_photos
from chat.pages.preference_switches import SWITCHES, Switch
from chat.pages.seq_parameter import parse_seq
from chat.queries.history import fetch_history
from chat.queries.members import fetch_current_membership
from chat.queries.pins import list_pinned
from chat.queries.summaries import fetch_summary
from superapp.accounts import api as accounts
from superapp.accounts.api import PersonRow, get_current_user, named_person_required, take_flash
from superapp.core import clock, ids, images
from superapp.core.errors import DomainError, ErrorKind
from superapp.core.form_pages import post_only_redirecting_to
from superapp.web import time_formats

MESSAGES_PER_PAGE = 50
# Two rows of them in the pane of a desk.
RECENT_PHOTOS_MAX = 6
SUGGESTION_CHARS_MAX = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationView:
    """An open conversation, for its templates."""

    id: str
    name: str
    handle: str | None
    address: str | None
    face: PersonRow
    peer_id: str | None
    # The person for whom the header's links are; None with a shop's face, where orders are paid at checkout.
    actions_for_id: str | None
    status: str
    entries: Sequence[presenters.TimelineItem]
    # What stands above the first message that the person may see.
    beginning: Promise | str
    earlier_seq: int | None
    draft: str
    client_id: str
    # Why no message may be sent; empty if one may.
    closed_because: str
    group: GroupRow | None
    # How many people ask to join it; 0 for whoever may not let them in.
    requests: int


@named_person_required
@never_cache
@require_safe
def conversation_list(request: HttpRequest) -> HttpResponse:
    """Show the person's conversations."""
    return _page(request, view="list")


@named_person_required
@never_cache
@require_safe
def hidden_list(request: HttpRequest) -> HttpResponse:
    """Show the conversations that the person hid."""
    return _page(request, view="list", place="hidden")


@named_person_required
@never_cache
@require_safe
def archived_list(request: HttpRequest) -> HttpResponse:
    """Show the conversations that the person archived."""
    return _page(request, view="list", place="archived")


@named_person_required
@never_cache
@require_safe
def conversation(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """
    Show a conversation with its newest messages, or with the messages before ``?sebelum``.

    ``?tulis`` suggests a text for the composer if there is no draft; it is not stored.
    """
    return _page(request, view="conversation", conversation_id=conversation)


@named_person_required
@never_cache
@require_safe
def details(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Show members and preferences of a conversation; a wide screen shows them beside the messages."""
    return _page(request, view="details", conversation_id=conversation)


@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    """Render the page without data, for the service worker's cache; JavaScript fills it offline."""
    return render(
        request,
        "chat/page.html",
        {**page_context("list"), "rows": (), "more": None, "boot": {}, "place": "main", "is_shell": True},
    )


@post_only_redirecting_to("chat:list")
@named_person_required
def open_direct(request: HttpRequest) -> HttpResponse:
    """Redirect to the conversation with a contact."""
    peer = ids.parse_id(request.POST.get("user", ""))
    if peer is None:
        return redirect("accounts_pages:contacts")
    found = open_direct_conversation_by_public_id(get_current_user(request).pk, peer, now=clock.now())
    return redirect("chat:conversation", conversation=found.public_id)


@post_only_redirecting_to("chat:conversation")
@named_person_required
def send(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Post the form's message. The form carries the message's id, so that submitting it again posts nothing."""
    user = get_current_user(request)
    reply_to = parse_seq(request.POST.get("reply_to", ""))
    try:
        entry = compose_message(
            conversation_id=conversation,
            sender_id=user.pk,
            sender_public_id=user.public_id,
            client_id=request.POST.get("client_id", ""),
            # Forms send line ends as CR LF.
            body=request.POST.get("body", "").replace("\r\n", "\n"),
            reply_to=reply_to,
        )
        post_message(entry, now=clock.now())
    except DomainError as refusal:
        if refusal.kind not in (ErrorKind.INVALID, ErrorKind.FORBIDDEN):
            raise
        return _page(request, view="conversation", conversation_id=conversation, refusal=refusal)
    return redirect("chat:conversation", conversation=conversation)


@post_only_redirecting_to("chat:details")
@named_person_required
def change_preferences(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """
    Pin, mute, archive or hide a conversation, or mark it as unread, by ``yes`` or ``no`` under the switch's name.

    ``pin_move``, ``up`` or ``down``, moves a pinned one instead.
    """
    now = clock.now()
    changes: dict[str, Any] = {}
    for switch in SWITCHES:
        if switch.name in request.POST:
            changes |= switch.changes(request.POST[switch.name] == "yes", now)
    user_id = get_current_user(request).pk
    update_preferences(conversation_id=conversation, user_id=user_id, **changes)
    _move_pinned(request, conversation, user_id)
    # Back at the details of a wide screen, the messages beside them would be read at once, which ends the mark.
    if "yes" in (request.POST.get("hidden"), request.POST.get("archived"), request.POST.get("marked_unread")):
        return redirect("chat:list")
    return redirect("chat:details", conversation=conversation)


def _move_pinned(request: HttpRequest, conversation: UUID, user_id: int) -> None:
    """Move a pinned conversation past its neighbour, as the form's ``pin_move`` says: ``up`` or ``down``."""
    step = {"up": -1, "down": 1}.get(request.POST.get("pin_move", ""))
    pinned = list_pinned(user_id) if step else []
    if not step or conversation not in pinned:
        return
    place = pinned.index(conversation) + step
    if 0 <= place < len(pinned):
        move_pinned(conversation_id=conversation, user_id=user_id, beside=pinned[place], is_below=step > 0)


def _page(
    request: HttpRequest,
    *,
    view: str,
    conversation_id: UUID | None = None,
    refusal: DomainError | None = None,
    place: presenters.ListPlace = "main",
) -> HttpResponse:
    user, now = get_current_user(request), clock.now()
    my_id = str(user.public_id)
    open_id = str(conversation_id) if conversation_id else None
    # The open conversation first: an outsider is refused before anything else is read.
    opened = _load_conversation(request, conversation_id, now) if conversation_id else None
    before = request.GET.get("sebelum") if view == "list" else None
    context: dict[str, Any] = {
        **page_context(view),
        **list_context(user, now=now, open_id=open_id, opened=opened, place=place, before=before),
        "problem": refusal.body()["message"] if refusal else "",
    }
    if opened is not None:
        context["conversation"] = _build_view(request, opened, now=now, has_failed=refusal is not None)
        if view == "details" and opened["summary"].group is not None:
            context["group_members"] = _load_members(request, UUID(opened["summary"].id))
            context["note"] = take_flash(request)
            context["picture_bytes_max"] = images.UPLOAD_BYTES_MAX
        if view == "details":
            context["recent_photos"] = list_recent_photos(
                UUID(opened["summary"].id), user, limit=RECENT_PHOTOS_MAX, now=now
            )
        context["row"] = presenters.build_row(opened["summary"], my_id=my_id, now=now, open_id=open_id)
        if view == "details" and opened["summary"].mine.is_pinned:
            pinned = list_pinned(user.pk)
            context["pin_moves"] = {
                "up": conversation_id in pinned[1:],
                "down": conversation_id in pinned[:-1],
            }
        context["muted_note"] = describe_mute(opened["summary"], now, zone=time_formats.zone_label(user.time_zone))
        context["offered"] = _offered_switches(opened["summary"], now)
    return render(request, "chat/page.html", context, status=refusal.kind if refusal else 200)


def _offered_switches(summary: SummaryRow, now: datetime) -> list[Switch]:
    """Return the preferences to offer; what was left is in no list that they could change."""
    return [] if summary.until_seq is not None else [one for one in SWITCHES if one.is_offered(summary, now)]


def _load_members(request: HttpRequest, conversation_id: UUID) -> GroupMembersView:
    member = fetch_current_membership(conversation_id, get_current_user(request).pk)
    search, after = request.GET.get("cari", "")[:SUGGESTION_CHARS_MAX], request.GET.get("sesudah")
    return build_members(member, search=search, after=after)


def _load_conversation(request: HttpRequest, conversation_id: UUID, now: datetime) -> dict[str, Any]:
    user_id = get_current_user(request).pk
    before_seq = parse_seq(request.GET.get("sebelum", ""))
    return {
        "summary": fetch_summary(conversation_id, user_id),
        "history": fetch_history(conversation_id, user_id, before_seq=before_seq, limit=MESSAGES_PER_PAGE),
    }


def _build_view(request: HttpRequest, opened: dict[str, Any], *, now: datetime, has_failed: bool) -> ConversationView:
    summary, history = opened["summary"], opened["history"]
    user = get_current_user(request)
    my_id = str(user.public_id)
    other, face = identities.find_peer(summary, my_id), identities.find_peer_face(summary, my_id)
    identity = identities.display_identity(summary, my_id)
    is_newest_page = "sebelum" not in request.GET
    return ConversationView(
        id=summary.id,
        name=identity["name"],
        handle=identity["handle"],
        address=face.address if face else None,
        face=identity,
        peer_id=other["id"] if other and other["id"] else None,
        actions_for_id=other["id"] if other and other["id"] and summary.face is None else None,
        status=identities.face_label(summary, my_id) if other else list_member_names(summary, my_id),
        entries=presenters.build_timeline(
            history, summary=summary, my_id=my_id, now=now, is_newest_page=is_newest_page
        ),
        beginning=js_messages.MESSAGES[_beginning_word(summary)],
        earlier_seq=history.rows[0].seq if history.more else None,
        draft=request.POST.get("body", "") if has_failed else summary.mine.draft or _suggested_draft(request),
        client_id=str(ids.new_id()),
        closed_because=_closed_because(summary, user, other, has_face=face is not None),
        group=summary.group,
        requests=summary.requests or 0,
    )


def _beginning_word(summary: SummaryRow) -> str:
    if summary.kind == "self":
        return "beginning_self"
    return "beginning_joined" if summary.from_seq > 1 else "beginning"


def _closed_because(summary: SummaryRow, user: Any, other: PersonRow | None, *, has_face: bool) -> str:
    key = ""
    if summary.until_seq is not None:
        key = "closed_left" if summary.kind == "group" else "closed"
    elif other is not None and _is_messaging_refused(user.pk, other, has_face=has_face):
        key = "closed"
    elif summary.group is not None:
        own = next(member for member in summary.members if member.user == str(user.public_id))
        if own.silenced:
            key = "closed_silenced"
        elif summary.group.only_admins_write and not group_rules.is_admin(own.role):
            key = "closed_admins"
    return str(js_messages.MESSAGES[key]) if key else ""


def _suggested_draft(request: HttpRequest) -> str:
    return request.GET.get("tulis", "")[:SUGGESTION_CHARS_MAX]


def _is_messaging_refused(user_id: int, other: PersonRow, *, has_face: bool) -> bool:
    if not other["id"]:
        return True
    refused = accounts.find_forbidden_business_pairs if has_face else accounts.find_forbidden_pairs
    return bool(refused({(user_id, accounts.get_user_by_public_id(UUID(other["id"])).pk)}))
