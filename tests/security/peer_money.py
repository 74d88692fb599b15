"""Requests for money between Ana and Bo, for the world that outsiders attack."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from chat import api as chat
from peer_payments import api
from superapp.accounts.models import User
from superapp.core.money import Money
from tests.payments.purses import PIN

NOTE = "rahasia-minta"


def make(ana: User, bo: User, now: datetime) -> dict[str, dict[str, Any]]:
    """Return what outsiders may name: requests of either, with a note that nobody else may read."""
    asked = [
        api.request_money(
            requester_id=requester.pk,
            payer=payer.public_id,
            amount=Money(12_000_00),
            note=NOTE,
            idempotency_key="asked",
            now=now,
        )
        for requester, payer in ((ana, bo), (bo, ana))
    ]
    group = chat.create_group(owner_id=ana.pk, title="rahasia-grup", member_ids=[bo.pk], now=now)
    bill = api.split_equally(
        maker_id=ana.pk,
        group=f"chat.conversation:{group.public_id}",
        title=NOTE,
        total=Money(30_000_00),
        people=[ana.public_id, bo.public_id],
        idempotency_key="bill",
        now=now,
    )
    share = bill.shares[0].public_id
    later = api.schedule_transfer(
        sender_id=ana.pk,
        receiver=bo.public_id,
        amount=Money(11_000_00),
        note=NOTE,
        repeat="monthly",
        first_on=(now + timedelta(days=20)).date(),
        time_zone="Asia/Jakarta",
        device_id=None,
        pin=PIN,
        idempotency_key="later",
        now=now,
    )
    return {
        "schedule": {"of ana": str(later.public_id)},
        "split": {"of ana": str(bill.public_id)},
        "money_request": {"of ana": str(asked[0].public_id), "of bo": str(asked[1].public_id), "share": str(share)},
    }
