"""A settlement of nothing, for tests that need a row."""

from __future__ import annotations

from payments.models import Settlement

SUMS = dict.fromkeys(("opening", "gross", "fees", "refunds", "net", "other", "paid", "left"), 0)


def store_settlement(owner_id, now, **fields):
    row = {"merchant": "m", "day": now.date(), "owner_id": owner_id, "last_seq": 1, "settled_at": now}
    return Settlement.objects.create(**row | SUMS | fields)
