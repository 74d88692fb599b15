"""Money that comes in at a bank for purchases that wait for it."""

from __future__ import annotations

import itertools
from datetime import datetime
from uuid import UUID

from django.test import override_settings

from payments import api as payments
from payments.actions.incoming_payments import BankCredit, place_incoming_payment
from shop.actions import pending_purchases
from shop.actions.purchase_requests import build_purchase_request
from shop.models import PendingPurchase
from superapp.core.money import Money

_references = itertools.count(1)
Method = payments.ChargeMethod


def begin_unpaid_purchase(buyer_id: int, product: str, now: datetime) -> UUID:
    """Begin a purchase of one piece at Rp25.000 that a bank is to pay, which is not asked for a code."""
    purchase = build_purchase_request(
        buyer_id=buyer_id,
        product=UUID(product),
        quantity=1,
        address={"name": "Ana", "phone": "0812 3456 7890", "text": "rahasia-alamat", "town": "Yogyakarta"},
        note="rahasia-catatan",
        expected_total=Money(25_000_00),
        idempotency_key="unpaid",
    )
    with override_settings(BANK_URL="http://bank.invalid"):
        pending = pending_purchases.open_pending_purchase(purchase, method=Method.QRIS, now=now)
    assert isinstance(pending, PendingPurchase)
    return pending.public_id


def charge_of(order: UUID) -> payments.Charge:
    charge = payments.find_charge_of(f"shop.order:{order}")
    assert charge is not None
    return charge


def pay(pending: PendingPurchase, now: datetime, *, sen: int | None = None, reference: str = "") -> None:
    """The bank tells of money that came in for this purchase."""
    charge = charge_of(pending.public_id)
    paid_to = charge.virtual_account.number if charge.method == Method.VIRTUAL_ACCOUNT else charge.partner_reference
    credit = BankCredit(
        bank_reference=reference or f"bank-{next(_references)}",
        paid_to=paid_to,
        amount=Money(sen or pending.total_sen),
        paid_at=now,
    )
    place_incoming_payment(credit, now=now)
