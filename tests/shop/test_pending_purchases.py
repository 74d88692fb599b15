"""Purchases that a bank pays: pieces held until the money comes or time is up, and one order for what was paid."""

from __future__ import annotations

from datetime import timedelta

import pytest

from payments import api as payments
from payments.maintenance.integrity_checks import check_integrity as check_money
from shop import api, errors
from shop.actions import pending_purchases
from shop.actions.pending_purchases import OPEN_MAX
from shop.maintenance.integrity_checks import check_integrity
from shop.maintenance.pending_purchases import expire_pending_purchases
from shop.models import Order, OrderEvent, OrderTimer, PendingPurchase, StockMove
from shop.writers import order_writer
from superapp.accounts import api as accounts
from superapp.core import outbox
from superapp.core.models import Fact
from superapp.core.money import Money
from tests.harness.socket_client import log_in, make_trusted_device
from tests.payments.purses import balance
from tests.shop.bank_payments import Method, charge_of, pay
from tests.shop.conftest import ADDRESS, stock_of

LATER = timedelta(minutes=31)


@pytest.fixture
def newcomer(make_user):
    """A buyer with neither money nor a PIN."""
    return make_user("citra")


@pytest.fixture
def whole(now):
    """Every rule of goods and money holds at the end of the test."""
    yield
    assert check_integrity(now=now) == []
    assert check_money(now=now) == []


pytestmark = pytest.mark.usefixtures("still_clock", "whole")


def deliver(now):
    outbox.deliver_due(now + timedelta(days=1))


def state_of(pending):
    return PendingPurchase.objects.get(pk=pending.pk).state


def test_newcomer_holds_pieces_with_a_charge_for_the_total(newcomer, bo, product, open_purchase, now):
    pending = open_purchase(newcomer, product, 2, note="Warna biru")

    assert (pending.state, pending.total_sen, pending.price_sen) == ("open", 50_000_00, 25_000_00)
    assert pending.expires_at == now + timedelta(minutes=30)
    assert stock_of(product, bo) == (10, 2, 0)
    charge = charge_of(pending.public_id)
    assert (charge.user_id, charge.amount, charge.method, charge.state) == (newcomer.pk, 50_000_00, "qris", "open")
    assert charge.expires_at == pending.expires_at
    assert Order.objects.count() == 0


def test_payment_places_the_order_that_a_wallet_would_have(newcomer, bo, product, open_purchase, now):
    device = make_trusted_device(newcomer)
    pending = open_purchase(newcomer, product, 2, note="Warna biru", device_id=device)

    pay(pending, now)
    deliver(now)

    order = Order.objects.get()
    assert (order.public_id, order.state) == (pending.public_id, "paid")
    assert (order.total_sen, order.note) == (50_000_00, "Warna biru")
    assert (order.address, order.placing_device_id, order.placed_at) == (ADDRESS, device, now)
    assert (order.purchase_rev, order.sale_rev) == (1, 1)
    assert order.lines.get().product_name == "Gelang manik"
    assert stock_of(product, bo) == (10, 0, 2)
    moves = StockMove.objects.order_by("seq").values_list("kind", "quantity")
    assert list(moves) == [("set", 10), ("hold", 2), ("unhold", 2), ("commit", 2)]
    assert payments.get_escrow_balances() == {f"shop.order:{order.pk}": 50_000_00}
    event = OrderEvent.objects.get()
    assert (event.transition, event.actor_kind, event.actor_id) == ("placed", "buyer", newcomer.pk)
    assert list(OrderTimer.objects.values_list("kind", "state")) == [("accept", "waiting")]
    assert state_of(pending) == "placed"
    assert balance(newcomer, now) == 0


def test_placed_order_is_told_once_to_the_rest_of_the_product(newcomer, bo, product, open_purchase, now):
    pending = open_purchase(newcomer, product)
    pay(pending, now)

    assert pending_purchases.place_paid_purchase(pending.public_id, now=now) is True
    assert pending_purchases.place_paid_purchase(pending.public_id, now=now) is False

    fact = Fact.objects.get(name="shop.order_placed")
    told = (fact.payload["buyer_id"], fact.payload["merchant_id"], fact.payload["total_minor"])
    assert (fact.key, told) == (f"order:{pending.public_id}", (newcomer.pk, bo.pk, 25_000_00))


