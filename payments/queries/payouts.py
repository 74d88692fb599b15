"""Queries of payouts to merchants' bank accounts, and of those accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from payments.domain.receipt_numbers import format_number
from payments.errors import PayoutNotFound
from payments.models import PayoutAccount, Settlement, Withdrawal
from payments.queries.bank_money import get_receipt_of
from payments.queries.transfer_steps import Step, list_steps
from superapp.core.money import Money

RECENT_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutAccountDetails:
    """
    The bank account to which a merchant is paid out; another one has another ``version``.

    Payouts on a schedule go there from ``scheduled_from`` on.
    """

    version: int
    bank_code: str
    bank_name: str
    number: str
    holder: str
    chosen_at: datetime
    scheduled_from: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutDetails:
    """A payout to a merchant's bank account. ``state`` is ``held``, ``submitted``, ``done`` or ``failed``."""

    public_id: UUID
    bank_name: str
    number: str
    holder: str
    amount: Money
    fee: Money
    state: str
    is_open: bool
    is_scheduled: bool
    created_at: datetime
    partner_reference: str
    bank_reference: str
    receipt_number: str
    steps: list[Step]


def find_payout_account(merchant: str) -> PayoutAccountDetails | None:
    """Return the bank account to which a merchant is paid out, or None if none was ever chosen."""
    row = PayoutAccount.objects.filter(merchant=merchant).order_by("-version").first()
    return None if row is None else to_account_details(row)


def get_payout(merchant: str, public_id: UUID) -> PayoutDetails:
    """
    Return one payout of a merchant.

    :raises PayoutNotFound: if there is none, or it is another merchant's
    """
    row = Withdrawal.objects.select_related("hold").filter(merchant=merchant, public_id=public_id).first()
    if row is None or not merchant:
        raise PayoutNotFound
    return _to_details(row, is_scheduled=Settlement.objects.filter(journal_id=row.hold_id).exists())


def find_payout_by_key(merchant: str, owner_id: int, idempotency_key: str) -> UUID | None:
    """Return the payout that an owner requested for a merchant under this idempotency key, or None."""
    asked = {"hold__request__scope": payout_scope(owner_id), "hold__request__key": idempotency_key}
    return Withdrawal.objects.filter(merchant=merchant, **asked).values_list("public_id", flat=True).first()


def list_payouts(merchant: str) -> list[PayoutDetails]:
    """Return a merchant's payouts, newest first, at most ``RECENT_MAX``."""
    rows = Withdrawal.objects.filter(merchant=merchant).exclude(merchant="").select_related("hold")
    found = list(rows.order_by("-created_at", "-pk")[:RECENT_MAX])
    scheduled = set(
        Settlement.objects.filter(journal_id__in=[row.hold_id for row in found]).values_list("journal_id", flat=True)
    )
    return [_to_details(row, is_scheduled=row.hold_id in scheduled) for row in found]


def payout_scope(owner_id: int) -> str:
    """Return the scope of the idempotency keys of an owner's payouts to banks."""
    return f"user:{owner_id}:bank_payout"


def to_account_details(row: PayoutAccount) -> PayoutAccountDetails:
    return PayoutAccountDetails(
        version=row.version,
        bank_code=row.bank_code,
        bank_name=_bank_name(row.bank_code),
        number=row.number,
        holder=row.holder,
        chosen_at=row.chosen_at,
        scheduled_from=row.scheduled_from,
    )


def _to_details(row: Withdrawal, *, is_scheduled: bool) -> PayoutDetails:
    return PayoutDetails(
        public_id=row.public_id,
        bank_name=_bank_name(row.bank_code),
        number=row.account_number,
        holder=row.holder,
        amount=Money(row.amount, row.asset),
        fee=Money(row.fee, row.asset),
        state=row.state,
        is_open=row.closed_at is None,
        is_scheduled=is_scheduled,
        created_at=row.created_at,
        partner_reference=row.partner_reference,
        bank_reference=row.bank_reference,
        receipt_number=format_number(get_receipt_of(row)),
        steps=list_steps(row),
    )


def _bank_name(code: str) -> str:
    return str(settings.BANKS.get(code, code))
