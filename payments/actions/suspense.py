"""Clearing suspense: a payment that could not be placed goes where it belongs, by two operators, once."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from payments import errors, push
from payments.actions.authorizations import authorize_two_operators
from payments.actions.escrow import get_or_open_suspense
from payments.actions.incoming_payments import get_or_open_bank_account
from payments.actions.wallets import get_or_open_wallet
from payments.domain import chart_of_accounts
from payments.domain.authorization import Authorization
from payments.domain.feature_gates import requires_payments
from payments.events import ToppedUp
from payments.models import NOTE_CHARS_MAX, Account, BankPosting, SuspenseClearing
from payments.queries import reconciliation
from payments.queries.suspense import Suspended, find_clearing, get_suspended
from payments.writers import ledger
from payments.writers.ledger import JournalEntry, Posted, TransferLine, derive_key
from superapp.core import ids
from superapp.core.errors import InputInvalid
from superapp.core.money import IDR
from superapp.core.text_cleaning import clean_line

Way = SuspenseClearing.Way
KINDS = {
    Way.WALLET: "suspense_placed",
    Way.RETURNED: "suspense_returned",
    Way.CASH: "cash_deposited",
    Way.ADJUSTMENT: "suspense_adjusted",
}


@requires_payments
def clear_suspended(
    *,
    suspended: UUID,
    way: SuspenseClearing.Way,
    reason: str,
    maker_id: int,
    checker_id: int,
    now: datetime,
    user_id: int | None = None,
    bank_reference: str = "",
) -> SuspenseClearing:
    """
    Take a payment out of suspense and return what was done with it. ``suspended`` is the journal that put it there.

    It goes into the wallet of ``user_id``; back to the payer, by a transfer that was made at the bank and stands in its
    statement or history under ``bank_reference``; to the cash of the counter, if that is what was paid in; or into our
    own result. Of two operators who clear the same at the same moment, one does.

    :raises OperatorsOnly: or ``TwoPersonsNeeded``, also if the wallet is one of theirs
    :raises SuspendedNotFound: if it is not in suspense any more
    :raises BankMovementNotFound: if the bank tells of no such transfer, or the ledger has it already
    :raises CeilingExceeded: or another refusal of the ledger; nothing is stored then
    """
    authorization = authorize_two_operators(maker_id, checker_id, beside=user_id)
    cleaned = clean_note(reason)
    with transaction.atomic():
        what = get_suspended(suspended)
        account = get_or_open_suspense(what.amount.asset, now)
        ledger.roll_up(account.pk)
        movement_at = _require_returned(what, bank_reference) if way == Way.RETURNED else None
        entry = _entry(what, account, way, user_id, authorization, now)
        answer = ledger.post(entry, now=now)
        if not isinstance(answer, Posted):
            raise answer.error()
        if answer.replayed or find_clearing(what.journal_id) is not None:
            raise errors.SuspendedNotFound
        row = SuspenseClearing.objects.create(
            suspended_id=what.journal_id,
            way=way,
            user_id=user_id,
            amount=what.amount.amount_minor,
            reason=cleaned,
            journal_id=answer.journal_id,
            maker_id=maker_id,
            checker_id=checker_id,
            cleared_at=now,
        )
        if movement_at is not None:
            BankPosting.objects.create(
                bank_reference=bank_reference,
                amount=-what.amount.amount_minor,
                at=movement_at,
                journal_id=answer.journal_id,
                reason=cleaned,
                maker_id=maker_id,
                checker_id=checker_id,
            )
    push.wallets_changed(answer.changes)
    return row


def clean_note(note: str) -> str:
    """
    Clean a reason or note.

    :raises InputInvalid: if nothing is left of it, or it is too long
    """
    cleaned = clean_line(note)
    if not 0 < len(cleaned) <= NOTE_CHARS_MAX:
        raise InputInvalid(detail="reason")
    return cleaned


def get_or_open_adjustments(now: datetime) -> Account:
    """Return the account of gains and losses against the bank."""
    kind = chart_of_accounts.ADJUSTMENT
    code = chart_of_accounts.account_code(kind, chart_of_accounts.SETTLEMENT, IDR)
    return ledger.get_or_open_account(code, kind=kind, asset=IDR, now=now)


def get_or_open_cash(now: datetime) -> Account:
    """Return the account of the cash at the counter."""
    kind = chart_of_accounts.CASH
    code = chart_of_accounts.account_code(kind, chart_of_accounts.COUNTER, IDR)
    return ledger.get_or_open_account(code, kind=kind, asset=IDR, now=now)


def _entry(
    what: Suspended,
    suspense: Account,
    way: SuspenseClearing.Way,
    user_id: int | None,
    authorization: Authorization,
    now: datetime,
) -> JournalEntry:
    public_id = ids.new_id()
    fact = None
    if way == Way.WALLET:
        if user_id is None:
            raise InputInvalid(detail="user_id")
        credited = get_or_open_wallet(user_id=user_id, now=now, asset=what.amount.asset)
        fact = ToppedUp(
            journal=str(public_id),
            user_id=user_id,
            amount_minor=what.amount.amount_minor,
            asset=what.amount.asset,
        )
    elif user_id is not None:
        raise InputInvalid(detail="user_id")
    elif way == Way.RETURNED:
        credited = get_or_open_bank_account(what.amount.asset, now)
    else:
        credited = get_or_open_cash(now) if way == Way.CASH else get_or_open_adjustments(now)
    return JournalEntry(
        # One key for each suspended payment, so that it is cleared once whatever is asked.
        key=derive_key("suspense:clear", str(what.public_id), {"suspended": str(what.public_id)}),
        kind=KINDS[way],
        authorization=authorization,
        lines=(TransferLine(suspense.pk, credited.pk, what.amount),),
        reference=f"payments.suspended:{what.public_id}",
        actor_id=authorization.user_id,
        public_id=public_id,
        fact=fact,
    )


def _require_returned(what: Suspended, bank_reference: str) -> datetime:
    """Return when the bank made the transfer of this reference, if it sent exactly this amount and is not posted."""
    found = reconciliation.find_line(bank_reference) or reconciliation.find_movement(bank_reference)
    if found is None or found.amount != -what.amount.amount_minor or reconciliation.is_posted(bank_reference):
        raise errors.BankMovementNotFound
    return found.at
