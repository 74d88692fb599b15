"""Buying: one commit or nothing, once under its key, and never more than there is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from payments import api as payments
from payments import errors as payment_errors
from payments.models import Account
from payments.writers import ledger
from shop import api, errors
from shop.actions import checkout
from shop.models import Attempt, Order, OrderCounter, OrderEvent, OrderTimer, StockMove
from superapp.core.errors import Unavailable
from superapp.core.fair_semaphore import FairSemaphore
from superapp.core.models import Fact
from superapp.core.money import Money
from tests.payments.purses import balance, top_up
from tests.shop.conftest import ADDRESS, stock_of


def test_purchase_pays_reserves_stock_and_stores_its_fact_in_one_commit(ana, bo, shop, product, buy, now):
    placed = buy(ana, product, 2, note="  Warna biru,\n\n\n\nya ")

    assert isinstance(placed, api.CheckoutCompleted)
    order = Order.objects.get()
    assert (order.public_id, order.number, order.state, order.version) == (placed.order, placed.number, "paid", 1)
    assert (order.items_sen, order.shipping_sen, order.total_sen) == (50_000_00, 0, 50_000_00)
    assert (order.shop_name, order.shop_town, order.note) == ("Manik Bo", "Yogyakarta", "Warna biru,\n\nya")
    assert order.address == ADDRESS
    assert (order.purchase_rev, order.sale_rev) == (1, 1)
    line = order.lines.get()
    assert (line.product_name, line.price_sen, line.quantity, line.total_sen) == (
        "Gelang manik",
        25_000_00,
        2,
        50_000_00,
    )
    assert stock_of(product, bo) == (10, 0, 2)
    assert list(StockMove.objects.order_by("seq").values_list("seq", "kind", "quantity", "reference")) == [
        (1, "set", 10, "set:10"),
        (2, "commit", 2, f"shop.order:{placed.order}"),
    ]
    assert payments.get_escrow_balances() == {f"shop.order:{placed.order}": 50_000_00}
    assert balance(ana, now) == 950_000_00
    counters = OrderCounter.objects.order_by("pk").values_list("user_id", "shop__handle", "orders", "unfinished", "rev")
    assert set(counters) == {(None, "manik-bo", 1, 1, 1), (ana.pk, None, 1, 1, 1)}
    event = OrderEvent.objects.get()
    assert (event.seq, event.transition, event.actor_kind, event.actor_id) == (1, "placed", "buyer", ana.pk)
    assert list(OrderTimer.objects.values_list("kind", "state")) == [("accept", "waiting")]
    fact = Fact.objects.get(name="shop.order_placed")
    assert fact.key == f"order:{placed.order}"
    assert (fact.payload["buyer_id"], fact.payload["merchant_id"], fact.payload["total_minor"]) == (
        ana.pk,
        bo.pk,
        50_000_00,
    )


def test_order_number_contains_the_day(ana, product, buy):
    placed = buy(ana, product)

    assert placed.number.startswith("NS-270301-")
    assert len(placed.number) == 16


def test_purchase_retry_returns_the_same_response_without_the_pin(ana, bo, product, buy, now):
    first = buy(ana, product, idempotency_key="tap")
    again = buy(ana, product, idempotency_key="tap", pin="000000")

    assert again == replace(first, replayed=True)
    assert stock_of(product, bo) == (10, 0, 1)
    assert balance(ana, now) == 975_000_00
    assert payments.get_pin_state(ana.pk, now=now).is_locked is False


def test_purchase_key_reused_for_another_request_is_refused(ana, product, buy):
    buy(ana, product, idempotency_key="tap")

    with pytest.raises(errors.KeyReused):
        buy(ana, product, 2, idempotency_key="tap")
    assert Order.objects.count() == 1


def test_wrong_pin_buys_nothing_and_uses_up_no_key(ana, bo, product, buy):
    with pytest.raises(payment_errors.PinWrong):
        buy(ana, product, idempotency_key="tap", pin="111222")
    assert not Order.objects.exists()
    assert stock_of(product, bo) == (10, 0, 0)

    assert isinstance(buy(ana, product, idempotency_key="tap"), api.CheckoutCompleted)


def test_purchase_without_a_free_slot_gets_retry_after_and_uses_up_no_key(ana, product, buy, monkeypatch):
    one = FairSemaphore(1)
    monkeypatch.setattr(checkout, "CHECKOUT_SLOTS", one)
    monkeypatch.setattr(checkout, "SLOT_WAIT_SECONDS_MAX", 0.01)

    with one.acquired(1), pytest.raises(Unavailable):
        buy(ana, product, idempotency_key="waits")
    assert not Attempt.objects.exists()

    assert isinstance(buy(ana, product, idempotency_key="waits"), api.CheckoutCompleted)


def test_purchase_of_own_product_is_refused(make_payer, make_shop, make_product, buy, now):
    bo = make_payer("bo", 100_000_00)
    product = make_product(make_shop(bo))

    refused = buy(bo, product)

    assert refused == api.CheckoutRefused("shop.own_goods", {})
    assert isinstance(refused.error(), errors.OwnGoods)
    assert stock_of(product, bo) == (10, 0, 0)
    assert balance(bo, now) == 100_000_00


def test_raised_price_is_shown_before_paying(ana, bo, product, buy, now):
    api.change_product(owner_id=bo.pk, product=product.public_id, price=Money(30_000_00), now=now)

    changed = buy(ana, product, 2, idempotency_key="tap")

    assert changed == api.CheckoutTotalChanged(Money(50_000_00), Money(60_000_00), Money(30_000_00))
    assert changed.error().body()["params"] == {
        "expected_minor": 50_000_00,
        "total_minor": 60_000_00,
        "price_minor": 30_000_00,
    }
    assert buy(ana, product, 2, idempotency_key="tap") == api.CheckoutTotalChanged(
        Money(50_000_00), Money(60_000_00), Money(30_000_00), replayed=True
    )
    assert not Order.objects.exists()
    assert balance(ana, now) == 1_000_000_00
    agreed = buy(ana, product, 2, expected_total=Money(60_000_00))
    assert isinstance(agreed, api.CheckoutCompleted)


@pytest.mark.parametrize("how", ["hidden", "closed"])
def test_purchase_of_an_unlisted_product_is_refused(how, ana, bo, product, buy, now):
    if how == "hidden":
        api.unpublish_product(owner_id=bo.pk, product=product.public_id, now=now)
    else:
        api.change_shop(owner_id=bo.pk, is_open=False, now=now)

    assert buy(ana, product) == api.CheckoutRefused("shop.not_for_sale", {})
    assert not Order.objects.exists()


def test_draft_product_cannot_be_bought(ana, bo, shop, make_product, buy):
    draft = make_product(shop, listed=False)

    with pytest.raises(errors.ProductNotFound):
        buy(ana, draft)
    assert not Attempt.objects.exists()


def test_purchase_above_the_stock_is_refused(ana, bo, product, buy, now):
    refused = buy(ana, product, 11, idempotency_key="tap")

    assert refused == api.CheckoutRefused("shop.sold_out", {"left": 10})
    api.set_stock(owner_id=bo.pk, product=product.public_id, on_hand=20, idempotency_key="more", now=now)
    # A late retry surprises nobody: what was refused stays refused under its key.
    assert buy(ana, product, 11, idempotency_key="tap") == api.CheckoutRefused(
        "shop.sold_out", {"left": 10}, replayed=True
    )
    assert stock_of(product, bo) == (20, 0, 0)


def test_buyer_with_a_frozen_wallet_is_told_so_and_nothing_is_ordered(make_payer, bo, product, buy):
    cy = make_payer("cy", 100_000_00)
    ledger.freeze_account(Account.objects.get(owner=cy).pk)

    refused = buy(cy, product, idempotency_key="tap")

    assert refused == api.CheckoutRefused("payments.wallet_frozen", {})
    assert isinstance(refused.error(), payment_errors.WalletFrozen)
    assert (Order.objects.count(), stock_of(product, bo)) == (0, (10, 0, 0))


def test_insufficient_funds_refuse_the_purchase_key_for_good(make_payer, make_user, bo, product, buy, now):
    cy = make_payer("cy", 24_999_00)

    refused = buy(cy, product, idempotency_key="tap")

    assert refused == api.CheckoutRefused("payments.insufficient_funds", {})
    assert isinstance(refused.error(), payment_errors.InsufficientFunds)
    assert (Order.objects.count(), stock_of(product, bo), balance(cy, now)) == (0, (10, 0, 0), 24_999_00)
    assert OrderCounter.objects.get(user=cy).orders == 0
    assert not OrderEvent.objects.exists()
    assert payments.get_escrow_balances() == {}
    top_up(make_user, cy, 10_000_00, now)
    assert buy(cy, product, idempotency_key="tap") == api.CheckoutRefused(
        "payments.insufficient_funds", {}, replayed=True
    )
    assert isinstance(buy(cy, product), api.CheckoutCompleted)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"quantity": 0}, errors.QuantityInvalid),
        ({"quantity": 1_001}, errors.QuantityInvalid),
        ({"quantity": True}, errors.QuantityInvalid),
        ({"address": {**ADDRESS, "town": " \u200b "}}, errors.AddressInvalid),
        ({"address": {"name": "Ana"}}, errors.AddressInvalid),
        ({"address": {**ADDRESS, "text": "x" * 301}}, errors.AddressInvalid),
        ({"address": {**ADDRESS, "phone": "abc"}}, errors.AddressInvalid),
        ({"address": {**ADDRESS, "phone": "0812"}}, errors.AddressInvalid),
        # Whoever calls it would pay for more than the call.
        ({"address": {**ADDRESS, "phone": "0809 123 4567"}}, errors.AddressInvalid),
        ({"note": "x" * 201}, errors.TextInvalid),
    ],
)
def test_invalid_purchase_input_has_a_message_and_uses_up_no_key(fields, error, ana, product, buy):
    with pytest.raises(error) as raised:
        buy(ana, product, **{"expected_total": Money(25_000_00), **fields})

    assert str(raised.value.body()["message"])
    assert not Attempt.objects.exists()


def test_quote_has_the_total_and_obstacles(ana, bo, product, now):
    quote = api.quote_purchase(product=product.public_id, quantity=3, buyer_id=ana.pk)

    assert (quote.items, quote.shipping, quote.total, quote.why_not) == (
        Money(75_000_00),
        Money(0),
        Money(75_000_00),
        None,
    )
    assert isinstance(api.quote_purchase(product=product.public_id, quantity=11).why_not, errors.SoldOut)
    assert isinstance(
        api.quote_purchase(product=product.public_id, quantity=1, buyer_id=bo.pk).why_not, errors.OwnGoods
    )
