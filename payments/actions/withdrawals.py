"""
Withdrawals: money from a wallet to an account at a bank, and all transfers to banks on their way there.

An answer that does not come says nothing: the money stays on hold, and the bank is asked what became of it. It is
never asked to transfer again, but where it is certain that the first request can no longer arrive.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from payments import errors, push, queries
from payments.actions import pins
from payments.actions.incoming_payments import get_or_open_bank_account
from payments.actions.wallets import get_or_open_wallet, require_not_frozen
from payments.adapters import banks
from payments.adapters.bank import (
    BankAccount,
    BankNotAsked,
    BankRefused,
    BankSilent,
    RefusalReason,
    TransferState,
    TransferStatus,
)
from payments.domain import bank_transfers, chart_of_accounts
from payments.domain.authorization import BY_EARLIER_HOLD, Authorization
from payments.domain.feature_gates import requires_payments
from payments.errors import NoBank
from payments.events import PayoutClosed, WithdrawalClosed
from payments.models import ACCOUNT_NUMBER_CHARS_MAX, HOLDER_CHARS_MAX, Transfer, Withdrawal
from payments.queries.bank_money import withdrawal_scope
from payments.writers import ledger
from payments.writers.ledger import (
    IdempotencyKey,
    JournalEntry,
    Posted,
    PostingResult,
    Refused,
    TransferLine,
    derive_key,
)
from superapp.accounts import api as accounts
from superapp.core import clock, ids, jobs
from superapp.core.events import Event
from superapp.core.money import IDR, SEN_PER_RUPIAH, Money
from superapp.core.scheduler import every
from superapp.core.text_cleaning import clean_line

FEE_ACCOUNT = "withdrawal"
ACCOUNT_DIGITS_MIN = 6
# The bank refuses a request whose time is further off than five minutes, so one that it does not know after this long
# never arrives.
ARRIVES_WITHIN = timedelta(minutes=15)
# How long until the bank is asked again, by how long the withdrawal has been on its way.
ASK_SOON, ASK_LATER = timedelta(seconds=10), timedelta(minutes=5)
ON_ITS_WAY_LONG = timedelta(minutes=10)
BATCH_MAX = 20
ASK_JOB = "payments.ask_bank"
# Names of strangers are found by trying numbers: so many are a day of moving house, and no directory.
ACCOUNTS_ASKED = accounts.RateLimit("bank.account", 30, timedelta(days=1))

log = structlog.get_logger(__name__)


def clean_account_number(bank_code: str, number: str) -> str:
    """
    Return the digits of an account number that people could withdraw to, before the bank is asked.

    :raises BankUnknown: if people cannot withdraw to this bank
    :raises BankAccountInvalid: if the number cannot be one
    """
    if bank_code not in settings.BANKS:
        raise errors.BankUnknown
    digits = "".join(char for char in number if char not in " -.")
    if not (digits.isascii() and digits.isdigit() and ACCOUNT_DIGITS_MIN <= len(digits) <= ACCOUNT_NUMBER_CHARS_MAX):
        raise errors.BankAccountInvalid
    return digits


@requires_payments
def find_bank_account(bank_code: str, number: str, *, user_id: int, now: datetime) -> BankAccount:
    """
    Return a bank account with the name of its holder, as the bank says it.

    :raises BankUnknown, BankAccountInvalid: as ``clean_account_number``
    :raises RateLimited: if this person asked about as many accounts as they may
    :raises BankAccountUnknown: if the bank knows no such account, or it is closed
    :raises BankOutOfReach: if the bank does not answer
    """
    digits = clean_account_number(bank_code, number)
    accounts.consume_rate_limits([(ACCOUNTS_ASKED, str(user_id))], now=now)
    try:
        found = banks.get_bank().find_holder(BankAccount(bank_code=bank_code, number=digits))
    except BankSilent as error:
        raise errors.BankOutOfReach(retry_after=30) from error
    except BankRefused as error:
        known = error.reason in (RefusalReason.ACCOUNT_UNKNOWN, RefusalReason.ACCOUNT_INACTIVE)
        raise (errors.BankAccountUnknown if known else errors.BankSaidNo) from error
    holder = clean_line(found.holder)[:HOLDER_CHARS_MAX]
    return BankAccount(bank_code=bank_code, number=digits, holder=holder)


def get_fee() -> Money:
    """Return what a withdrawal costs."""
    return Money(settings.WITHDRAWAL_FEE_RUPIAH * SEN_PER_RUPIAH)


def get_minimum() -> Money:
    """Return the least that can be withdrawn."""
    return Money(settings.WITHDRAWAL_MIN_RUPIAH * SEN_PER_RUPIAH)


def require_withdrawable(amount: Money) -> None:
    """
    Refuse an amount below the minimum.

    :raises WithdrawalTooSmall: if it is
    """
    least = get_minimum()
    if amount.require_positive() < least:
        raise errors.WithdrawalTooSmall(amount_min=str(least), amount_min_minor=least.amount_minor)


@requires_payments
def request_withdrawal(
    *,
    user_id: int,
    to: BankAccount,
    amount: Money,
    device_id: int | None,
    pin: str,
    idempotency_key: str,
    now: datetime,
) -> Withdrawal:
    """
    Hold money in a person's wallet and send it to the bank account ``to``, as ``find_bank_account`` returned it.

    Repeated under its key, the same withdrawal is returned and nothing is sent again. The bank is asked by a job, since
    its answer may take long.

    :raises PinWrong: or another error of ``verify_pin``; nothing is stored under the key then
    :raises InsufficientFunds: or another refusal of the ledger
    :raises KeyReused: if the key was used for a different request
    """
    require_withdrawable(amount)
    key = derive_key(
        withdrawal_scope(user_id),
        idempotency_key,
        {"bank": to.bank_code, "account": to.number, "amount": amount.amount_minor, "asset": amount.asset},
    )
    before = ledger.find_response(key)
    if isinstance(before, Posted):
        return Withdrawal.objects.get(hold_id=before.journal_id)
    if isinstance(before, Refused):
        raise before.error()
    authorization = pins.verify_pin(user_id=user_id, device_id=device_id, pin=pin, now=now)
    wallet = get_or_open_wallet(user_id=user_id, now=now, asset=amount.asset)
    require_not_frozen(wallet)
    with transaction.atomic():
        answer, row = hold_for_bank(
            key=key, account_id=wallet.pk, to=to, amount=amount, user_id=user_id, authorization=authorization, now=now
        )
    if row is None:
        assert isinstance(answer, Refused)
        raise answer.error()
    push.wallets_changed(answer.changes)
    return row


def hold_for_bank(
    *,
    key: IdempotencyKey,
    account_id: int,
    to: BankAccount,
    amount: Money,
    user_id: int,
    merchant: str = "",
    authorization: Authorization,
    now: datetime,
) -> tuple[PostingResult, Withdrawal | None]:
    """
    Hold an amount and its fee on an account, and start asking the bank, all in the caller's transaction.

    Without ``merchant``, the account is the wallet of ``user_id``. No withdrawal is returned if the ledger refuses it.
    """
    public_id, fee, kind = ids.new_id(), get_fee(), bank_transfers.kind_of(merchant)
    lines = [TransferLine(account_id, get_or_open_bank_account(amount.asset, now).pk, amount, phase="hold")]
    if fee:
        lines.append(TransferLine(account_id, _get_or_open_fee_account(now), fee, phase="hold"))
    entry = JournalEntry(
        key=key,
        kind=kind.held,
        authorization=authorization,
        lines=tuple(lines),
        reference=kind.reference(public_id),
        actor_id=user_id,
    )
    answer = ledger.post(entry, now=now)
    if isinstance(answer, Refused):
        return answer, None
    if answer.replayed:  # Another request under the same key was faster.
        return answer, Withdrawal.objects.get(hold_id=answer.journal_id)
    row = Withdrawal.objects.create(
        public_id=public_id,
        user_id=user_id,
        merchant=merchant,
        bank_code=to.bank_code,
        account_number=to.number,
        holder=to.holder,
        amount=amount.amount_minor,
        fee=fee.amount_minor,
        asset=amount.asset,
        partner_reference=public_id.hex,
        hold_id=answer.journal_id,
        created_at=now,
        ask_after=now,
    )
    jobs.start(ASK_JOB, owner_id=None, arguments={}, now=now)
    return answer, row


@jobs.register_handler(ASK_JOB)
def ask_bank(run: jobs.JobRun) -> None:
    """
    Ask the bank about every withdrawal that is due, until one is not answered.

    One whose account was frozen meanwhile stays as it is, and is asked for again.

    A job of its own, so that a bank that hangs holds up one worker and no periodic task.
    """
    del run
    while (row := _take_due(clock.now())) is not None:
        try:
            _ask(row, clock.now())
        except (BankSilent, NoBank) as error:
            log.warning("withdrawal_without_answer", withdrawal=str(row.public_id), error=str(error))
            return
        except errors.AccountNotOpen:
            log.warning("withdrawal_of_a_frozen_account", withdrawal=str(row.public_id))


@every(seconds=5)
def follow_withdrawals(now: datetime) -> int:
    """Start asking the bank if a withdrawal is due and nobody is asking; return how many were started."""
    if not _list_due(now).exists() or jobs.is_waiting(ASK_JOB):
        return 0
    with transaction.atomic():
        jobs.start(ASK_JOB, owner_id=None, arguments={}, now=now)
    return 1


def _list_due(now: datetime) -> QuerySet[Withdrawal]:
    return Withdrawal.objects.filter(closed_at=None, ask_after__lte=now).order_by("ask_after", "pk")


def _take_due(now: datetime) -> Withdrawal | None:
    """Return a withdrawal that is due, taken by moving its time on; a held one is stored as submitted by that."""
    for row in _list_due(now)[:BATCH_MAX]:
        wait = ASK_LATER if now - row.created_at > ON_ITS_WAY_LONG else ASK_SOON
        changes: dict[str, datetime | str] = {"ask_after": now + wait, "asked_at": now}
        if row.state == Withdrawal.State.HELD:
            changes |= {"state": Withdrawal.State.SUBMITTED, "submitted_at": now}
        if Withdrawal.objects.filter(pk=row.pk, ask_after=row.ask_after, state=row.state).update(**changes):
            return row
    return None


def _ask(row: Withdrawal, now: datetime) -> None:
    """
    Ask the bank to transfer a withdrawal that was on hold until now, or what became of one that was submitted before.

    :raises BankSilent: if it is not known what became of it; it is asked again later, and never transferred again
    """
    to, amount = _bank_account_of(row), Money(row.amount, row.asset)
    bank = banks.get_bank()
    if row.state != Withdrawal.State.HELD:
        try:
            status = bank.get_transfer_status(to, partner_reference=row.partner_reference)
        except BankRefused as error:
            raise BankSilent(f"asked what became of it: {error}") from error
    else:
        try:
            status = bank.transfer(to, amount, partner_reference=row.partner_reference, now=now)
        except BankNotAsked:
            Withdrawal.objects.filter(pk=row.pk, state=Withdrawal.State.SUBMITTED).update(
                state=Withdrawal.State.HELD, submitted_at=None
            )
            raise
        except BankRefused as error:
            close_withdrawal(row.pk, is_done=False, reason=error.reason, now=now)
            return
    _apply(row, status, now)


def _apply(row: Withdrawal, status: TransferStatus, now: datetime) -> None:
    since = now - (row.submitted_at or now)
    if status.state == TransferState.DONE:
        close_withdrawal(row.pk, is_done=True, bank_reference=status.bank_reference, now=now)
    elif status.state == TransferState.FAILED or (status.state == TransferState.UNKNOWN and since > ARRIVES_WITHIN):
        close_withdrawal(row.pk, is_done=False, reason=RefusalReason.OTHER, now=now)


def close_withdrawal(
    withdrawal_id: int, *, is_done: bool, now: datetime, bank_reference: str = "", reason: str = ""
) -> None:
    """
    Capture the hold of a withdrawal that arrived, or release that of one that failed; only the first one counts.

    :raises AccountNotOpen: if it arrived and its account is frozen; nothing is stored
    """
    with transaction.atomic():
        row = queries.lock_withdrawal(withdrawal_id)
        if row.closed_at is not None:
            return
        answer = ledger.post(_closing_entry(row, is_done=is_done), now=now)
        if isinstance(answer, Refused):
            raise answer.error()
        row.state = Withdrawal.State.DONE if is_done else Withdrawal.State.FAILED
        row.closed_at, row.reason, row.bank_reference = now, reason, bank_reference
        row.save(update_fields=["state", "closed_at", "reason", "bank_reference"])
    push.wallets_changed(answer.changes)


def _closing_entry(row: Withdrawal, *, is_done: bool) -> JournalEntry:
    holds = Transfer.objects.filter(journal_id=row.hold_id).order_by("line")
    phase: ledger.TransferPhase = "capture" if is_done else "void"
    kind = bank_transfers.kind_of(row.merchant)
    return JournalEntry(
        key=derive_key("withdrawal:close", str(row.public_id), {"withdrawal": str(row.public_id)}),
        kind=kind.done if is_done else kind.failed,
        authorization=BY_EARLIER_HOLD,
        lines=tuple(
            TransferLine(
                held.debit_id,
                held.credit_id,
                Money(held.amount if is_done else 0, held.asset),
                phase=phase,
                pending_id=held.pk,
            )
            for held in holds
        ),
        reference=kind.reference(row.public_id),
        actor_id=row.user_id,
        fact=_closing_fact(row, is_done=is_done),
    )


def _closing_fact(row: Withdrawal, *, is_done: bool) -> Event:
    if row.merchant:
        return PayoutClosed(
            payout=str(row.public_id),
            merchant=row.merchant,
            owner_id=row.user_id,
            amount_minor=row.amount,
            asset=row.asset,
            is_done=is_done,
        )
    return WithdrawalClosed(
        withdrawal=str(row.public_id),
        user_id=row.user_id,
        amount_minor=row.amount,
        asset=row.asset,
        is_done=is_done,
    )


def _bank_account_of(row: Withdrawal) -> BankAccount:
    return BankAccount(bank_code=row.bank_code, number=row.account_number, holder=row.holder)


def _get_or_open_fee_account(now: datetime) -> int:
    kind = chart_of_accounts.FEE
    code = chart_of_accounts.account_code(kind, FEE_ACCOUNT, IDR)
    return ledger.get_or_open_account(code, kind=kind, asset=IDR, now=now).pk
