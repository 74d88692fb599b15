"""Reading the ledger; the asker is an argument, and a stranger learns nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum

from payments import chart
from payments.errors import EscrowNotFound, HoldNotFound, OperatorsOnly, ReceiptNotFound, TopUpNotFound
from payments.models import (
    ESCROW_PAID,
    Account,
    Inbox,
    Journal,
    OpenHold,
    Pin,
    PinTries,
    Posting,
    Tier,
    TopUp,
    Transfer,
)
from payments.purposes import find_references
from superapp.core import prepared
from superapp.core.money import IDR, Money

PAGE_MAX = 100
STATEMENT_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Movement:
    """A line of an account's statement, as its owner sees it."""

    journal: UUID
    kind: str
    reference: str
    seq: int
    rev: int
    delta: Money
    held_delta: Money
    balance_after: Money
    held_after: Money
    posted_at: datetime
    memo: str
    peer_kind: str
    peer_id: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account stood after a line; before the first, nothing."""

    seq: int
    balance: int


@dataclass(frozen=True, slots=True)
class Period:
    """A part of a statement: the lines behind ``opening`` up to and with ``closing``."""

    account: Account
    opening: Standing
    closing: Standing


# Accounts.


def account_of(kind: chart.Kind, name: str, asset: str = IDR) -> Account | None:
    return Account.objects.filter(code=chart.code(kind, name, asset)).first()


def wallet_of(user_id: int, asset: str = IDR) -> Account | None:
    return Account.objects.filter(owner_id=user_id, kind=chart.WALLET.name, asset=asset).first()


def ask_wallet_id(user_id: int, asset: str) -> Callable[[], int | None]:
    """The id of a person's wallet, if they have one, among statements that are sent together."""
    asked = prepared.ask(
        "SELECT id FROM payments_account WHERE owner_id = %s AND kind = %s AND asset = %s",
        [user_id, chart.WALLET.name, asset],
    )

    def answered() -> int | None:
        rows = asked()
        return int(rows[0][0]) if rows else None

    return answered


def with_waiting(kind: chart.Kind, name: str, asset: str = IDR) -> tuple[Account, int] | None:
    """
    An account and what lies in its inbox, in one statement: rolled up in between, money would be counted twice or not.
    """
    waiting = (
        Inbox.objects.filter(account=OuterRef("pk"))
        .order_by()
        .values("account")
        .annotate(all=Sum("amount"))
        .values("all")
    )
    account = Account.objects.filter(code=chart.code(kind, name, asset)).annotate(waiting=Subquery(waiting)).first()
    return (account, account.waiting or 0) if account else None


def tier_of(user_id: int) -> str:
    return Tier.objects.filter(user_id=user_id).values_list("name", flat=True).first() or "basic"


def require_operator(user_id: int) -> None:
    """
    :raises OperatorsOnly: if this person is none
    """
    if not get_user_model().objects.filter(pk=user_id, is_active=True, is_staff=True).exists():
        raise OperatorsOnly


# Movements.


def _movements(account: Account) -> QuerySet[Posting]:
    return Posting.objects.filter(account=account).select_related(
        "transfer__journal", "transfer__journal__memo", "transfer__debit", "transfer__credit"
    )


def movements(account: Account, *, before_seq: int | None = None, limit: int = 50, search: str = "") -> list[Movement]:
    """
    The newest lines of a statement, the newest first; those whose words, reference, purpose or other person contain
    ``search``.
    """
    rows = _movements(account)
    if before_seq is not None:
        rows = rows.filter(seq__lt=before_seq)
    if search:
        rows = rows.filter(
            Q(transfer__journal__memo__text__icontains=search)
            | Q(transfer__journal__reference__icontains=search)
            | Q(transfer__journal__reference__in=find_references(account.owner_id or 0, search))
            | Q(transfer__debit__owner__name__icontains=search) & ~Q(transfer__debit=account)
            | Q(transfer__credit__owner__name__icontains=search) & ~Q(transfer__credit=account)
        )
    return [_movement(account, row) for row in rows.order_by("-seq")[: min(limit, PAGE_MAX)]]


def movements_after(account: Account, rev: int, *, limit: int = PAGE_MAX) -> list[Movement]:
    """The lines that came after this version of the account, in their order."""
    # A line's rev is its seq and the changes without money before it, of which there are no more than all of them. So
    # the lines are found by their number, which is indexed, however many came before.
    without_money = account.version - account.last_seq
    rows = _movements(account).filter(seq__gt=rev - without_money, rev__gt=rev).order_by("seq")[: min(limit, PAGE_MAX)]
    return [_movement(account, row) for row in rows]


def period(account: Account, since: datetime, until: datetime) -> Period:
    """
    What belongs to a period, from ``since`` up to but not including ``until``.

    Two payments at midnight may be numbered the other way round than their times. So a moment is a place between two
    lines: behind the last that was posted before it. Each line is in one period, and periods join without a gap.
    """
    return Period(account=account, opening=_standing_before(account, since), closing=_standing_before(account, until))


