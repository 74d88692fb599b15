"""Queries of proposals."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from superapp.console.domain.proposal_kinds import Payload
from superapp.console.errors import ProposalClosed, ProposalNotFound
from superapp.console.models import Proposal


def count_open_proposals() -> int:
    return Proposal.objects.filter(state=Proposal.State.OPEN).count()


def list_proposals(
    kinds: Collection[str], *, is_open: bool, before: int | None = None, limit: int = 50
) -> list[Proposal]:
    """Return the open proposals of these kinds, oldest first, or the closed ones, newest first."""
    found = Proposal.objects.filter(kind__in=kinds).select_related("maker__user", "checker__user")
    if is_open:
        return list(found.filter(state=Proposal.State.OPEN).order_by("pk")[:limit])
    closed = found.exclude(state=Proposal.State.OPEN)
    return list((closed if before is None else closed.filter(pk__lt=before)).order_by("-pk")[:limit])


def get_proposal(proposal: UUID, *, kinds: Collection[str]) -> Proposal:
    """
    Return a proposal of one of these kinds.

    :raises ProposalNotFound: if there is none
    """
    found = Proposal.objects.filter(public_id=proposal, kind__in=kinds).select_related("maker__user", "checker__user")
    row = found.first()
    if row is None:
        raise ProposalNotFound
    return row


def list_open_payloads(kind: str) -> list[tuple[UUID, Payload]]:
    """Return the open proposals of a kind by id, with their values, oldest first."""
    found = Proposal.objects.filter(kind=kind, state=Proposal.State.OPEN)
    return list(found.order_by("pk").values_list("public_id", "payload"))


def has_twin(kind: str, payload: Payload, *, reason: str, maker_id: int) -> bool:
    """Return whether a proposal of the member of these values is open. The caller must have locked the member."""
    mine = Proposal.objects.filter(kind=kind, maker_id=maker_id, reason=reason, state=Proposal.State.OPEN)
    return any(row.payload == dict(payload) for row in mine)


def lock_open_proposal(proposal: UUID, *, kinds: Collection[str]) -> Proposal:
    """
    Lock the row of an open proposal of one of these kinds, and return it.

    :raises ProposalNotFound: if there is none
    :raises ProposalClosed: if it was decided or withdrawn
    """
    # Only this row is locked, and it is read in the statement that waited for it.
    row = Proposal.objects.select_for_update().filter(public_id=proposal, kind__in=kinds).first()
    if row is None:
        raise ProposalNotFound
    if row.state != Proposal.State.OPEN:
        raise ProposalClosed
    return row
