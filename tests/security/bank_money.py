"""Belongings of Ana at the bank, for outsiders to attack."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from payments.models import Charge, VirtualAccount, Withdrawal
from superapp.accounts.models import User


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
