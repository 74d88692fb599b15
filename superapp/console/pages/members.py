"""The desk of members: who has which role, and proposals to change that."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from superapp.accounts import api as accounts
from superapp.console import queries
from superapp.console.actions.proposals import propose
from superapp.console.actions.role_changes import ROLES
from superapp.console.contracts import role_words
from superapp.console.domain.roles import Role
from superapp.console.errors import MemberNotFound
from superapp.console.models import ConsoleMember
from superapp.console.sessions import desk_page, get_member
from superapp.core import clock, ids
from superapp.core.errors import DomainError


@desk_page("console.members")
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: HttpRequest) -> HttpResponse:
    """Show all members; take a proposal to change somebody's roles."""
    problem, status = "", 200
    if request.method == "POST":
        try:
            _propose_roles(request)
        except DomainError as refusal:
            problem, status = str(refusal.body()["message"]), int(refusal.kind)
        else:
            accounts.flash_next(request, _("Proposed. Another administrator has to approve it."))
            return redirect("console:proposals")
    context = {
        "members": [(row, role_words(row.roles)) for row in queries.list_members()],
        "roles": Role.choices,
        "can_propose": get_member(request).has_role(Role.ADMIN),
        "problem": problem,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "console/members.html", context, status=status)


def _propose_roles(request: HttpRequest) -> None:
    propose(
        kind=ROLES,
        payload={
            "user": _get_chosen(request.POST.get("member", "")).user_id,
            "roles": " ".join(request.POST.getlist("roles")),
        },
        reason=request.POST.get("reason", ""),
        maker=get_member(request),
        now=clock.now(),
    )


def _get_chosen(text: str) -> ConsoleMember:
    """Return the member whose person has this public id."""
    public_id = ids.parse_id(text)
    if public_id is None:
        raise MemberNotFound
    return queries.get_member_of_user(accounts.get_user_by_public_id(public_id).pk)
