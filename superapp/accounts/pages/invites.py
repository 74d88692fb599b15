"""Pages to create and revoke invite links, and to open one."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from superapp.accounts.actions import contacts, invite_links
from superapp.accounts.adapters.page_auth import flash_next, get_current_user, named_person_required
from superapp.accounts.errors import ContactBlocked, InvitationNotFound, InviteLinkNotFound
from superapp.accounts.models import User
from superapp.accounts.queries import serializers
from superapp.core import clock
from superapp.core.errors import DomainError, RateLimited
from superapp.core.form_pages import post_only_redirecting_to


@post_only_redirecting_to("accounts_pages:contacts", fragment="link")
@named_person_required
def make_link(request: HttpRequest) -> HttpResponse:
    """Create an invite link."""
    try:
        invite_links.get_or_create_link(user_id=get_current_user(request).pk, now=clock.now())
    except RateLimited as refusal:
        flash_next(request, _message_of(refusal))
    return redirect(f"{reverse('accounts_pages:contacts')}#link")


@post_only_redirecting_to("accounts_pages:contacts")
@named_person_required
def revoke_link(request: HttpRequest, link: UUID) -> HttpResponse:
    """Revoke an invite link."""
    invite_links.revoke_link(user_id=get_current_user(request).pk, link=link, now=clock.now())
    flash_next(request, _("The link is off. It no longer works."))
    return redirect("accounts_pages:contacts")


@post_only_redirecting_to("accounts_pages:contacts")
@named_person_required
def cancel_invitation(request: HttpRequest, invitation: UUID) -> HttpResponse:
    """Cancel an invitation to a phone number."""
    try:
        contacts.cancel_invitation(user_id=get_current_user(request).pk, invitation=invitation, now=clock.now())
        flash_next(request, _("The invitation was cancelled."))
    except InvitationNotFound as gone:
        flash_next(request, _message_of(gone))
    return redirect("accounts_pages:contacts")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show the owner of an invite link; on POST become their contact."""
    user = request.user if isinstance(request.user, User) and request.user.is_authenticated else None
    try:
        if request.method != "POST":
            return _show_invite(request, token, user)
        return _accept_invite(request, token)
    except InviteLinkNotFound as gone:
        context = {"title": _("This link no longer works"), "problem": gone.body()["message"]}
        return render(request, "web/invite_gone.html", context, status=gone.kind)


def _show_invite(request: HttpRequest, token: str, user: User | None) -> HttpResponse:
    owner = invite_links.get_inviter(token=token, user_id=user.pk if user else None, now=clock.now())
    if user is not None and owner.pk == user.pk:
        flash_next(request, _("That is your own invite link. Send it to someone else."))
        return redirect("accounts_pages:contacts")
    log_in = f"{reverse('accounts_pages:login')}?{urlencode({'next': request.path})}"
    person = serializers.serialize_person(owner)
    if user is None:
        # A visitor who is not logged in sees only the name.
        person = {**person, "handle": None, "avatar": None}
    return render(request, "accounts/invite.html", {"owner": person, "is_known": user is not None, "log_in": log_in})


@named_person_required
def _accept_invite(request: HttpRequest, token: str) -> HttpResponse:
    try:
        row = invite_links.accept_invite(user_id=get_current_user(request).pk, token=token, now=clock.now())
        flash_next(request, _("{name} is now in your contacts.").format(name=row["person"]["name"]))
    except ContactBlocked as refusal:
        flash_next(request, _message_of(refusal))
    return redirect("accounts_pages:contacts")


def _message_of(refusal: DomainError) -> str:
    return str(refusal.body()["message"])
