"""Proposals: one member makes them, another approves or rejects."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from superapp.console import queries
from superapp.console.actions.audit import record
from superapp.console.contracts import Member
from superapp.console.domain.proposal_kinds import Approval, Payload, get_kind, list_kind_names
from superapp.console.errors import (
    MakerLostRole,
    NotTheMaker,
    OwnMatter,
    ProposalWaits,
    ReasonMissing,
    RoleMissing,
    SecondPersonNeeded,
)
from superapp.console.models import OUTCOME_CHARS_MAX, REASON_CHARS_MAX, Proposal
from superapp.core.errors import DomainError
from superapp.core.retry_on_deadlock import retry_on_deadlock
from superapp.core.text_cleaning import clean_line


def propose(*, kind: str, payload: Payload, reason: str, maker: Member, now: datetime) -> UUID:
    """
    Propose a change of a registered kind; nothing changes until another member approves it.

    :raises RoleMissing: if the member's roles do not allow this kind
    :raises ReasonMissing: without a reason
    :raises OwnMatter: if it is about the member's own money or case
    :raises ProposalWaits: while one of the same member with the same values and reason is open
    :raises DomainError: if the kind refuses the payload
    """
    of = get_kind(kind)
    if not of.roles & maker.roles:
        raise RoleMissing
    cleaned = clean_reason(reason)
    of.validate(payload)
    if of.concerns(payload, maker.user_id):
        raise OwnMatter
    with transaction.atomic():
        queries.lock_member(maker.id)
        if queries.has_twin(kind, payload, reason=cleaned, maker_id=maker.id):
            raise ProposalWaits
        row = Proposal.objects.create(kind=kind, payload=dict(payload), reason=cleaned, maker_id=maker.id, made_at=now)
        record(member=maker, action="proposed", subject=f"proposal:{row.public_id}", detail=cleaned, now=now)
    return row.public_id


def approve(*, proposal: UUID, checker: Member, now: datetime) -> Proposal:
    """
    Approve a proposal of somebody else and execute it, in one transaction.

    If the execution is refused, the proposal closes as failed, with the refusal as its outcome. A refusal of the
    checker leaves it open for another. Of two decisions at the same moment one wins. Raises ProposalNotFound,
    ProposalClosed, SecondPersonNeeded, RoleMissing, OwnMatter, MakerLostRole.
    """
    return retry_on_deadlock(lambda: _approve(proposal, checker, now))


def _approve(proposal: UUID, checker: Member, now: datetime) -> Proposal:
    with transaction.atomic():
        row = _lock_to_decide(proposal, checker)
        _require_maker(row)
        approval = Approval(
            proposal=row.public_id,
            reason=row.reason,
            maker_id=row.maker.user_id,
            checker_id=checker.user_id,
            made_at=row.made_at,
            now=now,
        )
        try:
            with transaction.atomic():
                outcome = get_kind(row.kind).execute(row.payload, approval)
        except DomainError as refusal:
            _close(row, Proposal.State.FAILED, checker, str(refusal.body()["message"]), now)
        else:
            _close(row, Proposal.State.APPROVED, checker, outcome, now)
    return row


def reject(*, proposal: UUID, checker: Member, reason: str, now: datetime) -> None:
    """
    Reject a proposal of somebody else, with a reason.

    Raises ReasonMissing and the errors of ``approve``.
    """
    cleaned = clean_reason(reason)
    with transaction.atomic():
        _close(_lock_to_decide(proposal, checker), Proposal.State.REJECTED, checker, cleaned, now)


def withdraw(*, proposal: UUID, maker: Member, now: datetime) -> None:
    """
    Withdraw one's own proposal.

    Raises ProposalNotFound, ProposalClosed, NotTheMaker.
    """
    with transaction.atomic():
        row = queries.lock_open_proposal(proposal, kinds=list_kind_names(maker.roles))
        if row.maker_id != maker.id:
            raise NotTheMaker
        _close(row, Proposal.State.WITHDRAWN, maker, "", now)


def clean_reason(reason: str) -> str:
    """
    Clean a reason.

    :raises ReasonMissing: if nothing is left of it, or it is too long
    """
    cleaned = clean_line(reason)
    if not 0 < len(cleaned) <= REASON_CHARS_MAX:
        raise ReasonMissing(chars=REASON_CHARS_MAX)
    return cleaned


def _lock_to_decide(proposal: UUID, checker: Member) -> Proposal:
    """Lock a proposal that this member may decide, and the member, whose roles may have changed meanwhile."""
    row = queries.lock_open_proposal(proposal, kinds=list_kind_names(checker.roles))
    if row.maker_id == checker.id:
        raise SecondPersonNeeded
    of = get_kind(row.kind)
    if not of.may_be_decided_by(queries.lock_member(checker.id).roles):
        raise RoleMissing
    if of.concerns(row.payload, checker.user_id):
        raise OwnMatter
    return row


def _require_maker(row: Proposal) -> None:
    maker = queries.find_active_member(row.maker.user_id)
    if maker is None or not get_kind(row.kind).roles & set(maker.roles):
        raise MakerLostRole


def _close(row: Proposal, state: Proposal.State, member: Member, outcome: str, now: datetime) -> None:
    row.state, row.decided_at, row.outcome = state, now, outcome[:OUTCOME_CHARS_MAX]
    row.checker_id = None if state is Proposal.State.WITHDRAWN else member.id
    row.save(update_fields=["state", "decided_at", "outcome", "checker"])
    record(member=member, action=state.value, subject=f"proposal:{row.public_id}", detail=row.outcome, now=now)
