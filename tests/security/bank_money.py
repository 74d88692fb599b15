"""Belongings of Ana at the bank, for outsiders to attack."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from payments.models import Charge, Journal, PayoutAccount, VirtualAccount, Withdrawal
from superapp.accounts.models import User

SECRETS_OF_PAYOUTS = {"88776655443", "RAHASIA TOKO", "rahasia-pencairan"}


def make_payout(owner_id: int, merchant: str, now: datetime) -> str:
    """Make the bank account of a merchant and a payout that is on its way there; return its id."""
    to = {"bank_code": "014", "holder": "RAHASIA TOKO"}
    PayoutAccount.objects.create(
        merchant=merchant,
        version=1,
        owner_id=owner_id,
        number="88776655443",
        chosen_at=now,
        scheduled_from=now,
        **to,
    )
    row = Withdrawal.objects.create(
        user_id=owner_id,
        merchant=merchant,
        account_number="88776655443",
        amount=54_321_00,
        fee=0,
        asset="IDR",
        partner_reference="rahasia-pencairan",
        hold=Journal.objects.filter(withdrawal=None).first(),
        state="submitted",
        created_at=now,
        submitted_at=now,
        ask_after=now + timedelta(days=1),
        **to,
    )
    return str(row.public_id)


def make(ana: User, journal_id: int, now: datetime) -> tuple[dict[str, dict[str, Any]], set[str]]:
    """Make a code of Ana's to top up, her number and a withdrawal on its way; return their ids and what is secret."""
    charge = Charge.objects.create(
        user=ana,
        method="qris",
        amount=87_654_00,
        asset="IDR",
        partner_reference="rahasia-kode",
        qr_content="rahasia-isi-kode",
        created_at=now,
        expires_at=now + timedelta(days=1),
    )
    VirtualAccount.objects.create(number="8800811223344556", user=ana, created_at=now)
    withdrawal = Withdrawal.objects.create(
        user=ana,
        bank_code="014",
        account_number="99887766554",
        holder="RAHASIA PEMILIK",
        amount=65_432_00,
        fee=0,
        asset="IDR",
        partner_reference="rahasia-tarikan",
        hold_id=journal_id,
        state="submitted",
        created_at=now,
        submitted_at=now,
        ask_after=now + timedelta(days=1),
    )
    theirs = {"charge": {"of ana": str(charge.public_id)}, "withdrawal": {"of ana": str(withdrawal.public_id)}}
    return theirs, {"8800811223344556", "99887766554", "RAHASIA PEMILIK", "rahasia-isi-kode", "rahasia-tarikan"}
