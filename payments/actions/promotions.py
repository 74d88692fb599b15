"""The platform's promotion account: what it sets aside of its earnings to pay a part of people's orders."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from payments import errors
from payments.actions.authorizations import authorize_two_operators
from payments.domain import chart_of_accounts
from payments.domain.feature_gates import requires_payments
from payments.models import Account
from payments.queries.promotions import SOURCE_KINDS
from payments.writers import ledger
from payments.writers.ledger import JournalEntry, Refused, TransferLine, derive_key
from superapp.console.api import Approval
from superapp.core.money import IDR, Money


def get_or_open_promotion_account(now: datetime) -> Account:
    """Return the account from which the platform pays its part of orders, opening it on first use."""
    kind = chart_of_accounts.PROMOTION
    return ledger.get_or_open_account(
        chart_of_accounts.account_code(kind, chart_of_accounts.PLATFORM, IDR), kind=kind, asset=IDR, now=now
    )


@requires_payments
def fund_promotions(*, source: str, amount: Money, approval: Approval) -> UUID:
    """
    Move some of what the platform earned to its promotion account, under an approved proposal; once for each.

    Returns the public id of the journal.

    :raises LedgerAccountNotFound: if the source is no account of earnings
    :raises InsufficientFunds: if less was earned there; nothing else can be promised to people
    :raises OperatorsOnly: or ``TwoPersonsNeeded``
    """
    authorization = authorize_two_operators(approval.maker_id, approval.checker_id)
    earned = Account.objects.filter(code=source, kind__in=SOURCE_KINDS, asset=IDR).first()
    if earned is None:
        raise errors.LedgerAccountNotFound
    target = get_or_open_promotion_account(approval.now)
    key = derive_key("console:promotion", str(approval.proposal), {"from": source, "amount": amount.to_wire()})
    with transaction.atomic():
        # Fees are queued and reach their account when they are collected.
        ledger.roll_up(earned.pk)
        locked = ledger.lock_accounts([earned.pk, target.pk])
        before = ledger.find_response(key)
        # An account of gains and losses has no floor of its own.
        if before is None and locked[earned.pk].available < amount.require_positive().amount_minor:
            raise errors.InsufficientFunds
        answer = ledger.post(
            JournalEntry(
                key=key,
                kind="promotion_funded",
                authorization=authorization,
                lines=(TransferLine(earned.pk, target.pk, amount),),
                reference=f"console.proposal:{approval.proposal}",
                actor_id=approval.checker_id,
            ),
            now=approval.now,
        )
    if isinstance(answer, Refused):
        raise answer.error()
    return answer.public_id
