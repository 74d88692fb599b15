"""Pages of groups: making one, its settings, its members, and who read a message."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from chat.actions import group_members, groups
from chat.actions.group_members import AddedPeople
from chat.actions.groups import GroupChanges
from chat.domain.enums import ConversationKind, MemberRole
from chat.errors import (
    AdminsOnly,
    GroupDescriptionTooLong,
    GroupFull,
    GroupTitleInvalid,
    NobodyPicked,
    NotAGroup,
    OwnerMustHandOver,
    OwnerOnly,
    RemovedByAdmin,
    TooManyPicked,
)
from chat.models import Conversation, Group, Member
from chat.pages.group_views import parse_people
from chat.pages.page_context import render_beside_list
from chat.queries.group_lists import fetch_readers_page
from chat.queries.groups import list_current_public_ids
from chat.queries.members import fetch_current_membership
from superapp.accounts import api as accounts
from superapp.accounts.api import flash_next, get_current_user, named_person_required
from superapp.core import clock, ids, images
from superapp.core.errors import DomainError, ErrorCollector, ErrorKind, RateLimited
from superapp.core.form_pages import (
    PICTURE_COST,
    errors_by_field,
    form_cost,
    make_field_lookup,
    post_only_redirecting_to,
)

_OF_PICKED = (GroupFull, NobodyPicked, RemovedByAdmin, TooManyPicked)
_FIELD_OF_ERROR = make_field_lookup(
    {GroupTitleInvalid: "title", GroupDescriptionTooLong: "description", **dict.fromkeys(_OF_PICKED, "users")}
)
_REFUSALS = (AdminsOnly, GroupDescriptionTooLong, GroupTitleInvalid, RateLimited, *_OF_PICKED)
_SETTINGS = ("only_admins_write", "only_admins_add", "only_admins_change")


@named_person_required
@never_cache
@require_safe
def new_chat(request: HttpRequest) -> HttpResponse:
    """Show with whom a conversation may be begun: contacts, oneself, and a new group."""
    user = get_current_user(request)
    context = {"contacts": accounts.list_contacts(user.pk), "me": accounts.serialize_person(user)}
    return render_beside_list(request, "chat/new_chat.html", context)


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_group(request: HttpRequest) -> HttpResponse:
    """Make a group of picked contacts. The form carries the group's key, so that submitting it again makes no other."""
    user = get_current_user(request)
    contacts = accounts.list_contacts(user.pk)
    problems: dict[str, object] = {}
    if request.method == "POST":
        try:
            conversation, people = groups.create_group_by_request(
                owner_id=user.pk,
                title=request.POST.get("title", ""),
                people=_parse_picked(request, has_contacts=bool(contacts)),
                idempotency_key=request.POST.get("key", "")[: Group.KEY_CHARS_MAX] or str(ids.new_id()),
                now=clock.now(),
            )
            _tell_of_invited(request, people)
            # A group without other members opens at its invite links.
            opened = "chat:conversation" if request.POST.getlist("users") else "chat:group_links"
            return redirect(opened, conversation=conversation.public_id)
        except _REFUSALS as refusal:
            problems = _problems(refusal)
    context = {
        "contacts": contacts,
        "picked": frozenset(request.POST.getlist("users")),
        "title": request.POST.get("title", "")[: Conversation.TITLE_CHARS_MAX],
        "title_chars_max": Conversation.TITLE_CHARS_MAX,
        "key": request.POST.get("key") or str(ids.new_id()),
        "problems": problems,
    }
    return render_beside_list(request, "chat/new_group.html", context, status=ErrorKind.INVALID if problems else 200)


def _parse_picked(request: HttpRequest, *, has_contacts: bool) -> list[UUID]:
    """Return whom the form of a new group picks; only a person without contacts may begin one alone."""
    problems = ErrorCollector()
    picked: list[UUID] = []
    with problems:
        groups.clean_title(request.POST.get("title", ""))
    with problems:
        picked = parse_people(request.POST.getlist("users"))
        if has_contacts and not picked:
            raise NobodyPicked
    problems.raise_first()
    return picked


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Change name, description and settings of a group."""
    member = _fetch_member(request, conversation)
    group = member.conversation.group
    typed = {"title": member.conversation.title, "description": group.description}
    problems: dict[str, object] = {}
    if request.method == "POST":
        typed = {field: request.POST.get(field, "") for field in typed}
        try:
            groups.change_group(
                conversation_id=conversation,
                by_user_id=member.user_id,
                changes=_changes(request, member),
                now=clock.now(),
            )
            return redirect("chat:details", conversation=conversation)
        except _REFUSALS as refusal:
            problems = _problems(refusal)
    context = {
        "conversation_id": conversation,
        "typed": typed,
        "title_chars_max": Conversation.TITLE_CHARS_MAX,
        "description_chars_max": Group.DESCRIPTION_CHARS_MAX,
        "is_admin": member.is_active_admin,
        "only_admins_write": member.conversation.is_admins_only,
        "only_admins_add": group.is_adding_admins_only,
        "only_admins_change": group.is_changing_admins_only,
        "problems": problems,
    }
    return render_beside_list(
        request,
        "chat/group_change.html",
        context,
        conversation_id=conversation,
        status=ErrorKind.INVALID if problems else 200,
    )


def _changes(request: HttpRequest, member: Member) -> GroupChanges:
    """Return what the form changes; only an admin's has the settings."""
    settings: dict[str, bool | None] = dict.fromkeys(_SETTINGS)
    if member.is_active_admin:
        settings = {name: name in request.POST for name in _SETTINGS}
    return GroupChanges(
        title=request.POST.get("title", ""),
        description=request.POST.get("description", ""),
        is_admins_only=settings["only_admins_write"],
        is_adding_admins_only=settings["only_admins_add"],
        is_changing_admins_only=settings["only_admins_change"],
    )


