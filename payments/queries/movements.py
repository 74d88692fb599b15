"""Queries of an account's movements and of its statement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from payments.contracts import Movement
from payments.domain import chart_of_accounts
from payments.domain.purposes import find_references
from payments.domain.receipt_numbers import parse_number
from payments.errors import ReceiptNotFound
from payments.models import Account, Journal, Posting
from superapp.core.money import Money

PAGE_MAX = 100


STATEMENT_PAGE_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class BalanceSnapshot:
    """The balance of an account after a posting; zero before the first."""

    seq: int
    balance: int


@dataclass(frozen=True, slots=True)
class StatementPeriod:
    """A period of a statement: the postings after ``opening`` up to and including ``closing``."""

    account: Account
    opening: BalanceSnapshot
    closing: BalanceSnapshot


def _postings_of(account: Account) -> QuerySet[Posting]:
    return Posting.objects.filter(account=account).select_related(
        "transfer__journal", "transfer__journal__memo", "transfer__debit", "transfer__credit"
    )


def list_movements(
    account: Account, *, before_seq: int | None = None, limit: int = 50, search: str = ""
) -> list[Movement]:
    """
    Return the movements of an account, newest first, before the cursor ``before_seq``.

    At most ``limit`` and ``PAGE_MAX``. ``search`` matches the memo, the reference, the purpose, the other person's
    name and the number of the receipt.
    """
    rows = _postings_of(account)
    if before_seq is not None:
        rows = rows.filter(seq__lt=before_seq)
    if search:
        number = parse_number(search)
        rows = rows.filter(
            (Q(transfer__journal__public_id__iendswith=number) if number else Q())
            | Q(transfer__journal__memo__text__icontains=search)
            | Q(transfer__journal__reference__icontains=search)
            | Q(transfer__journal__reference__in=find_references(account.owner_id or 0, search))
            | Q(transfer__debit__owner__name__icontains=search) & ~Q(transfer__debit=account)
            | Q(transfer__credit__owner__name__icontains=search) & ~Q(transfer__credit=account)
        )
    return [_to_movement(account, row) for row in rows.order_by("-seq")[: min(limit, PAGE_MAX)]]


def list_movements_after(account: Account, rev: int, *, limit: int = PAGE_MAX) -> list[Movement]:
    """Return the movements after a version of the account, oldest first."""
    # A posting's rev is its seq plus the number of changes without money before it, which is at most the account's
    # total. So the indexed seq narrows the search, however long the history is.
    without_money = account.version - account.last_seq
    rows = (
        _postings_of(account).filter(seq__gt=rev - without_money, rev__gt=rev).order_by("seq")[: min(limit, PAGE_MAX)]
    )
    return [_to_movement(account, row) for row in rows]


def get_statement_period(account: Account, since: datetime, until: datetime) -> StatementPeriod:
    """
    Return the statement period from ``since`` up to but not including ``until``.

    Two payments at midnight may be numbered in the reverse order of their times. So a bound is a position between two
    postings, after the last one that was posted before that moment. Each posting is in one period, and periods join
    without a gap.
    """
    return StatementPeriod(
        account=account, opening=_snapshot_before(account, since), closing=_snapshot_before(account, until)
    )


def iterate_movements(period: StatementPeriod) -> Iterator[Movement]:
    """
    Yield every movement of a period, in order.

    :raises LookupError: if a posting is missing, or does not follow from the one before it
    """
    account, at = period.account, period.opening
    while at.seq < period.closing.seq:
        lines = _postings_of(account).filter(seq__gt=at.seq, seq__lte=period.closing.seq).order_by("seq")
        page = list(lines[:STATEMENT_PAGE_ROWS])
        for row in page:
            if row.seq != at.seq + 1 or row.balance_after != at.balance + row.delta:
                raise LookupError(f"line {at.seq + 1} of account {account.public_id} is not as it must be")
            at = BalanceSnapshot(row.seq, row.balance_after)
            yield _to_movement(account, row)
        if not page:
            raise LookupError(f"line {at.seq + 1} of account {account.public_id} is missing")


def _snapshot_before(account: Account, moment: datetime) -> BalanceSnapshot:
    row = Posting.objects.filter(account=account, transfer__journal__posted_at__lt=moment).order_by("-seq").first()
    return BalanceSnapshot(row.seq, row.balance_after) if row else BalanceSnapshot(0, 0)


def get_movement(user_id: int, journal: UUID) -> Movement:
    """
    Return a person's side of a journal.

    :raises ReceiptNotFound: if the journal does not exist, or the person took no part
    """
    row = (
        Posting.objects.filter(account__owner_id=user_id, transfer__journal__public_id=journal)
        .select_related(
            "account", "transfer__journal", "transfer__journal__memo", "transfer__debit", "transfer__credit"
        )
        .order_by("transfer__line", "seq")
        .first()
    )
    if row is None:
        raise ReceiptNotFound
    return _to_movement(row.account, row)


def list_fees(user_id: int, journal: UUID) -> list[Money]:
    """Return what a person paid or set aside as fees in a journal, besides the amount itself."""
    rows = Posting.objects.filter(
        account__owner_id=user_id,
        transfer__journal__public_id=journal,
        transfer__credit__kind=chart_of_accounts.FEE.name,
    ).values_list("transfer__amount", "transfer__asset")
    return [Money(amount, asset) for amount, asset in rows.order_by("seq")]


def _to_movement(account: Account, row: Posting) -> Movement:
    journal = row.transfer.journal
    peer = row.transfer.credit if row.transfer.debit_id == account.pk else row.transfer.debit
    memo = getattr(journal, "memo", None) if journal.memo_hash else None
    return Movement(
        journal=journal.public_id,
        # The fee of a movement is a line of its own.
        kind=f"{journal.kind}_fee" if peer.kind == chart_of_accounts.FEE.name else journal.kind,
        reference=journal.reference,
        seq=row.seq,
        rev=row.rev,
        delta=Money(row.delta, account.asset),
        held_delta=Money(row.held_delta, account.asset),
        balance_after=Money(row.balance_after, account.asset),
        held_after=Money(row.held_after, account.asset),
        posted_at=journal.posted_at,
        memo=memo.text if memo else "",
        peer_kind=peer.kind,
        peer_id=peer.owner_id,
    )


def find_journal(public_id: UUID) -> Journal | None:
    return Journal.objects.filter(public_id=public_id).first()
