"""Requests, made and paid through the facade."""

from __future__ import annotations

from chat import api as chat
from peer_payments import api
from superapp.accounts import api as accounts
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


def make_group(owner, members, now, title="Makan siang"):
    """Return the reference of a group conversation; all are contacts of its owner."""
    for member in members:
        accounts.connect_people(user_id=owner.pk, peer_id=member.pk, now=now)
    group = chat.create_group(owner_id=owner.pk, title=title, member_ids=[member.pk for member in members], now=now)
    return f"chat.conversation:{group.public_id}"


def split(maker, group, people, now, *, minor=100_000_00, title="Makan siang 🍜", key="k"):
    return api.split_equally(
        maker_id=maker.pk,
        group=group,
        title=title,
        total=Money(minor),
        people=[person.public_id for person in people],
        idempotency_key=key,
        now=now,
    )
