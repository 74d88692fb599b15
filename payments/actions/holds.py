"""Holds: money set aside for a short while, then taken or given back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from payments import ledger, push, queries
from payments.actions.escrow import merchant_account
from payments.actions.wallets import open_wallet
from payments.authorization import BY_EARLIER_HOLD, BY_TIMER, Authorization
from payments.ledger import Answer, Entry, Line, key_for
from payments.models import Transfer
from payments.offering import offered
from superapp.core.money import Money
from superapp.core.work import every

EXPIRED_AT_ONCE_MAX = 500


@offered
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
) -> Answer:
    """
    Set a person's money aside for a merchant, so that it can be neither spent nor held again until released.

    A hold that nobody captures by ``expires_at`` returns by itself. It ends by that, not by the clock: a capture that
    comes first is good.
    """
    payer = open_wallet(user_id=payer_id, now=now, asset=amount.asset)
    taker = merchant_account(merchant, amount.asset, now)
    content = {
        "merchant": merchant,
        "amount": amount.wire(),
        "reference": reference,
        "expires_at": expires_at.isoformat(),
    }
    entry = Entry(
        key=key_for(f"user:{payer_id}:hold", idempotency_key, content),
        kind="held",
        authorization=authorization,
        lines=(Line(payer.pk, taker.pk, amount.positive(), phase="hold", expires_at=expires_at),),
        reference=reference,
        actor_id=payer_id,
    )
    answer = ledger.post(entry, now=now)
    push.wallets_changed(answer.changes)
    return answer


def capture_hold(*, hold: UUID, amount: Money, idempotency_key: str, now: datetime) -> Answer:
    """
    Take what was set aside, or part of it; the rest goes back.

    :raises HoldNotFound: if there was never such a hold
    """
    held = queries.hold_transfer(hold)
    line = Line(held.debit_id, held.credit_id, amount.positive(), phase="capture", pending_id=held.pk)
    content = {"hold": str(hold), "amount": amount.wire()}
    key = key_for("hold:capture", idempotency_key, content)
    return _resolve(held, line, "captured", BY_EARLIER_HOLD, key, now)


def void_hold(*, hold: UUID, idempotency_key: str, now: datetime) -> Answer:
    """
    Give back everything that was set aside.

    :raises HoldNotFound: if there was never such a hold
    """
    held = queries.hold_transfer(hold)
    key = key_for("hold:void", idempotency_key, {"hold": str(hold)})
    return _resolve(held, _void(held), "voided", BY_EARLIER_HOLD, key, now)


@every(seconds=5)
def expire_holds(now: datetime) -> int:
    """Give back every hold whose time is over; several processes may try, one of them does."""
    given_back = 0
    for held in queries.expired_holds(now, limit=EXPIRED_AT_ONCE_MAX):
        key = key_for("hold:expire", str(held.pk), {"hold": held.pk})
        answer = _resolve(held, _void(held), "expired", BY_TIMER, key, now)
        given_back += isinstance(answer, ledger.Posted) and not answer.replayed
    return given_back


def _void(held: Transfer) -> Line:
    return Line(held.debit_id, held.credit_id, Money(0, held.asset), phase="void", pending_id=held.pk)


def _resolve(
    held: Transfer, line: Line, kind: str, authorization: Authorization, key: ledger.Key, now: datetime
) -> Answer:
    reference = held.journal.reference
    entry = Entry(key=key, kind=kind, authorization=authorization, lines=(line,), reference=reference)
    answer = ledger.post(entry, now=now)
    push.wallets_changed(answer.changes)
    return answer
