"""Pages of the ways into a group: invitations, links with their QR codes, and requests to be let in."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from chat.actions import group_invitations, group_links
from chat.contracts import GroupInvitationRow, GroupLinkRow
from chat.errors import GroupFull, GroupLinkNotFound, InvitationNotFound, JoinRequestNotFound, LinksUsedUp
from chat.pages.identities import media_url
from chat.pages.page_context import render_beside_list
from chat.queries.group_lists import list_invitation_rows, list_link_rows, list_request_rows
from chat.queries.groups import has_asked
from chat.queries.members import fetch_current_membership, is_current_member
from chat.queries.row_builders import preview_row
from superapp.accounts.api import PersonRow, User, flash_next, get_current_user, named_person_required, take_flash
from superapp.core import clock
from superapp.core.errors import DomainError
from superapp.core.form_pages import post_only_redirecting_to
from superapp.core.media import not_found
from superapp.media import api as media

# For how many days a link lasts, and how many people it lets in; 0 is no bound.
DAYS = (1, 7, 30, 0)
USES = (1, 10, 50, 0)


@named_person_required
@never_cache
@require_safe
def invitations(request: HttpRequest) -> HttpResponse:
    """Show the groups that the person is invited to."""
    rows = list_invitation_rows(get_current_user(request).pk)
    context = {"invitations": [(row, _face_of(row)) for row in rows], "note": take_flash(request)}
    return render_beside_list(request, "chat/invitations.html", context)


def _face_of(row: GroupInvitationRow) -> PersonRow:
    avatar = media_url(row.picture) if row.picture else None
    return {"id": row.conversation, "name": row.title, "handle": None, "avatar": avatar}


@post_only_redirecting_to("chat:invitations")
@named_person_required
def answer_invitation(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Accept or decline an invitation."""
    accepts = request.POST.get("accept") == "yes"
    try:
        group_invitations.answer_invitation(
            conversation_id=conversation, user_id=get_current_user(request).pk, accepts=accepts, now=clock.now()
        )
    except (InvitationNotFound, GroupFull) as refusal:
        flash_next(request, _message_of(refusal))
        return redirect("chat:invitations")
    if accepts:
        return redirect("chat:conversation", conversation=conversation)
    flash_next(request, _("You declined. The group is not notified."))
    return redirect("chat:invitations")


@named_person_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def manage_links(request: HttpRequest, conversation: UUID) -> HttpResponse:
    """Show the links of a group and who asks to be let in; on POST make a link."""
    user_id, now = get_current_user(request).pk, clock.now()
    if request.method == "POST":
        days, uses = _choice(request, "days", DAYS), _choice(request, "uses", USES)
        try:
            group_links.make_link(
                conversation_id=conversation,
                by_user_id=user_id,
                lasts_for=timedelta(days=days) if days else None,
                uses_max=uses or None,
                needs_approval=request.POST.get("approval") == "yes",
                now=now,
            )
        except LinksUsedUp as refusal:
            flash_next(request, _message_of(refusal))
        return redirect("chat:group_links", conversation=conversation)
    rows = list_link_rows(conversation, user_id, now=now)
    title = fetch_current_membership(conversation, user_id).conversation.title
    context = {
        "conversation_id": conversation,
        "links": [(row, _invite_text(row, title)) for row in rows],
        "requests": list_request_rows(conversation, user_id),
        "days": DAYS,
        "uses": USES,
        "note": take_flash(request),
    }
    return render_beside_list(request, "chat/group_links.html", context, conversation_id=conversation)


def _choice(request: HttpRequest, name: str, offered: tuple[int, ...]) -> int:
    """Return the offered number that the form has, or the first bounded one."""
    written = request.POST.get(name, "")
    return next((one for one in offered if str(one) == written), offered[1])


def _invite_text(row: GroupLinkRow, title: str) -> str:
    return _("Join the group “{title}”: {url}").format(title=title, url=row.url)


@named_person_required
@require_http_methods(["GET", "HEAD", "POST"])
def revoke_link(request: HttpRequest, conversation: UUID, link: UUID) -> HttpResponse:
    """Switch a link off."""
    if request.method == "POST":
        group_links.revoke_link(
            conversation_id=conversation, by_user_id=get_current_user(request).pk, link=link, now=clock.now()
        )
        flash_next(request, _("The link is off. It no longer works."))
    return redirect("chat:group_links", conversation=conversation)


@named_person_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer_request(request: HttpRequest, conversation: UUID, user: UUID) -> HttpResponse:
    """Let a person in who asked, or decline."""
    if request.method == "POST":
        try:
            group_links.answer_request(
                conversation_id=conversation,
                by_user_id=get_current_user(request).pk,
                user=user,
                accepts=request.POST.get("accept") == "yes",
                now=clock.now(),
            )
        except (GroupFull, JoinRequestNotFound) as refusal:
            flash_next(request, _message_of(refusal))
    return redirect("chat:group_links", conversation=conversation)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show the group that a link leads to; on POST join it, or ask to be let in."""
    user = request.user if isinstance(request.user, User) and request.user.is_authenticated else None
    try:
        if request.method == "POST":
            return _join(request, token)
        link = group_links.open_link(token=token, user_id=user.pk if user else None, now=clock.now())
    except (GroupLinkNotFound, GroupFull) as gone:
        refusal = {"title": _("You cannot join with this link"), "problem": _message_of(gone)}
        return render(request, "web/invite_gone.html", refusal, status=gone.kind)
    group = preview_row(link)
    context = {
        "group": group,
        "face": {"id": str(link.conversation.public_id), "name": group.title, "avatar": group.picture},
        "is_known": user is not None,
        "conversation_id": link.conversation.public_id,
        "is_member": user is not None and is_current_member(link.conversation, user.pk),
        "has_asked": user is not None and has_asked(link.conversation, user.pk),
        "log_in": f"{reverse('accounts_pages:login')}?{urlencode({'next': request.path})}",
    }
    return render(request, "chat/group_invite.html", context)


@require_safe
def invite_picture(request: HttpRequest, token: str) -> HttpResponseBase:
    """Serve the picture of the group that a link leads to, to whoever may see the link's page."""
    user = request.user if isinstance(request.user, User) and request.user.is_authenticated else None
    try:
        link = group_links.view_link(token=token, user_id=user.pk if user else None, now=clock.now())
    except GroupLinkNotFound:
        return not_found()
    picture = link.conversation.group.picture
    name = media.find_avatar_name(picture) if picture is not None else None
    if name is None:
        return not_found()
    size = media.SIZES[media.MediaKind.AVATAR][-1]
    # Not longer than a while: the address stays the same when the picture changes, or the link ends.
    return media.respond_with_picture(
        request, kind=media.MediaKind.AVATAR, sha256=name, size=size, cache_control="private, max-age=60"
    )


@named_person_required
def _join(request: HttpRequest, token: str) -> HttpResponse:
    joining = group_links.join_by_link(token=token, user_id=get_current_user(request).pk, now=clock.now())
    if joining.is_member:
        return redirect("chat:conversation", conversation=joining.conversation.public_id)
    return render(request, "chat/group_asked.html", {"title": joining.conversation.title})


def _message_of(refusal: DomainError) -> str:
    return str(refusal.body()["message"])