def test_fact_delivered_again_after_a_crash_places_one_order(
    newcomer, product, open_purchase, now, monkeypatch, real_db
):
    pending = open_purchase(newcomer, product)
    pay(pending, now)
    with monkeypatch.context() as patch:
        patch.setattr(pending_purchases, "_close", lambda *_: 1 / 0)
        deliver(now)
    assert Order.objects.count() == 0
    assert state_of(pending) == "open"
    # The money is in escrow meanwhile, which the integrity check does not call wrong.
    assert check_integrity(now=now) == []

    Fact.objects.update(due_at=now)
    deliver(now)
    deliver(now)

    assert Order.objects.count() == 1


def test_number_that_is_taken_is_drawn_again(newcomer, product, buy, ana, open_purchase, now, monkeypatch, real_db):
    pending = open_purchase(newcomer, product)
    with monkeypatch.context() as patch:
        patch.setattr(order_writer, "order_number", lambda *_: "NS-270301-AAAAAA")
        buy(ana, product)
        pay(pending, now)
        deliver(now)
    assert Order.objects.count() == 1

    Fact.objects.update(due_at=now)
    deliver(now)

    assert Order.objects.count() == 2


def test_order_of_a_wallet_is_not_placed_again_by_its_own_payment(ana, bo, product, buy, now):
    buy(ana, product)

    deliver(now)

    assert Order.objects.count() == 1
    assert stock_of(product, bo) == (10, 0, 1)


def test_time_over_frees_the_pieces_and_closes_the_charge(newcomer, bo, product, open_purchase, now):
    pending = open_purchase(newcomer, product, 2)

    assert expire_pending_purchases(now + timedelta(minutes=29)) == 0
    assert expire_pending_purchases(now + LATER) == 1
    assert expire_pending_purchases(now + LATER) == 0

    assert state_of(pending) == "expired"
    assert charge_of(pending.public_id).state == "expired"
    assert stock_of(product, bo) == (10, 0, 0)


def test_money_that_comes_late_is_in_the_wallet_and_places_nothing(newcomer, bo, product, open_purchase, now):
    pending = open_purchase(newcomer, product)
    expire_pending_purchases(now + LATER)

    pay(pending, now)
    deliver(now)

    assert balance(newcomer, now) == 25_000_00
    assert Order.objects.count() == 0
    assert stock_of(product, bo) == (10, 0, 0)


def test_paid_purchase_whose_placing_waits_does_not_expire(newcomer, bo, product, open_purchase, now):
    pending = open_purchase(newcomer, product)
    pay(pending, now)

    assert expire_pending_purchases(now + LATER) == 0
    assert stock_of(product, bo) == (10, 1, 0)
    deliver(now)

    assert state_of(pending) == "placed"


def test_second_payment_is_in_the_wallet(newcomer, product, open_purchase, now):
    pending = open_purchase(newcomer, product)

    pay(pending, now)
    pay(pending, now)
    deliver(now)

    assert Order.objects.count() == 1
    assert payments.get_escrow_balances() == {f"shop.order:{pending.pk}": 25_000_00}
    assert balance(newcomer, now) == 25_000_00


@pytest.mark.parametrize("sen", [24_999_00, 25_001_00])
def test_another_amount_is_in_the_wallet_and_the_purchase_waits(newcomer, bo, product, open_purchase, now, sen):
    pending = open_purchase(newcomer, product, method=Method.VIRTUAL_ACCOUNT)

    pay(pending, now, sen=sen)
    deliver(now)

    assert balance(newcomer, now) == sen
    assert state_of(pending) == "open"
    assert stock_of(product, bo) == (10, 1, 0)


def test_payment_against_expiry_at_the_same_moment_leaves_one_of_the_two(
    real_db, newcomer, bo, product, open_purchase, now, in_threads
):
    pending = open_purchase(newcomer, product)

    in_threads(lambda: pay(pending, now), lambda: expire_pending_purchases(now + LATER))
    deliver(now)

    if state_of(pending) == "placed":
        assert (Order.objects.count(), balance(newcomer, now), stock_of(product, bo)) == (1, 0, (10, 0, 1))
    else:
        assert (Order.objects.count(), balance(newcomer, now), stock_of(product, bo)) == (0, 25_000_00, (10, 0, 0))


