"""Holds: money set aside for a short time, then captured or released."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from payments import push, queries
from payments.actions.escrow import get_or_open_merchant_account
from payments.actions.wallets import get_or_open_wallet
from payments.domain.authorization import BY_EARLIER_HOLD, BY_TIMER, Authorization
from payments.domain.feature_gates import requires_payments
from payments.models import Transfer
from payments.writers import ledger
from payments.writers.ledger import JournalEntry, PostingResult, TransferLine, derive_key
from superapp.core.money import Money
from superapp.core.scheduler import every

EXPIRED_BATCH_MAX = 500


@requires_payments
def hold_funds(
    *,
    payer_id: int,
    merchant: str,
    amount: Money,
    reference: str,
    expires_at: datetime,
    authorization: Authorization,
    idempotency_key: str,
    now: datetime,
) -> PostingResult:
    """
    Set a person's money aside for a merchant until it is captured, voided or expires.

    ``expire_holds`` releases the hold after ``expires_at``. Until that has run, a capture still succeeds.
    """
    payer = get_or_open_wallet(user_id=payer_id, now=now, asset=amount.asset)
    taker = get_or_open_merchant_account(merchant, amount.asset, now)
    content = {
        "merchant": merchant,
        "amount": amount.to_wire(),
        "reference": reference,
        "expires_at": expires_at.isoformat(),
    }
    entry = JournalEntry(
        key=derive_key(f"user:{payer_id}:hold", idempotency_key, content),
        kind="held",
        authorization=authorization,
        lines=(TransferLine(payer.pk, taker.pk, amount.require_positive(), phase="hold", expires_at=expires_at),),
        reference=reference,
        actor_id=payer_id,
    )
    answer = ledger.post(entry, now=now)
    push.wallets_changed(answer.changes)
    return answer


def capture_hold(*, hold: UUID, amount: Money, idempotency_key: str, now: datetime) -> PostingResult:
    """
    Capture all or part of a hold, and release the rest.

    Raises HoldNotFound.
    """
    held = queries.get_hold_transfer(hold)
    line = TransferLine(held.debit_id, held.credit_id, amount.require_positive(), phase="capture", pending_id=held.pk)
    content = {"hold": str(hold), "amount": amount.to_wire()}
    key = derive_key("hold:capture", idempotency_key, content)
    return _resolve(held, line, "captured", BY_EARLIER_HOLD, key, now)


def void_hold(*, hold: UUID, idempotency_key: str, now: datetime) -> PostingResult:
    """
    Release a hold in full, without a capture.

    Raises HoldNotFound.
    """
    held = queries.get_hold_transfer(hold)
    key = derive_key("hold:void", idempotency_key, {"hold": str(hold)})
    return _resolve(held, _void_line(held), "voided", BY_EARLIER_HOLD, key, now)


@every(seconds=5)
def expire_holds(now: datetime) -> int:
    """
    Release every expired hold and return how many were released.

    Several processes may run it at once; each hold is released once.
    """
    given_back = 0
    for held in queries.list_expired_holds(now, limit=EXPIRED_BATCH_MAX):
        key = derive_key("hold:expire", str(held.pk), {"hold": held.pk})
        answer = _resolve(held, _void_line(held), "expired", BY_TIMER, key, now)
        given_back += isinstance(answer, ledger.Posted) and not answer.replayed
    return given_back


def _void_line(held: Transfer) -> TransferLine:
    return TransferLine(held.debit_id, held.credit_id, Money(0, held.asset), phase="void", pending_id=held.pk)


def _resolve(
    held: Transfer,
    line: TransferLine,
    kind: str,
    authorization: Authorization,
    key: ledger.IdempotencyKey,
    now: datetime,
) -> PostingResult:
    reference = held.journal.reference
    entry = JournalEntry(key=key, kind=kind, authorization=authorization, lines=(line,), reference=reference)
    answer = ledger.post(entry, now=now)
    push.wallets_changed(answer.changes)
    return answer
