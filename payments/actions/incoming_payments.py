"""Placing money that came in at the bank: once each, where it was meant for, or in suspense."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from payments import errors, push, queries
from payments.actions.charges import close_charge
from payments.actions.escrow import get_or_open_escrow, get_or_open_suspense
from payments.actions.wallets import get_or_open_wallet
from payments.domain import chart_of_accounts
from payments.domain.authorization import BY_BANK
from payments.events import EscrowPaid, PaymentSuspended, ToppedUp
from payments.models import ESCROW_PAID, Account, Charge, IncomingPayment, VirtualAccount
from payments.writers import ledger
from payments.writers.ledger import JournalEntry, Posted, PostingResult, Refused, TransferLine, derive_key
from superapp.core import ids
from superapp.core.money import Money

# Reasons of suspense beside the ledger's own refusals.
NOBODY = "payments.nobody_to_credit"


@dataclass(frozen=True, slots=True, kw_only=True)
class BankCredit:
    """
    Money that came in, as the bank tells of it: by a notification, or in its history.

    ``bank_reference`` is the bank's number of the movement, the same however it tells. ``paid_to`` is the virtual
    account, or our reference of the code that was paid.
    """

    bank_reference: str
    paid_to: str
    amount: Money
    paid_at: datetime


def place_incoming_payment(credit: BankCredit, *, now: datetime) -> IncomingPayment:
    """
    Post money that came in, and return its row; told again, it moves nothing and the first row is returned.

    It goes to the escrow of what the charge was for, or to the wallet of whose number it is. What comes late, twice, or
    with another amount than the charge goes to the wallet of the person who paid; what does not fit there, or belongs
    to nobody known, to suspense.

    :raises KeyReused: if the bank told of the same movement with another amount or number before
    """
    credit.amount.require_positive()
    try:
        return _place(credit, now)
    except _ToldConcurrently:
        return _place(credit, now)  # The other telling is committed, and is found now.


class _ToldConcurrently(Exception):
    """The same movement was placed elsewhere by another telling of it, after this one had looked for it."""


def _place(credit: BankCredit, now: datetime) -> IncomingPayment:
    with transaction.atomic():
        charge, user_id = _find_target(credit.paid_to)
        answer, state, reason = _post(credit, charge, user_id, now)
        row, is_new = IncomingPayment.objects.get_or_create(
            bank_reference=credit.bank_reference,
            defaults={
                "paid_to": credit.paid_to,
                "user_id": user_id,
                "charge": charge,
                "amount": credit.amount.amount_minor,
                "asset": credit.amount.asset,
                "paid_at": credit.paid_at,
                "received_at": now,
                "state": state,
                "reason": reason,
                "journal_id": answer.journal_id,
            },
        )
        if row.journal_id != answer.journal_id:  # Two tellings with different targets have different keys.
            raise _ToldConcurrently
    if is_new:
        push.wallets_changed(answer.changes)
    return row


def find_virtual_account(number: str) -> VirtualAccount | None:
    """Return the virtual account with this number, with its charge, or None."""
    return VirtualAccount.objects.select_related("charge", "user").filter(number=number).first()


def get_or_open_bank_account(asset: str, now: datetime) -> Account:
    """Return the account of the ledger that mirrors ours at the bank."""
    kind = chart_of_accounts.BANK
    return ledger.get_or_open_account(
        chart_of_accounts.account_code(kind, chart_of_accounts.SETTLEMENT, asset), kind=kind, asset=asset, now=now
    )


def _find_target(paid_to: str) -> tuple[Charge | None, int | None]:
    """Lock and return the charge that is paid under this number or code, and the id of the person to credit."""
    charge = queries.lock_charge_paid_to(paid_to)
    if charge is not None:
        return charge, charge.user_id
    account = VirtualAccount.objects.filter(number=paid_to).first()
    return None, account.user_id if account is not None else None


def _post(
    credit: BankCredit, charge: Charge | None, user_id: int | None, now: datetime
) -> tuple[Posted, IncomingPayment.State, str]:
    """Post to the first of charge, wallet and suspense that takes the money."""
    before = IncomingPayment.objects.filter(bank_reference=credit.bank_reference).first()
    reason = NOBODY
    if before is not None:
        _require_same(before, credit)
        return (
            Posted(before.journal_id, before.journal.public_id, replayed=True),
            IncomingPayment.State(before.state),
            before.reason,
        )
    if charge is not None and charge.state == Charge.State.OPEN and charge.amount == credit.amount.amount_minor:
        answer = (
            _post_to_charge(credit, charge, now) if charge.reference else _post_to_wallet(credit, charge.user_id, now)
        )
        if isinstance(answer, Posted):
            close_charge(charge, Charge.State.PAID, now)
            return answer, IncomingPayment.State.CREDITED, ""
        reason = answer.code
    if user_id is not None and reason not in (errors.CeilingExceeded.code, errors.FloatCapReached.code):
        answer = _post_to_wallet(credit, user_id, now)
        if isinstance(answer, Posted):
            return answer, IncomingPayment.State.CREDITED, ""
        reason = answer.code
    return _post_to_suspense(credit, reason, now), IncomingPayment.State.SUSPENDED, reason


def _require_same(before: IncomingPayment, credit: BankCredit) -> None:
    if (before.amount, before.paid_to) != (credit.amount.amount_minor, credit.paid_to):
        raise errors.KeyReused


def _post_to_charge(credit: BankCredit, charge: Charge, now: datetime) -> PostingResult:
    """Pay what a charge was for: the money is in escrow for its reference, as if it had come from the wallet."""
    public_id = ids.new_id()
    amount = credit.amount
    escrow = get_or_open_escrow(charge.reference, amount.asset, now)
    fact = EscrowPaid(
        reference=charge.reference,
        journal=str(public_id),
        amount_minor=amount.amount_minor,
        asset=amount.asset,
        payer_id=charge.user_id,
    )
    return _post_within_cap(
        JournalEntry(
            key=derive_key("bank:charge", credit.bank_reference, _content(credit)),
            kind=ESCROW_PAID,
            authorization=BY_BANK,
            lines=(TransferLine(get_or_open_bank_account(amount.asset, now).pk, escrow.pk, amount),),
            reference=charge.reference,
            actor_id=charge.user_id,
            event_at=credit.paid_at,
            refund_cap=amount,
            public_id=public_id,
            fact=fact,
        ),
        now,
    )


def _post_to_wallet(credit: BankCredit, user_id: int, now: datetime) -> PostingResult:
    public_id = ids.new_id()
    amount = credit.amount
    wallet = get_or_open_wallet(user_id=user_id, now=now, asset=amount.asset)
    return _post_within_cap(
        JournalEntry(
            key=derive_key("bank:wallet", credit.bank_reference, _content(credit)),
            kind="came_in",
            authorization=BY_BANK,
            lines=(TransferLine(get_or_open_bank_account(amount.asset, now).pk, wallet.pk, amount),),
            actor_id=user_id,
            event_at=credit.paid_at,
            public_id=public_id,
            fact=ToppedUp(
                journal=str(public_id), user_id=user_id, amount_minor=amount.amount_minor, asset=amount.asset
            ),
        ),
        now,
    )


def _post_within_cap(entry: JournalEntry, now: datetime) -> PostingResult:
    """Post an entry; beyond the cap of a closed loop it is refused, and the caller's transaction goes on."""
    try:
        with transaction.atomic():
            return ledger.post(entry, now=now)
    except errors.FloatCapReached:
        return Refused(errors.FloatCapReached.code)


def _post_to_suspense(credit: BankCredit, reason: str, now: datetime) -> Posted:
    public_id = ids.new_id()
    amount = credit.amount
    suspense = get_or_open_suspense(amount.asset, now)
    answer = ledger.post(
        JournalEntry(
            key=derive_key("bank:suspense", credit.bank_reference, _content(credit)),
            kind="suspended",
            authorization=BY_BANK,
            lines=(TransferLine(get_or_open_bank_account(amount.asset, now).pk, suspense.pk, amount),),
            event_at=credit.paid_at,
            public_id=public_id,
            fact=PaymentSuspended(
                bank_reference=credit.bank_reference,
                journal=str(public_id),
                amount_minor=amount.amount_minor,
                asset=amount.asset,
                reason=reason,
            ),
        ),
        now=now,
    )
    assert isinstance(answer, Posted), "the account of suspense has no bounds and is never closed"
    return answer


def _content(credit: BankCredit) -> dict[str, object]:
    return {"paid_to": credit.paid_to, "amount": credit.amount.to_wire()}
