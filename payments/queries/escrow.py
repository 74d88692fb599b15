"""Queries of holds and escrow."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import F, Sum

from payments.domain import chart_of_accounts
from payments.errors import EscrowNotFound, HoldNotFound
from payments.models import ESCROW_PAID, Account, OpenHold, Transfer
from superapp.core.money import Money


def get_hold_transfer(journal: UUID) -> Transfer:
    """
    Return the hold that this journal placed, resolved or not.

    :raises HoldNotFound: if it placed none
    """
    hold = Transfer.objects.filter(journal__public_id=journal, phase=Transfer.Phase.HOLD).order_by("line").first()
    if hold is None:
        raise HoldNotFound
    return hold


def list_expired_holds(now: datetime, *, limit: int) -> list[Transfer]:
    ids = OpenHold.objects.filter(expires_at__lte=now).order_by("expires_at").values_list("transfer_id", flat=True)
    return list(Transfer.objects.filter(pk__in=list(ids[:limit])).order_by("pk"))


def get_escrow_payment(reference: str) -> Transfer:
    """
    Return the transfer that paid the escrow of this reference.

    :raises EscrowNotFound: if it was never paid
    """
    paid = Transfer.objects.filter(journal__reference=reference, journal__kind=ESCROW_PAID)
    found = paid.select_related("debit", "credit", "journal").order_by("pk").first()
    if found is None:
        raise EscrowNotFound
    return found


def find_paid_merchant(reference: str) -> Account | None:
    """Return the account of the merchant to which this reference was released, or None."""
    released = Transfer.objects.filter(
        journal__reference=reference, journal__kind="escrow_released", credit__kind=chart_of_accounts.MERCHANT.name
    )
    row = released.select_related("credit").order_by("-pk").first()
    return row.credit if row else None


def get_suspended_refund(reference: str) -> Money:
    """Return how much of the refunds of this reference went to suspense, because it did not fit into the wallet."""
    refunds = Transfer.objects.filter(journal__reference=reference, journal__kind="escrow_refunded")
    suspended = refunds.filter(credit__kind=chart_of_accounts.SUSPENSE.name).aggregate(total=Sum("amount"))
    return Money(suspended["total"] or 0)


def get_escrow_balances() -> dict[str, int]:
    """Return all non-zero escrow balances by reference, in minor units."""
    rows = Account.objects.filter(kind=chart_of_accounts.ESCROW.name).exclude(credits=F("debits")).order_by("pk")
    return {row.code.removeprefix("escrow:").rpartition(":")[0]: row.balance for row in rows}
