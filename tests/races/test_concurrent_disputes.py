"""Disputes under races and kills: one of those who act at once wins, and the money of an order moves once."""

from __future__ import annotations

import pytest

from payments import api as payments
from shop import api, errors
from shop.actions import dispute_offers, disputes
from shop.models import Dispute, Order, OrderEvent
from superapp.core.money import Money
from tests.harness.socket_client import make_trusted_device
from tests.payments.purses import balance
from tests.races.test_concurrent_purchases import all_is_well
from tests.races.test_shop_kills import dying

REFUSED = (errors.NotNow, errors.OfferChanged, errors.DisputeClosed)
BEFORE, PRICE, OFFER = 1_000_000_00, 25_000_00, 10_000_00


@pytest.fixture
def order(buyers, bo, few, buy, now):
    """An order in dispute; the offer is its fifth event."""
    order = buy(buyers[0], few).order
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="1", now=now)
    disputes.open_dispute(user_id=buyers[0].pk, order=order, reason="rusak", expected_rev=None, now=now)
    answer(order, bo, OFFER, now)()
    return order


def answer(order, bo, amount, now):
    device = make_trusted_device(bo)
    return lambda: dispute_offers.answer_dispute(
        user_id=bo.pk, order=order, words="maaf", amount=Money(amount), device_id=device, pin="", expected_rev=None,
        now=now,
    )  # fmt: skip


def accept(order, ana, now, amount=OFFER):
    device = make_trusted_device(ana)
    return lambda: dispute_offers.accept_offer(
        user_id=ana.pk, order=order, offer=5, amount=Money(amount), device_id=device, pin="", expected_rev=None, now=now
    )


def told(*names):
    return OrderEvent.objects.filter(transition__in=names).count()


def stands(shop, ana, now):
    """Return (of the buyer, of the merchant, in escrow)."""
    earned = payments.get_merchant_balance(api.merchant_reference(shop.public_id)).total
    return balance(ana, now), earned.amount_minor, sum(payments.get_escrow_balances().values())


AGREED = (BEFORE - PRICE + OFFER, PRICE - OFFER, 0)
WAITS = (BEFORE - PRICE, 0, PRICE)


def all_refused(outcomes):
    return all(one is None or isinstance(one, REFUSED) for one in outcomes)


def test_offer_accepted_many_times_at_once_moves_its_money_once(order, buyers, shop, in_threads, now):
    outcomes = in_threads(*[accept(order, buyers[0], now)] * 5)

    assert outcomes == [None] * 5
    assert told("offer_accepted") == told("completed") == 1
    assert stands(shop, buyers[0], now) == AGREED
    assert all_is_well(now) == []


def test_offer_replaced_while_it_is_accepted_has_one_winner(order, buyers, bo, shop, in_threads, now):
    outcomes = in_threads(
        *[accept(order, buyers[0], now)] * 2, *[answer(order, bo, amount, now) for amount in (5_000_00, 20_000_00)]
    )

    assert all_refused(outcomes)
    is_accepted = told("offer_accepted") == 1
    # The amount that the buyer saw, or none.
    assert stands(shop, buyers[0], now) == (AGREED if is_accepted else WAITS)
    assert all_is_well(now) == []


@pytest.mark.parametrize("verdict", ["release", "refund", "split"])
def test_operators_who_decide_while_it_is_accepted_have_one_winner(
    verdict, order, buyers, shop, make_user, in_threads, now
):
    two = [make_user(f"op{number}", is_staff=True) for number in range(2)]
    dispute = Dispute.objects.get().pk

    def decide():
        disputes.decide_dispute(
            dispute=dispute, verdict=verdict, part=Money(5_000_00), reason="foto", maker_id=two[0].pk,
            checker_id=two[1].pk, now=now,
        )  # fmt: skip

    outcomes = in_threads(*[accept(order, buyers[0], now)] * 2, decide, decide)

    assert all_refused(outcomes)
    to_buyer = {"release": 0, "refund": PRICE, "split": 5_000_00}[verdict]
    decided = (BEFORE - PRICE + to_buyer, PRICE - to_buyer, 0)
    assert stands(shop, buyers[0], now) == (AGREED if told("offer_accepted") else decided)
    assert told("completed", "cancelled") == 1
    assert all_is_well(now) == []


def test_dispute_dropped_or_declined_while_it_is_accepted_has_one_winner(order, buyers, shop, in_threads, now):
    ana = buyers[0]

    def drop():
        disputes.drop_dispute(user_id=ana.pk, order=order, expected_rev=5, now=now)

    def decline():
        dispute_offers.decline_offer(
            user_id=ana.pk, order=order, offer=5, amount=Money(OFFER), words="", expected_rev=5, now=now
        )

    outcomes = in_threads(accept(order, ana, now), drop, decline)

    assert all_refused(outcomes)
    assert told("offer_accepted", "offer_declined", "dispute_dropped") == 1
    assert stands(shop, ana, now) == (AGREED if told("offer_accepted") else WAITS)
    assert all_is_well(now) == []


def test_acceptance_without_the_lock_is_refused_by_the_database(monkeypatch, order, buyers, bo, shop, in_threads, now):
    """Show that the race exists without the lock: the events of an order are numbered, so one of two is refused."""
    from shop.queries import orders

    def unlocked(public_id, *, user_id):
        found = Order.objects.select_related("shop", "buyer").get(public_id=public_id)
        return found, "buyer" if found.buyer_id == user_id else "merchant"

    monkeypatch.setattr(orders, "lock_order", unlocked)
    outcomes = in_threads(accept(order, buyers[0], now), answer(order, bo, 5_000_00, now))

    assert outcomes.count(None) >= 1
    assert stands(shop, buyers[0], now) == (AGREED if told("offer_accepted") else WAITS)
    monkeypatch.undo()
    assert all_is_well(now) == []


@pytest.mark.timeout(200)
def test_acceptance_killed_before_any_statement_moves_money_once(real_db, order, buyers, shop, few, now):
    children = dying(real_db, "accept", few, order)

    assert children >= 10
    assert stands(shop, buyers[0], now) == AGREED
    assert told("offer_accepted") == told("completed") == 1
    accept(order, buyers[0], now)()
    assert stands(shop, buyers[0], now) == AGREED
    assert all_is_well(now) == []
