"""Whom somebody knows: asking, answering, leaving, blocking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from superapp.accounts import queries, rows
from superapp.accounts.actions import contacts, invites
from superapp.accounts.models import Contact, InviteLink
from superapp.accounts.rows import ContactRow, InvitationRow
from superapp.accounts.visitor import for_people, tell_next, told, user_of
from superapp.core import clock
from superapp.core.errors import DomainError, Kind
from superapp.core.form_pages import form_stands_at

WRITTEN_CHARS_MAX = 60
# A refusal of these kinds belongs beside the field; anything else is a page of its own.
BESIDE_THE_FIELD = {Kind.INVALID, Kind.NOT_FOUND, Kind.CONFLICT, Kind.LIMITED}


@for_people
@require_http_methods(["GET", "HEAD", "POST"])
def contact_list(request: HttpRequest) -> HttpResponse:
    """Everybody I know, who asks, whom I asked; and asking somebody new by number or handle."""
    problem: DomainError | None = None
    typed = request.POST.get("who", "")[:WRITTEN_CHARS_MAX].strip()
    if request.method == "POST":
        try:
            tell_next(request, _ask(user_of(request).pk, typed))
            return redirect("accounts_pages:contacts")
        except DomainError as refusal:
            if refusal.kind not in BESIDE_THE_FIELD:
                raise
            problem = refusal
    user_id, now = user_of(request).pk, clock.now()
    groups, numbers = _groups(user_id), queries.open_invitations(user_id)
    link = invites.own_link(user_id=user_id, now=now)
    context = {
        **groups,
        "numbers": [_Number(rows.invitation(row), row.number, row.invited_at) for row in numbers],
        "link": rows.invite_link(link) if link else None,
        "link_until": link and link.expires_at,
        "invite_text": _invite_text(link) if link else "",
        "is_empty": not any(groups.values()) and not numbers,
        "who": typed,
        "note": told(request),
        "problem": problem and problem.body()["message"],
    }
    return render(request, "accounts/contacts.html", context, status=problem.kind if problem else 200)


@form_stands_at("accounts_pages:contacts")
@for_people
def answer(request: HttpRequest, user: UUID) -> HttpResponse:
    """Say yes or no to somebody who asks."""
    accepts = request.POST.get("accept") == "yes"
    row = contacts.answer_contact(user_id=user_of(request).pk, peer_public_id=user, accept=accepts, now=clock.now())
    name = row["person"]["name"]
    tell_next(
        request,
        _("{name} is now in your contacts.").format(name=name)
        if accepts
        else _("You declined. {name} is not notified.").format(name=name),
    )
    return redirect("accounts_pages:contacts")


@form_stands_at("accounts_pages:contacts")
@for_people
def remove(request: HttpRequest, user: UUID) -> HttpResponse:
    """Know somebody no longer, or take an invitation back."""
    row = contacts.remove_contact(user_id=user_of(request).pk, peer_public_id=user, now=clock.now())
    tell_next(request, _("{name} is no longer in your contacts.").format(name=row["person"]["name"]))
    return redirect("accounts_pages:contacts")


@form_stands_at("accounts_pages:contacts")
@for_people
def block(request: HttpRequest, user: UUID) -> HttpResponse:
    """Block somebody, or unblock them."""
    blocks = request.POST.get("blocked") == "yes"
    change = contacts.block_person if blocks else contacts.unblock_person
    row = change(user_id=user_of(request).pk, peer_public_id=user, now=clock.now())
    name = row["person"]["name"]
    sentence = _("{name} can no longer message you.") if blocks else _("{name} is no longer blocked.")
    tell_next(request, sentence.format(name=name))
    return redirect("accounts_pages:contacts")


def _ask(user_id: int, who: str) -> str:
    """Ask by whatever was written, and return what to say about it."""
    now = clock.now()
    if any(char.isdigit() for char in who) and not any(char.isalpha() for char in who):
        contacts.ask_by_phone(user_id=user_id, phone=who, now=now)
        # Nothing was sent to the number, and the sentence is the same whether anybody has it or not.
        return _(
            "Invitation saved. If this number is already on {brand}, they see it there; if not, send them a link."
        ).format(brand=settings.BRAND_NAME)
    row = contacts.ask_by_handle(user_id=user_id, handle=who, now=now)
    if row["state"] == Contact.State.ACCEPTED:
        return _("{name} is now in your contacts.").format(name=row["person"]["name"])
    return _("{name} was invited.").format(name=row["person"]["name"])


@dataclass(frozen=True, slots=True)
class _Number:
    """An invitation by number as the page shows it; ``number`` is for the text message to it."""

    row: InvitationRow
    number: str
    at: datetime


def _invite_text(link: InviteLink) -> str:
    return _("Hi! I use {brand} to chat. Add me with this link: {url}").format(
        brand=settings.BRAND_NAME, url=rows.invite_link(link)["url"]
    )


def _groups(user_id: int) -> dict[str, list[ContactRow]]:
    groups: dict[str, list[ContactRow]] = {"asking": [], "accepted": [], "invited": [], "blocked": []}
    for side in queries.visible_sides(user_id).order_by("peer__name", "peer_id"):
        row = rows.contact(side)
        if row["blocked"]:
            groups["blocked"].append(row)
        elif row["state"] == Contact.State.ASKS:
            groups["asking"].append(row)
        elif row["state"] == Contact.State.ACCEPTED:
            groups["accepted"].append(row)
        elif row["state"] == Contact.State.INVITED:
            groups["invited"].append(row)
    return groups
