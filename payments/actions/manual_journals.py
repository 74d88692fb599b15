"""Journals that two operators post by hand."""

from __future__ import annotations

from uuid import UUID

from payments import push
from payments.actions.authorizations import authorize_two_operators
from payments.errors import AccountNotOpen, AssetMismatch, ToOneself
from payments.models import Account
from payments.queries import desk_accounts
from payments.writers import ledger
from payments.writers.ledger import JournalEntry, Posted, Refused, TransferLine, derive_key
from superapp.console.api import Approval
from superapp.core.money import Money

MANUAL = "manual"


def get_accounts(debit: str, credit: str) -> tuple[Account, Account]:
    """
    Return the accounts of a journal by their codes.

    Raises LedgerAccountNotFound, ToOneself, AssetMismatch, AccountNotOpen.
    """
    debited, credited = desk_accounts.get_account_by_code(debit), desk_accounts.get_account_by_code(credit)
    if debited.pk == credited.pk:
        raise ToOneself
    if debited.asset != credited.asset:
        raise AssetMismatch
    if {debited.status, credited.status} != {Account.Status.OPEN}:
        raise AccountNotOpen
    return debited, credited


def post_manual_journal(*, debit: str, credit: str, amount_minor: int, approval: Approval) -> UUID:
    """
    Post an amount from one account to another under an approved proposal, in the caller's transaction.

    Returns the public id of the journal; raises the refusal of the ledger.
    """
    debited, credited = get_accounts(debit, credit)
    amount = Money(amount_minor, debited.asset).require_positive()
    answer = ledger.post(
        JournalEntry(
            key=derive_key(
                "console:manual", str(approval.proposal), {"debit": debit, "credit": credit, "amount": amount_minor}
            ),
            kind=MANUAL,
            authorization=authorize_two_operators(approval.maker_id, approval.checker_id),
            lines=(TransferLine(debited.pk, credited.pk, amount),),
            reference=f"console.proposal:{approval.proposal}",
            actor_id=approval.checker_id,
        ),
        now=approval.now,
    )
    if isinstance(answer, Refused):
        raise answer.error()
    assert isinstance(answer, Posted)
    push.wallets_changed(answer.changes)
    return answer.public_id
