"""Requests, made and paid through the facade."""

from __future__ import annotations

from peer_payments import api
from superapp.core.money import Money
from tests.payments.purses import PIN


def ask(requester, payer, now, *, minor=15_000_00, note="bakso 🍜", key="k"):
    return api.request_money(
        requester_id=requester.pk,
        payer=payer.public_id,
        amount=Money(minor),
        note=note,
        idempotency_key=key,
        now=now,
    )


def pay(payer, request, now, *, attempt=0, pin=PIN):
    return api.pay_request(
        payer_id=payer.pk, request=request.public_id, attempt=attempt, device_id=None, pin=pin, now=now
    )