def test_two_buyers_of_the_last_piece_at_once_hold_it_once(
    real_db, newcomer, make_user, bo, shop, make_product, open_purchase, now, in_threads
):
    product, dewi = make_product(shop, quantity=1), make_user("dewi")

    answers = in_threads(lambda: open_purchase(newcomer, product), lambda: open_purchase(dewi, product))

    refused = [one for one in answers if isinstance(one, api.CheckoutRefused)]
    assert [one.error().code for one in refused] == ["shop.sold_out"]
    assert refused[0].params == {"left": 0}
    assert PendingPurchase.objects.count() == 1
    assert payments.Charge.objects.count() == 1
    assert stock_of(product, bo) == (1, 1, 0)


def test_held_pieces_are_not_sold_to_a_wallet(ana, newcomer, bo, shop, make_product, open_purchase, buy, now):
    product = make_product(shop, quantity=1)
    open_purchase(newcomer, product)

    assert buy(ana, product) == api.CheckoutRefused("shop.sold_out", {"left": 0})
    with pytest.raises(errors.StockTooLow):
        api.set_stock(owner_id=bo.pk, product=product.public_id, on_hand=0, idempotency_key="empty", now=now)


def test_placing_beside_wallets_of_the_same_shop_neither_blocks_nor_oversells(
    real_db, ana, newcomer, bo, product, open_purchase, buy, now, in_threads
):
    pending = open_purchase(newcomer, product, 3)
    pay(pending, now)

    in_threads(
        lambda: pending_purchases.place_paid_purchase(pending.public_id, now=now),
        lambda: buy(ana, product, 2),
        lambda: buy(ana, product, 2),
    )

    assert Order.objects.count() == 3
    assert stock_of(product, bo) == (10, 0, 7)


def test_same_key_twice_at_once_is_one_purchase(real_db, newcomer, bo, product, open_purchase, in_threads):
    first, again = in_threads(*(lambda: open_purchase(newcomer, product, idempotency_key="tap") for _ in range(2)))

    assert first.pk == again.pk
    assert stock_of(product, bo) == (10, 1, 0)
    with pytest.raises(errors.KeyReused):
        open_purchase(newcomer, product, 2, idempotency_key="tap")


def test_same_product_again_returns_the_purchase_that_waits(newcomer, bo, product, open_purchase):
    first = open_purchase(newcomer, product)

    assert open_purchase(newcomer, product, 3).pk == first.pk
    assert stock_of(product, bo) == (10, 1, 0)


def test_key_under_which_the_wallet_paid_returns_that_order(ana, product, buy, open_purchase):
    placed = buy(ana, product, idempotency_key="tap")

    answer = open_purchase(ana, product, idempotency_key="tap")

    assert (answer.orders, answer.replayed) == (placed.orders, True)
    assert PendingPurchase.objects.count() == 0


def test_nobody_holds_more_than_a_few_purchases_at_once(
    real_db, newcomer, shop, make_product, open_purchase, in_threads
):
    products = [make_product(shop, name=f"Barang {place}") for place in range(OPEN_MAX + 1)]
    for product in products[: OPEN_MAX - 1]:
        open_purchase(newcomer, product)

    answers = in_threads(*(lambda one=one: open_purchase(newcomer, one) for one in products[OPEN_MAX - 1 :]))

    assert sorted(type(one).__name__ for one in answers) == ["PendingPurchase", "TooManyUnpaid"]
    assert PendingPurchase.objects.count() == OPEN_MAX


def test_refusals_are_those_of_the_wallet_and_nothing_is_stored(bo, newcomer, shop, product, open_purchase, now):
    assert open_purchase(bo, product) == api.CheckoutRefused("shop.own_goods", {})
    assert isinstance(open_purchase(newcomer, product, expected_total=Money(1)), api.CheckoutTotalChanged)
    assert open_purchase(newcomer, product, 11).error().code == "shop.sold_out"
    accounts.block_person(user_id=bo.pk, peer_public_id=newcomer.public_id, now=now)
    assert open_purchase(newcomer, product) == api.CheckoutRefused("shop.not_for_sale", {})

    assert PendingPurchase.objects.count() == 0
    assert payments.Charge.objects.count() == 0
    assert stock_of(product, bo) == (10, 0, 0)


