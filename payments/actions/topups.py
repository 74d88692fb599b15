"""Money that comes in at the counter: one operator asks, another approves."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from payments import chart, errors, ledger, push, queries
from payments.actions import authorizing
from payments.actions.wallets import open_wallet
from payments.authorization import Authorization
from payments.events import ToppedUp
from payments.ledger import Answer, Entry, Line, Posted, key_for
from payments.models import TopUp
from payments.offering import offered
from superapp.core import ids
from superapp.core.errors import InputInvalid
from superapp.core.money import Money
from superapp.core.text_cleaning import clean_line

REASON_CHARS_MAX = 140


@offered
def ask_top_up(*, user_id: int, amount: Money, reason: str, maker_id: int, now: datetime) -> TopUp:
    """
    Ask that money which came in be put into a person's wallet. Nothing moves until somebody else approves.

    :raises OperatorsOnly: if the maker is none
    :raises TwoPersonsNeeded: if it is the maker's own wallet
    """
    queries.require_operator(maker_id)
    if maker_id == user_id:
        raise errors.TwoPersonsNeeded
    reason = clean_line(reason)
    if not 0 < len(reason) <= REASON_CHARS_MAX:
        raise InputInvalid(detail="reason")
    return TopUp.objects.create(
        user_id=user_id,
        amount=amount.positive().amount_minor,
        asset=amount.asset,
        reason=reason,
        maker_id=maker_id,
        asked_at=now,
    )


@offered
def approve_top_up(*, top_up: UUID, checker_id: int, now: datetime) -> Answer:
    """
    Let a top-up happen, as its second person. One that the ledger refuses is decided, too: it has to be asked for anew.

    :raises OperatorsOnly: if the checker is none
    :raises TwoPersonsNeeded: if the checker asked for it, or owns the wallet
    :raises TopUpNotFound: if there is none waiting
    """
    authorization = authorizing.authorize_operator(checker_id)
    with transaction.atomic():
        row = queries.lock_top_up(top_up)
        if checker_id in (row.maker_id, row.user_id):
            raise errors.TwoPersonsNeeded
        answer = _post(row, checker_id, authorization, now)
        row.state = TopUp.State.REJECTED
        if isinstance(answer, Posted):
            row.state, row.journal_id = TopUp.State.APPROVED, answer.journal_id
        row.checker_id, row.checked_at = checker_id, now
        row.save(update_fields=["state", "journal", "checker", "checked_at"])
    push.wallets_changed(answer.changes)
    return answer


def reject_top_up(*, top_up: UUID, checker_id: int, now: datetime) -> None:
    """Decide that a top-up does not happen. Who asked for it may not decide that either."""
    queries.require_operator(checker_id)
    with transaction.atomic():
        row = queries.lock_top_up(top_up)
        if checker_id in (row.maker_id, row.user_id):
            raise errors.TwoPersonsNeeded
        row.state, row.checker_id, row.checked_at = TopUp.State.REJECTED, checker_id, now
        row.save(update_fields=["state", "checker", "checked_at"])


def _post(row: TopUp, checker_id: int, authorization: Authorization, now: datetime) -> Answer:
    wallet = open_wallet(user_id=row.user_id, now=now, asset=row.asset)
    cash = ledger.open_account(chart.code(chart.CASH, "counter", row.asset), kind=chart.CASH, asset=row.asset, now=now)
    public_id = ids.new_id()
    return ledger.post(
        Entry(
            key=key_for("topup", str(row.public_id), {"amount": row.amount, "asset": row.asset}),
            kind="topped_up",
            authorization=authorization,
            lines=(Line(cash.pk, wallet.pk, Money(row.amount, row.asset)),),
            actor_id=checker_id,
            public_id=public_id,
            fact=ToppedUp(journal=str(public_id), user_id=row.user_id, amount_minor=row.amount, asset=row.asset),
        ),
        now=now,
    )
