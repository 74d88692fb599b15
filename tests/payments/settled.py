"""Sales by QRIS and rows of settlements, for tests of settlements and payouts."""

from __future__ import annotations

from payments import api
from payments.models import Settlement
from tests.payments.test_qris_payments import bill_of, pay

SUMS = dict.fromkeys(("opening", "gross", "fees", "refunds", "net", "other", "paid", "left"), 0)


def store_settlement(owner_id, now, **fields):
    row = {"merchant": "m", "day": now.date(), "owner_id": owner_id, "last_seq": 1, "settled_at": now}
    return Settlement.objects.create(**row | SUMS | fields)


def sell_by_code(payer, now, *, amount, key):
    """Have a payer pay a QRIS code of the shop, and return the reference of the payment."""
    answer = pay(payer, bill_of(now, amount=amount, key=key).payload, now, amount=amount, key=f"k{key}")
    return api.qris_reference(answer.public_id)
