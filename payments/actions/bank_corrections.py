"""Closing breaks by two operators: by a journal that makes the ledger agree with the bank, or with an explanation."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction

from payments import errors
from payments.actions.authorizations import authorize_two_operators
from payments.actions.escrow import get_or_open_suspense
from payments.actions.incoming_payments import get_or_open_bank_account
from payments.actions.suspense import clean_note, get_or_open_adjustments
from payments.domain.feature_gates import requires_payments
from payments.models import BankPosting, ReconciliationBreak
from payments.queries import reconciliation
from payments.writers import ledger
from payments.writers.ledger import JournalEntry, Posted, TransferLine, derive_key
from superapp.core.money import IDR, Money

Kind = ReconciliationBreak.Kind
State = ReconciliationBreak.State
# Of the others, the bank's own papers do not agree, and no journal of ours changes that.
CORRECTABLE = frozenset(
    {Kind.MISSING_IN_LEDGER, Kind.MISSING_AT_BANK, Kind.AMOUNT_DIFFERS, Kind.DUPLICATE, Kind.UNKNOWN_LINE}
)


class Against(StrEnum):
    """The other side of a correction: money that is somebody's, or our own result."""

    SUSPENSE = "suspense"
    ADJUSTMENT = "adjustment"


def get_correction(row: ReconciliationBreak) -> Money:
    """
    Return what the bank has more than the ledger; negative if it has less.

    :raises NothingToCorrect: if no journal makes them agree
    """
    told = row.history_amount if row.statement_amount is None else row.statement_amount
    difference = (told or 0) - (row.ledger_amount or 0)
    if row.kind not in CORRECTABLE or difference == 0:
        raise errors.NothingToCorrect
    return Money(difference)


@requires_payments
def correct_break(
    *, break_id: int, against: Against, reason: str, maker_id: int, checker_id: int, now: datetime
) -> Posted:
    """
    Post the difference of an open break and clear it, once.

    What the bank has more may be somebody's: then it goes to suspense, from where it is cleared like any other. What
    it has less is a loss, and what is nobody's a gain of ours.

    :raises OperatorsOnly: or ``TwoPersonsNeeded``
    :raises BreakNotFound: if it is closed
    :raises NothingToCorrect: if no journal makes them agree, or less money shall go to suspense
    """
    authorization = authorize_two_operators(maker_id, checker_id)
    cleaned = clean_note(reason)
    with transaction.atomic():
        row = reconciliation.lock_break(break_id)
        difference = get_correction(row)
        is_more = difference.amount_minor > 0
        if against == Against.SUSPENSE and not is_more:
            raise errors.NothingToCorrect
        bank = get_or_open_bank_account(IDR, now)
        other = get_or_open_suspense(IDR, now) if against == Against.SUSPENSE else get_or_open_adjustments(now)
        line = TransferLine(bank.pk, other.pk, difference) if is_more else TransferLine(other.pk, bank.pk, -difference)
        answer = ledger.post(
            JournalEntry(
                key=derive_key("break:correct", str(row.pk), {"amount": difference.to_wire(), "against": against}),
                kind="bank_corrected",
                authorization=authorization,
                lines=(line,),
                reference=f"payments.break:{row.pk}",
                actor_id=checker_id,
            ),
            now=now,
        )
        assert isinstance(answer, Posted), "neither account has bounds, and the break is locked"
        BankPosting.objects.create(
            bank_reference=row.reference,
            amount=difference.amount_minor,
            at=reconciliation.day_begins(row.day) + timedelta(hours=12),
            journal_id=answer.journal_id,
            reason=cleaned,
            maker_id=maker_id,
            checker_id=checker_id,
        )
        row.journal_id = answer.journal_id
        _close(row, State.CLEARED, cleaned, maker_id, checker_id, now)
    return answer


@requires_payments
def explain_break(*, break_id: int, note: str, maker_id: int, checker_id: int, now: datetime) -> None:
    """
    Close an open break with the reason why it stays.

    :raises OperatorsOnly: or ``TwoPersonsNeeded``
    :raises BreakNotFound: if it is closed
    """
    authorize_two_operators(maker_id, checker_id)
    cleaned = clean_note(note)
    with transaction.atomic():
        _close(reconciliation.lock_break(break_id), State.EXPLAINED, cleaned, maker_id, checker_id, now)


def _close(row: ReconciliationBreak, state: State, note: str, maker_id: int, checker_id: int, now: datetime) -> None:
    row.state, row.note, row.closed_at = state, note, now
    row.maker_id, row.checker_id = maker_id, checker_id
    row.save(update_fields=["state", "note", "closed_at", "maker", "checker", "journal"])