@post_only_redirecting_to("chat:details")
@named_person_required
@form_cost(PICTURE_COST)
def picture(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Set or remove the picture of a group."""
    named: dict[str, Any] = {
        "conversation_id": conversation,
        "by_user_id": get_current_user(request).pk,
        "now": clock.now(),
    }
    upload = request.FILES.get("picture")
    try:
        if request.POST.get("remove"):
            groups.set_picture(picture=None, **named)
        elif upload is not None:
            stored = groups.store_picture(upload=upload.read(images.UPLOAD_BYTES_MAX + 1), **named)
            groups.set_picture(picture=stored, **named)
    except DomainError as refusal:
        if refusal.kind == ErrorKind.NOT_FOUND:
            raise
        flash_next(request, str(refusal.body()["message"]))
    return redirect("chat:details", conversation=conversation)


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Add contacts to a group."""
    member = _fetch_member(request, conversation)
    problems: dict[str, object] = {}
    if request.method == "POST":
        try:
            people = group_members.add_people(
                conversation_id=conversation,
                by_user_id=member.user_id,
                people=parse_people(request.POST.getlist("users")),
                now=clock.now(),
            )
            _tell_of_invited(request, people)
            return redirect("chat:details", conversation=conversation)
        except _REFUSALS as refusal:
            problems = _problems(refusal)
    contacts = accounts.list_contacts(member.user_id)
    present = list_current_public_ids(member.conversation, [UUID(one["id"]) for one in contacts])
    context = {
        "conversation_id": conversation,
        "contacts": [one for one in contacts if UUID(one["id"]) not in present],
        "has_contacts": bool(contacts),
        "picked": frozenset(request.POST.getlist("users")),
        "is_admin": member.is_active_admin,
        "problems": problems,
    }
    return render_beside_list(
        request,
        "chat/group_add.html",
        context,
        conversation_id=conversation,
        status=ErrorKind.INVALID if problems else 200,
    )


@post_only_redirecting_to("chat:details")
@named_person_required
def leave(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Leave a group, and show what of it stays."""
    group_members.leave_group(conversation_id=conversation, user_id=get_current_user(request).pk, now=clock.now())
    return redirect("chat:conversation", conversation=conversation)


@named_person_required
@require_http_methods(["GET", "HEAD", "POST"])
def act_on_member(request: HttpRequest, conversation: UUID, user: UUID) -> HttpResponse:
    """Do to a member what the form's button ``do`` says: a role, the right to write, or removing."""
    if request.method == "POST":
        named: dict[str, Any] = {
            "conversation_id": conversation,
            "by_user_id": get_current_user(request).pk,
            "user": user,
            "now": clock.now(),
        }
        try:
            _act(request.POST.get("do", ""), named)
        except (AdminsOnly, OwnerOnly, OwnerMustHandOver) as refusal:
            flash_next(request, str(refusal.body()["message"]))
    return redirect("chat:details", conversation=conversation)


def _act(deed: str, named: dict[str, Any]) -> None:
    roles = {"make_admin": MemberRole.ADMIN, "dismiss_admin": MemberRole.MEMBER, "hand_over": MemberRole.OWNER}
    if deed in roles:
        group_members.set_role(role=roles[deed], **named)
    elif deed in ("mute", "unmute"):
        group_members.set_silenced(is_silenced=deed == "mute", **named)
    elif deed == "remove":
        group_members.remove_member(**named)


@named_person_required
@never_cache
@require_safe
def readers(request: HttpRequest, conversation: UUID, seq: int) -> HttpResponse:
    """Show who read the person's own message, and who received it."""
    user = get_current_user(request)
    page = fetch_readers_page(conversation, user.pk, seq=seq, after=request.GET.get("sesudah"))
    people = {person["id"]: person for person in page.people}
    shown = {state: [people[row.user] for row in page.rows if row.state == state] for state in _STATES}
    context = {
        "conversation_id": conversation,
        "page": page,
        "delivered_only": page.delivered - page.read,
        "rest": page.total - page.delivered,
        **shown,
    }
    return render_beside_list(request, "chat/readers.html", context, conversation_id=conversation)


_STATES = ("read", "delivered", "sent")


def _fetch_member(request: HttpRequest, conversation: UUID) -> Member:
    member = fetch_current_membership(conversation, get_current_user(request).pk)
    if member.conversation.kind != ConversationKind.GROUP:
        raise NotAGroup
    return member


def _problems(refusal: DomainError) -> dict[str, object]:
    return errors_by_field(refusal.all(), fields=("title", "description", "users"), field_of=_FIELD_OF_ERROR)


def _tell_of_invited(request: HttpRequest, people: AddedPeople) -> None:
    count = len(people.invited)
    if count:
        sentence = ngettext(
            "{count} person was invited and can join by themselves.",
            "{count} people were invited and can join by themselves.",
            count,
        )
        flash_next(request, sentence.format(count=count))
