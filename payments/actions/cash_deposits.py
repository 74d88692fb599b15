"""Cash of the counter that was brought to the bank."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from payments import errors, queries
from payments.actions.authorizations import authorize_two_operators
from payments.actions.incoming_payments import get_or_open_bank_account
from payments.actions.suspense import clean_note, clear_suspended, get_or_open_cash
from payments.domain import chart_of_accounts
from payments.domain.feature_gates import requires_payments
from payments.models import BANK_REFERENCE_CHARS_MAX, BankPosting, SuspenseClearing
from payments.queries.suspense import find_suspended_payment
from payments.writers import ledger
from payments.writers.ledger import JournalEntry, Posted, TransferLine, derive_key
from superapp.core.errors import InputInvalid
from superapp.core.money import IDR, Money


def get_cash_at_counter() -> Money:
    """Return the cash that was taken in at the counter and not brought to the bank."""
    found = queries.find_account(chart_of_accounts.CASH, chart_of_accounts.COUNTER)
    return Money(-found.balance) if found is not None else Money(0)


@requires_payments
def deposit_cash(
    *,
    amount: Money,
    bank_reference: str,
    at: datetime,
    reason: str,
    maker_id: int,
    checker_id: int,
    now: datetime,
) -> bool:
    """
    Post cash that was brought to the bank, once for each of the bank's references; return whether it was posted now.

    If the bank told of it first, it lies in suspense as nobody's, and is taken from there.

    :raises OperatorsOnly: or ``TwoPersonsNeeded``
    :raises InsufficientFunds: if there is less cash
    :raises KeyReused: if money of another amount came in under this reference, or was placed elsewhere
    """
    authorization = authorize_two_operators(maker_id, checker_id)
    cleaned, reference = clean_note(reason), bank_reference.strip()
    if not 0 < len(reference) <= BANK_REFERENCE_CHARS_MAX or not reference.isprintable():
        raise InputInvalid(detail="bank_reference")
    amount.require_positive()
    with transaction.atomic():
        cash = ledger.lock_accounts([get_or_open_cash(now).pk]).popitem()[1]
        if BankPosting.objects.filter(bank_reference=reference, amount=amount.amount_minor).exists():
            return False
        if -cash.balance < amount.amount_minor:
            raise errors.InsufficientFunds
        told = find_suspended_payment(reference)
        if told is not None:
            if told.amount != amount.amount_minor:
                raise errors.KeyReused
            clear_suspended(
                suspended=told.journal.public_id,
                way=SuspenseClearing.Way.CASH,
                reason=cleaned,
                maker_id=maker_id,
                checker_id=checker_id,
                now=now,
            )
            return True
        answer = ledger.post(
            JournalEntry(
                # The scope under which the bank's word would suspend it, so that it is posted once however it is told.
                key=derive_key("bank:suspense", reference, {"cash": amount.to_wire()}),
                kind="cash_deposited",
                authorization=authorization,
                lines=(TransferLine(get_or_open_bank_account(IDR, now).pk, cash.pk, amount),),
                actor_id=checker_id,
                event_at=at,
            ),
            now=now,
        )
        assert isinstance(answer, Posted), "neither account has bounds"
        BankPosting.objects.create(
            bank_reference=reference,
            amount=amount.amount_minor,
            at=at,
            journal_id=answer.journal_id,
            reason=cleaned,
            maker_id=maker_id,
            checker_id=checker_id,
        )
    return True
