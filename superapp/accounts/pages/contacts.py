"""Pages of contacts and invitations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from superapp.accounts import queries
from superapp.accounts.actions import contacts, invite_links
from superapp.accounts.adapters.page_auth import flash_next, get_current_user, named_person_required, take_flash
from superapp.accounts.contracts import ContactRow, InvitationRow
from superapp.accounts.models import Contact, InviteLink
from superapp.accounts.queries import serializers
from superapp.core import clock
from superapp.core.errors import DomainError, ErrorKind
from superapp.core.form_pages import post_only_redirecting_to

WRITTEN_CHARS_MAX = 60
# Errors of these kinds are shown beside the field; others as an error page.
FIELD_ERROR_KINDS = {ErrorKind.INVALID, ErrorKind.NOT_FOUND, ErrorKind.CONFLICT, ErrorKind.LIMITED}


@named_person_required
@require_http_methods(["GET", "HEAD", "POST"])
def contact_list(request: HttpRequest) -> HttpResponse:
    """Show the caller's contacts and invitations in both directions, with a form to invite by number or handle."""
    problem: DomainError | None = None
    typed = request.POST.get("who", "")[:WRITTEN_CHARS_MAX].strip()
    if request.method == "POST":
        try:
            flash_next(request, _request_contact(get_current_user(request).pk, typed))
            return redirect("accounts_pages:contacts")
        except DomainError as refusal:
            if refusal.kind not in FIELD_ERROR_KINDS:
                raise
            problem = refusal
    user_id, now = get_current_user(request).pk, clock.now()
    groups, numbers = _group_contacts(user_id), queries.list_open_invitations(user_id)
    link = invite_links.find_own_link(user_id=user_id, now=now)
    context = {
        **groups,
        "numbers": [
            _PendingInvitation(serializers.serialize_invitation(row), row.number, row.invited_at) for row in numbers
        ],
        "link": serializers.serialize_invite_link(link) if link else None,
        "link_until": link and link.expires_at,
        "invite_text": _invite_text(link) if link else "",
        "is_empty": not any(groups.values()) and not numbers,
        "who": typed,
        "note": take_flash(request),
        "problem": problem and problem.body()["message"],
    }
    return render(request, "accounts/contacts.html", context, status=problem.kind if problem else 200)


@post_only_redirecting_to("accounts_pages:contacts")
@named_person_required
def answer(request: HttpRequest, user: UUID) -> HttpResponse:
    """Accept or decline a contact request."""
    accepts = request.POST.get("accept") == "yes"
    row = contacts.answer_contact_request(
        user_id=get_current_user(request).pk, peer_public_id=user, accept=accepts, now=clock.now()
    )
    name = row["person"]["name"]
    flash_next(
        request,
        _("{name} is now in your contacts.").format(name=name)
        if accepts
        else _("You declined. {name} is not notified.").format(name=name),
    )
    return redirect("accounts_pages:contacts")


@post_only_redirecting_to("accounts_pages:contacts")
@named_person_required
def remove(request: HttpRequest, user: UUID) -> HttpResponse:
    """Remove a contact, or withdraw a contact request."""
    row = contacts.remove_contact(user_id=get_current_user(request).pk, peer_public_id=user, now=clock.now())
    flash_next(request, _("{name} is no longer in your contacts.").format(name=row["person"]["name"]))
    return redirect("accounts_pages:contacts")


@post_only_redirecting_to("accounts_pages:contacts")
@named_person_required
def block(request: HttpRequest, user: UUID) -> HttpResponse:
    """Block a person, or unblock them if the form says so."""
    blocks = request.POST.get("blocked") == "yes"
    change = contacts.block_person if blocks else contacts.unblock_person
    row = change(user_id=get_current_user(request).pk, peer_public_id=user, now=clock.now())
    name = row["person"]["name"]
    sentence = _("{name} can no longer message you.") if blocks else _("{name} is no longer blocked.")
    flash_next(request, sentence.format(name=name))
    return redirect("accounts_pages:contacts")


def _request_contact(user_id: int, who: str) -> str:
    """Send a contact request by phone number or handle, and return the message to show."""
    now = clock.now()
    if any(char.isdigit() for char in who) and not any(char.isalpha() for char in who):
        contacts.request_contact_by_phone(user_id=user_id, phone=who, now=now)
        # The same sentence whether or not the number has an account; nothing is sent to the number.
        return _(
            "Invitation saved. If this number is already on {brand}, they see it there; if not, send them a link."
        ).format(brand=settings.BRAND_NAME)
    row = contacts.request_contact_by_handle(user_id=user_id, handle=who, now=now)
    if row["state"] == Contact.State.ACCEPTED:
        return _("{name} is now in your contacts.").format(name=row["person"]["name"])
    return _("{name} was invited.").format(name=row["person"]["name"])


@dataclass(frozen=True, slots=True)
class _PendingInvitation:
    """An invitation by number as the page shows it; ``number`` addresses a text message to it."""

    row: InvitationRow
    number: str
    at: datetime


def _invite_text(link: InviteLink) -> str:
    return _("Hi! I use {brand} to chat. Add me with this link: {url}").format(
        brand=settings.BRAND_NAME, url=serializers.serialize_invite_link(link)["url"]
    )


def _group_contacts(user_id: int) -> dict[str, list[ContactRow]]:
    groups: dict[str, list[ContactRow]] = {"asking": [], "accepted": [], "invited": [], "blocked": []}
    for side in queries.visible_contacts(user_id).order_by("peer__name", "peer_id"):
        row = serializers.serialize_contact(side)
        if row["blocked"]:
            groups["blocked"].append(row)
        elif row["state"] == Contact.State.ASKS:
            groups["asking"].append(row)
        elif row["state"] == Contact.State.ACCEPTED:
            groups["accepted"].append(row)
        elif row["state"] == Contact.State.INVITED:
            groups["invited"].append(row)
    return groups
