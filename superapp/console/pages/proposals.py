"""The desk of proposals: open ones with all values in words, and what became of others."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from superapp.accounts import api as accounts
from superapp.console import queries
from superapp.console.actions import proposals as actions
from superapp.console.contracts import Member
from superapp.console.domain.proposal_kinds import Fact, get_kind, list_kind_names
from superapp.console.models import Proposal
from superapp.console.pages.numbers import parse_number
from superapp.console.sessions import desk_page, get_member
from superapp.core import clock
from superapp.core.errors import DomainError

PAGE_SIZE = 50
STATE_WORDS: dict[str, str | Promise] = {
    Proposal.State.OPEN: pgettext_lazy("proposal", "Open"),
    Proposal.State.APPROVED: pgettext_lazy("proposal", "Approved and done"),
    Proposal.State.REJECTED: pgettext_lazy("proposal", "Rejected"),
    Proposal.State.WITHDRAWN: pgettext_lazy("proposal", "Withdrawn"),
    Proposal.State.FAILED: pgettext_lazy("proposal", "Approved, but not possible"),
}


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposal in words, and what this member may do with it."""

    row: Proposal
    title: str | Promise
    state: str | Promise
    is_mine: bool
    can_decide: bool

    @property
    def facts(self) -> list[Fact]:
        """The values in words, which are fetched only where they are shown; what they are about may be gone."""
        try:
            return list(get_kind(self.row.kind).describe(self.row.payload))
        except DomainError as refusal:
            return [(_("Values"), str(refusal.body()["message"]))]


@desk_page("console.proposals")
@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    """Show the proposals that wait, and those that were decided."""
    member = get_member(request)
    kinds = list_kind_names(member.roles)
    before = parse_number(request.GET.get("sebelum", ""))
    closed = queries.list_proposals(kinds, is_open=False, before=before, limit=PAGE_SIZE + 1)
    context = {
        "open": [present(row, member) for row in queries.list_proposals(kinds, is_open=True)],
        "closed": [present(row, member) for row in closed[:PAGE_SIZE]],
        "more": closed[PAGE_SIZE - 1].pk if len(closed) > PAGE_SIZE else None,
        "note": accounts.take_flash(request),
    }
    return render(request, "console/proposals.html", context)


@desk_page("console.proposals")
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: HttpRequest, proposal: UUID) -> HttpResponse:
    """Show a proposal, and decide about it or withdraw it."""
    member, problem, status = get_member(request), "", 200
    if request.method == "POST":
        try:
            note = _decide(request.POST.get("do", ""), request.POST.get("reason", ""), proposal, member)
        except DomainError as refusal:
            problem, status = str(refusal.body()["message"]), int(refusal.kind)
        else:
            accounts.flash_next(request, note)
            return redirect("console:proposals")
    row = queries.get_proposal(proposal, kinds=list_kind_names(member.roles))
    context = {"one": present(row, member), "problem": problem}
    return render(request, "console/proposal.html", context, status=status)


def present(row: Proposal, member: Member) -> ProposalView:
    """Return a proposal in the words of the reader's language."""
    kind = get_kind(row.kind)
    is_mine = row.maker_id == member.id
    return ProposalView(
        row=row,
        title=kind.title,
        state=STATE_WORDS[row.state],
        is_mine=is_mine,
        can_decide=row.state == Proposal.State.OPEN and not is_mine and kind.may_be_decided_by(member.roles),
    )


def _decide(do: str, reason: str, proposal: UUID, member: Member) -> str:
    """Do what the pressed button says, and return a note about it."""
    now = clock.now()
    if do == "approve":
        decided = actions.approve(proposal=proposal, checker=member, now=now)
        if decided.state == Proposal.State.FAILED:
            return _("It could not be done: {reason}").format(reason=decided.outcome)
        return _("Approved. {outcome}").format(outcome=decided.outcome)
    if do == "reject":
        actions.reject(proposal=proposal, checker=member, reason=reason, now=now)
        return _("Rejected.")
    actions.withdraw(proposal=proposal, maker=member, now=now)
    return _("Withdrawn.")
