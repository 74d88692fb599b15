"""Blocked people cannot reach the one who blocked them through orders, notes, reasons or money."""

from __future__ import annotations

import pytest

from chat.models import Message
from payments import api as payments
from payments import errors as payment_errors
from shop import api as shop_api
from shop import errors
from shop.actions import checkout
from shop.queries import order_pagination
from superapp.accounts import api as accounts
from superapp.accounts.errors import PersonNotFound
from superapp.core import outbox
from superapp.core.models import Fact
from superapp.core.money import Money
from tests.harness.socket_client import make_trusted_device
from tests.payments.purses import PIN

THREAT = "aku tahu rumahmu"


def deliver():
    while Fact.objects.exists():
        outbox.deliver_due(Fact.objects.order_by("-due_at").values_list("due_at", flat=True)[0])


def block(owner, whom, now):
    accounts.block_person(user_id=owner.pk, peer_public_id=whom.public_id, now=now)


def lines():
    return list(Message.objects.order_by("pk").values_list("kind", flat=True))


def send(sender, receiver, amount, now, **fields):
    return payments.send_to_person(
        sender_id=sender.pk,
        receiver=receiver.public_id,
        amount=Money(amount),
        pin=PIN,
        now=now,
        **{"idempotency_key": f"send-{amount}", **fields},
    )


def test_buyer_whom_the_owner_blocked_is_refused_as_if_nothing_were_for_sale(bo, ana, product, buy, now):
    block(bo, ana, now)

    answer = buy(ana, product, note=THREAT)
    quote = shop_api.quote_purchase(product=product.public_id, quantity=1, buyer_id=ana.pk)

    assert isinstance(answer, shop_api.CheckoutRefused)
    assert answer.code == errors.NotForSale.code
    assert isinstance(quote.why_not, errors.NotForSale)
    assert not order_pagination.list_sales(bo.pk, only="all", after=None, now=now).items


def test_other_buyers_of_a_shop_that_blocked_one_buy_as_before(bo, ana, make_payer, product, buy, now):
    eve = make_payer("eve")
    block(bo, eve, now)

    assert isinstance(buy(ana, product), shop_api.CheckoutCompleted)


def test_order_before_a_block_has_no_new_events_and_no_reason(bo, ana, product, buy, now):
    placed = buy(ana, product, note="ukuran L")
    deliver()
    block(bo, ana, now)
    before = lines()
    to_pack = shop_api.fetch_order(user_id=bo.pk, order=placed.order)

    shop_api.cancel_order(
        user_id=ana.pk, order=placed.order, device_id=make_trusted_device(ana), pin="", reason=THREAT, now=now
    )
    deliver()
    of_merchant = shop_api.fetch_order(user_id=bo.pk, order=placed.order)
    of_buyer = shop_api.fetch_order(user_id=ana.pk, order=placed.order)
    listed = order_pagination.list_sales(bo.pk, only="all", after=None, now=now).items

    assert lines() == before == ["card"]
    assert Message.objects.get().card["state"] == "cancelled"
    assert to_pack.summary.note == "ukuran L"
    assert (of_merchant.summary.state, of_merchant.summary.note, of_merchant.steps[-1].reason) == ("cancelled", "", "")
    assert [row.note for row in listed] == [""]
    assert (of_buyer.summary.note, of_buyer.steps[-1].reason) == ("ukuran L", THREAT)


def test_repeated_cancellations_of_a_buyer_are_limited(bo, ana, product, buy, now, monkeypatch):
    monkeypatch.setattr(checkout, "OPEN_ORDERS_PER_DAY_MAX", 2)
    kept = buy(ana, product)
    again = buy(ana, product)
    shop_api.cancel_order(
        user_id=ana.pk, order=again.order, device_id=make_trusted_device(ana), pin="", reason="", now=now
    )

    with pytest.raises(errors.TooManyOrders) as refused:
        buy(ana, product, idempotency_key="third")

    assert refused.value.params == {"orders_max": 2}
    shop_api.accept_order(user_id=bo.pk, order=kept.order, now=now)
    shop_api.ship_order(user_id=bo.pk, order=kept.order, courier="JNE", resi="JT1", now=now)
    # No key was burnt.
    assert isinstance(buy(ana, product, idempotency_key="third"), shop_api.CheckoutCompleted)


def test_transfer_to_a_blocker_is_refused_without_revealing_names(ana, bo, now):
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    block(bo, ana, now)

    with pytest.raises(PersonNotFound):
        send(ana, bo, 5_000_00, now)
    with pytest.raises(PersonNotFound):
        payments.find_recipient(ana.pk, user=bo.public_id, now=now)
    assert payments.get_wallet(bo.pk, now=now).available == Money(0)


def test_payment_before_a_block_keeps_its_response(ana, bo, now):
    first = send(ana, bo, 5_000_00, now)
    block(bo, ana, now)

    assert send(ana, bo, 5_000_00, now).public_id == first.public_id


def test_transfer_to_a_stranger_has_a_minimum_amount(ana, bo, now):
    with pytest.raises(payment_errors.TooLittle) as refused:
        send(ana, bo, 1_00, now)

    assert refused.value.params == {"amount_min": "Rp1.000", "amount_min_minor": 1_000_00}
    send(ana, bo, 1_000_00, now)
    accounts.connect_people(user_id=ana.pk, peer_id=bo.pk, now=now)
    send(ana, bo, 1_00, now)
    assert payments.get_wallet(bo.pk, now=now).available == Money(1_001_00)