def movements_in(period: Period) -> Iterator[Movement]:
    """
    Every line of a period, in order.

    :raises LookupError: if one is missing, or does not follow from the one before it
    """
    account, at = period.account, period.opening
    while at.seq < period.closing.seq:
        lines = _movements(account).filter(seq__gt=at.seq, seq__lte=period.closing.seq).order_by("seq")
        page = list(lines[:STATEMENT_PAGE])
        for row in page:
            if row.seq != at.seq + 1 or row.balance_after != at.balance + row.delta:
                raise LookupError(f"line {at.seq + 1} of account {account.public_id} is not as it must be")
            at = Standing(row.seq, row.balance_after)
            yield _movement(account, row)
        if not page:
            raise LookupError(f"line {at.seq + 1} of account {account.public_id} is missing")


def _standing_before(account: Account, moment: datetime) -> Standing:
    row = Posting.objects.filter(account=account, transfer__journal__posted_at__lt=moment).order_by("-seq").first()
    return Standing(row.seq, row.balance_after) if row else Standing(0, 0)


def movement_of(user_id: int, journal: UUID) -> Movement:
    """
    :raises ReceiptNotFound: if there is no such journal, or no side of it is this person's
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
    return _movement(row.account, row)


def _movement(account: Account, row: Posting) -> Movement:
    journal = row.transfer.journal
    peer = row.transfer.credit if row.transfer.debit_id == account.pk else row.transfer.debit
    memo = getattr(journal, "memo", None) if journal.memo_hash else None
    return Movement(
        journal=journal.public_id,
        kind=journal.kind,
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


# Holds and escrow.


def hold_transfer(journal: UUID) -> Transfer:
    """
    The hold that this journal placed, resolved or not.

    :raises HoldNotFound: if it placed none
    """
    hold = Transfer.objects.filter(journal__public_id=journal, phase=Transfer.Phase.HOLD).order_by("line").first()
    if hold is None:
        raise HoldNotFound
    return hold


def expired_holds(now: datetime, *, limit: int) -> list[Transfer]:
    ids = OpenHold.objects.filter(expires_at__lte=now).order_by("expires_at").values_list("transfer_id", flat=True)
    return list(Transfer.objects.filter(pk__in=list(ids[:limit])).order_by("pk"))


def escrow_payment(reference: str) -> Transfer:
    """
    The transfer by which the money for this reference came into escrow.

    :raises EscrowNotFound: if none came
    """
    paid = Transfer.objects.filter(journal__reference=reference, journal__kind=ESCROW_PAID)
    found = paid.select_related("debit", "credit", "journal").order_by("pk").first()
    if found is None:
        raise EscrowNotFound
    return found


def merchant_paid(reference: str) -> Account | None:
    """The merchant to whom money for this reference was released."""
    released = Transfer.objects.filter(
        journal__reference=reference, journal__kind="escrow_released", credit__kind=chart.MERCHANT.name
    )
    row = released.select_related("credit").order_by("-pk").first()
    return row.credit if row else None


def escrow_balances() -> dict[str, int]:
    """What lies in escrow now, by reference; nothing is left out but the empty."""
    rows = Account.objects.filter(kind=chart.ESCROW.name).exclude(credits=F("debits")).order_by("pk")
    return {row.code.removeprefix("escrow:").rpartition(":")[0]: row.balance for row in rows}


# Top-ups and PINs.


def lock_top_up(public_id: UUID) -> TopUp:
    """
    Lock a top-up that waits for its second person.

    :raises TopUpNotFound: if there is none, or it was decided
    """
    row = (
        TopUp.objects.select_for_update(of=("self",), no_key=True)
        .filter(public_id=public_id, state=TopUp.State.ASKED)
        .first()
    )
    if row is None:
        raise TopUpNotFound
    return row


def waiting_top_ups() -> list[TopUp]:
    rows = TopUp.objects.filter(state=TopUp.State.ASKED).select_related("user", "maker")
    return list(rows.order_by("asked_at", "pk")[:PAGE_MAX])


def lock_pin(user_id: int) -> Pin | None:
    return Pin.objects.select_for_update(no_key=True).filter(user_id=user_id).first()


def pin_of(user_id: int) -> Pin | None:
    return Pin.objects.filter(user_id=user_id).first()


def pin_tries_of(user_id: int) -> list[PinTries]:
    return list(PinTries.objects.filter(user_id=user_id).select_related("device").order_by("pk"))


def pin_alarms(user_id: int, _now: datetime) -> QuerySet[PinTries]:
    """The devices whose wrong tries of the PIN this person is to be told of."""
    return PinTries.objects.filter(user_id=user_id, untold__gt=0)


def has_pin(user_id: int) -> bool:
    return Pin.objects.filter(user_id=user_id).exclude(pin_hash="").exists()


def journal_of(public_id: UUID) -> Journal | None:
    return Journal.objects.filter(public_id=public_id).first()