def test_order_is_placed_though_the_shop_blocked_the_buyer_and_changed_the_product(
    newcomer, bo, shop, product, open_purchase, now
):
    pending = open_purchase(newcomer, product)
    accounts.block_person(user_id=bo.pk, peer_public_id=newcomer.public_id, now=now)
    api.change_product(owner_id=bo.pk, product=product.public_id, name="Kalung", price=Money(90_000_00), now=now)
    api.unpublish_product(owner_id=bo.pk, product=product.public_id, now=now)

    pay(pending, now)
    deliver(now)

    line = Order.objects.get().lines.get()
    assert (line.product_name, line.price_sen, line.total_sen) == ("Gelang manik", 25_000_00, 25_000_00)


def test_buyer_gives_up_and_the_pieces_are_free(newcomer, make_user, bo, product, open_purchase, now):
    pending = open_purchase(newcomer, product)
    eve = make_user("eve")
    with pytest.raises(errors.OrderNotFound):
        pending_purchases.cancel_pending_purchase(buyer_id=eve.pk, order=pending.pk, now=now)
    assert state_of(pending) == "open"

    assert pending_purchases.cancel_pending_purchase(buyer_id=newcomer.pk, order=pending.pk, now=now) is True
    assert pending_purchases.cancel_pending_purchase(buyer_id=newcomer.pk, order=pending.pk, now=now) is True

    assert state_of(pending) == "expired"
    assert stock_of(product, bo) == (10, 0, 0)


def test_purchase_that_was_paid_is_not_given_up(newcomer, product, open_purchase, now):
    pending = open_purchase(newcomer, product)
    pay(pending, now)

    assert pending_purchases.cancel_pending_purchase(buyer_id=newcomer.pk, order=pending.pk, now=now) is False
    deliver(now)

    assert state_of(pending) == "placed"
    assert pending_purchases.cancel_pending_purchase(buyer_id=newcomer.pk, order=pending.pk, now=now) is False


def test_another_way_to_pay_closes_the_one_before(newcomer, product, open_purchase, now):
    pending = open_purchase(newcomer, product)
    code = charge_of(pending.pk)

    pending_purchases.choose_method(
        buyer_id=newcomer.pk, order=pending.pk, method=Method.VIRTUAL_ACCOUNT, now=now + timedelta(minutes=5)
    )

    number = charge_of(pending.pk)
    code.refresh_from_db()
    assert (code.state, number.method, number.state, number.expires_at) == ("expired", "va", "open", pending.expires_at)
    pay(pending, now)
    deliver(now)
    assert Order.objects.count() == 1


def test_way_to_pay_is_not_changed_once_it_was_paid(newcomer, product, open_purchase, now):
    pending = open_purchase(newcomer, product)
    pay(pending, now)

    pending_purchases.choose_method(buyer_id=newcomer.pk, order=pending.pk, method=Method.VIRTUAL_ACCOUNT, now=now)

    assert charge_of(pending.pk).method == "qris"
    deliver(now)
    assert Order.objects.count() == 1


def test_cancelled_order_is_refunded_into_the_wallet(newcomer, bo, product, open_purchase, now):
    device = make_trusted_device(newcomer)
    pending = open_purchase(newcomer, product, device_id=device)
    pay(pending, now)
    deliver(now)

    api.cancel_order(user_id=newcomer.pk, device_id=device, order=pending.pk, now=now)

    assert balance(newcomer, now) == 25_000_00
    assert stock_of(product, bo) == (10, 0, 0)


def test_order_is_received_on_the_device_that_began_it(newcomer, bo, product, open_purchase, now):
    device = log_in(newcomer).pk
    pending = open_purchase(newcomer, product, device_id=device)
    pay(pending, now)
    deliver(now)
    api.accept_order(user_id=bo.pk, order=pending.pk, now=now)
    api.ship_order(user_id=bo.pk, order=pending.pk, courier="JNE", resi="1", now=now)

    done = api.confirm_receipt(user_id=newcomer.pk, device_id=device, order=pending.pk, now=now)

    assert done.summary.state == "completed"
    assert api.fetch_merchant_balance(bo.pk) > Money(0)
