"""The first page of the console: all desks of a member, with what waits there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from superapp.accounts import api as accounts
from superapp.console.contracts import role_words
from superapp.console.domain.desks import list_desks
from superapp.console.sessions import console_page, get_member


@console_page
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the desks."""
    member = get_member(request)
    desks = [(desk, desk.badge() if desk.badge else 0) for desk in list_desks(member.roles)]
    return render(
        request,
        "console/index.html",
        {"desks": desks, "member": member, "roles": role_words(member.roles), "note": accounts.take_flash(request)},
    )
