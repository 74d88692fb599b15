"""Top-ups at the counter by two operators: one requests, another approves."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from payments import errors, push, queries
from payments.actions import authorizations
from payments.actions.issued_money import require_float_room
from payments.actions.wallets import get_or_open_wallet
from payments.domain import chart_of_accounts
from payments.domain.authorization import Authorization
from payments.domain.feature_gates import requires_payments
from payments.events import ToppedUp
from payments.models import TopUp
from payments.writers import ledger
from payments.writers.ledger import JournalEntry, Posted, PostingResult, TransferLine, derive_key
from superapp.accounts import api as accounts
from superapp.core import ids
from superapp.core.errors import InputInvalid
from superapp.core.money import Money
from superapp.core.text_cleaning import clean_line

REASON_CHARS_MAX = 140


@requires_payments
def request_top_up(*, user_id: int, amount: Money, reason: str, maker_id: int, now: datetime) -> TopUp:
    """
    Request that cash received at the counter be credited to a person's wallet.

    Nothing is posted until another operator approves. Raises OperatorsOnly, TwoPersonsNeeded, FloatCapReached,
    AmountInvalid, AmountNotWhole, InputInvalid, and TopUpWaits while one of the same operator with the same values and
    reason waits.
    """
    queries.require_operator(maker_id)
    if maker_id == user_id:
        raise errors.TwoPersonsNeeded
    require_float_room(amount.require_whole())
    reason = clean_line(reason)
    if not 0 < len(reason) <= REASON_CHARS_MAX:
        raise InputInvalid(detail="reason")
    values: dict[str, Any] = {
        "user_id": user_id,
        "amount": amount.amount_minor,
        "asset": amount.asset,
        "reason": reason,
        "maker_id": maker_id,
    }
    with transaction.atomic():
        accounts.lock_people({maker_id})
        if queries.is_top_up_pending(**values):
            raise errors.TopUpWaits
        return TopUp.objects.create(**values, asked_at=now)


@requires_payments
def approve_top_up(*, top_up: UUID, checker_id: int, now: datetime) -> PostingResult:
    """
    Approve and post a requested top-up.

    A refused posting also closes the request. Raises OperatorsOnly, TwoPersonsNeeded, TopUpNotFound, and
    FloatCapReached, which leaves it open.
    """
    queries.require_operator(checker_id)
    with transaction.atomic():
        row = queries.lock_top_up(top_up)
        authorization = authorizations.authorize_two_operators(row.maker_id, checker_id, beside=row.user_id)
        answer = _post_top_up(row, checker_id, authorization, now)
        row.state = TopUp.State.REJECTED
        if isinstance(answer, Posted):
            row.state, row.journal_id = TopUp.State.APPROVED, answer.journal_id
        row.checker_id, row.checked_at = checker_id, now
        row.save(update_fields=["state", "journal", "checker", "checked_at"])
    push.wallets_changed(answer.changes)
    return answer


def reject_top_up(*, top_up: UUID, checker_id: int, now: datetime) -> None:
    """
    Reject a requested top-up.

    Raises OperatorsOnly, TwoPersonsNeeded, TopUpNotFound.
    """
    queries.require_operator(checker_id)
    with transaction.atomic():
        row = queries.lock_top_up(top_up)
        if checker_id in (row.maker_id, row.user_id):
            raise errors.TwoPersonsNeeded
        row.state, row.checker_id, row.checked_at = TopUp.State.REJECTED, checker_id, now
        row.save(update_fields=["state", "checker", "checked_at"])


def _post_top_up(row: TopUp, checker_id: int, authorization: Authorization, now: datetime) -> PostingResult:
    wallet = get_or_open_wallet(user_id=row.user_id, now=now, asset=row.asset)
    cash = ledger.get_or_open_account(
        chart_of_accounts.account_code(chart_of_accounts.CASH, chart_of_accounts.COUNTER, row.asset),
        kind=chart_of_accounts.CASH,
        asset=row.asset,
        now=now,
    )
    public_id = ids.new_id()
    return ledger.post(
        JournalEntry(
            key=derive_key("topup", str(row.public_id), {"amount": row.amount, "asset": row.asset}),
            kind="topped_up",
            authorization=authorization,
            lines=(TransferLine(cash.pk, wallet.pk, Money(row.amount, row.asset)),),
            actor_id=checker_id,
            public_id=public_id,
            fact=ToppedUp(journal=str(public_id), user_id=row.user_id, amount_minor=row.amount, asset=row.asset),
        ),
        now=now,
    )
