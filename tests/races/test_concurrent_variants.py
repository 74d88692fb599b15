"""Variants under races: the last piece of one by ten buyers, and merchants who change the same product at once."""

from __future__ import annotations

from collections import Counter

import pytest

from payments.maintenance import integrity_checks as money
from shop import api, errors
from shop.actions import checkout
from shop.actions.purchase_requests import PurchaseLine, build_request_of_lines
from shop.api import VariantChange
from shop.maintenance import integrity_checks
from shop.models import Order, OrderLine, Variant
from superapp.core.fair_semaphore import FairSemaphore
from superapp.core.money import Money
from tests.harness.authorizations import BY_PIN
from tests.shop.conftest import ADDRESS, COLOURS, SIZES, variant_of

BUYERS = 10


def all_is_well(now):
    return [str(finding) for finding in (*integrity_checks.check_integrity(now=now), *money.check_integrity(now=now))]


@pytest.fixture(autouse=True)
def threads_are_processes(monkeypatch):
    """Let threads run side by side as processes do, instead of waiting for their turn."""
    monkeypatch.setattr(checkout, "CHECKOUT_SLOTS", FairSemaphore(16))


@pytest.fixture
def shirts(real_db, set_options, change):
    """Red and blue in two sizes, of blue M the last one."""
    set_options(COLOURS, SIZES)
    return change(VariantChange(values=("Biru", "M"), on_hand=1))


def test_last_piece_of_a_variant_is_sold_to_one_of_ten(shirts, make_payer, buy, in_threads, now):
    buyers = [make_payer(f"buyer{n}", 1_000_000_00) for n in range(BUYERS)]
    last = variant_of(shirts, "Biru", "M").public_id

    answers = in_threads(*[lambda buyer=buyer: buy(buyer, shirts, variant=last) for buyer in buyers])

    assert Counter(type(answer).__name__ for answer in answers) == {"CheckoutCompleted": 1, "CheckoutRefused": 9}
    assert {answer.code for answer in answers if isinstance(answer, api.CheckoutRefused)} == {"shop.sold_out"}
    assert OrderLine.objects.values_list("variant_title", "quantity").get() == ("Biru, M", 1)
    assert all_is_well(now) == []


def test_variants_of_one_product_do_not_share_their_stock(shirts, make_payer, buy, in_threads, now):
    buyers = [make_payer(f"buyer{n}", 1_000_000_00) for n in range(BUYERS)]
    chosen = [variant_of(shirts, *values).public_id for values in (("Merah", "S"), ("Biru", "M"))]

    answers = in_threads(*[lambda n=n: buy(buyers[n], shirts, variant=chosen[n % 2]) for n in range(BUYERS)])

    assert Counter(type(answer).__name__ for answer in answers) == {"CheckoutCompleted": 6, "CheckoutRefused": 4}
    assert Order.objects.count() == 6
    assert all_is_well(now) == []


def test_orders_that_name_the_same_stocks_in_opposite_order_do_not_lock_each_other_out(
    shirts, change, make_payer, in_threads, now
):
    """One after the other takes the stocks by their ids, however the lines are ordered."""
    change(VariantChange(values=("Merah", "S"), on_hand=5), VariantChange(values=("Biru", "M"), on_hand=5))
    buyers = [make_payer(f"buyer{n}", 1_000_000_00) for n in range(BUYERS)]
    lines = [
        PurchaseLine(shirts.public_id, 1, variant_of(shirts, *values).public_id)
        for values in (("Merah", "S"), ("Biru", "M"))
    ]

    def place(n):
        purchase = build_request_of_lines(
            buyer_id=buyers[n].pk, lines=lines[:: 1 if n % 2 else -1], address=ADDRESS, note="",
            expected_total=Money(50_000_00), idempotency_key="k",
        )  # fmt: skip
        return checkout.place_purchase(purchase, authorization=BY_PIN, now=now)

    answers = in_threads(*[lambda n=n: place(n) for n in range(BUYERS)])

    assert Counter(type(answer).__name__ for answer in answers) == {"CheckoutCompleted": 5, "CheckoutRefused": 5}
    assert all_is_well(now) == []


def test_options_set_by_two_at_once_are_those_of_one(real_db, bo, product, in_threads, now):
    def put(*options):
        return api.set_options(owner_id=bo.pk, product=product.public_id, options=options, now=now)

    in_threads(lambda: put(COLOURS), lambda: put(SIZES), lambda: put(COLOURS, SIZES), lambda: put(COLOURS))

    shown = api.fetch_own_product(owner_id=bo.pk, product=product.public_id)
    assert all(len(variant.values) == len(shown.options) for variant in shown.variants)
    assert len({variant.values for variant in shown.variants}) == len(shown.variants)
    assert all_is_well(now) == []


def test_stock_counted_while_the_last_piece_is_sold_stays_consistent(
    shirts, bo, make_payer, buy, change, in_threads, now
):
    buyer = make_payer("buyer", 1_000_000_00)
    last = variant_of(shirts, "Biru", "M").public_id
    none_left = VariantChange(values=("Biru", "M"), on_hand=0)

    outcomes = in_threads(lambda: buy(buyer, shirts, variant=last), lambda: change(none_left))

    # Whoever came first: the piece is sold and cannot be counted away, or it is away and cannot be sold.
    was_sold = isinstance(outcomes[0], api.CheckoutCompleted)
    assert isinstance(outcomes[1], errors.StockTooLow) is was_sold
    assert all_is_well(now) == []


def test_price_changed_while_it_is_bought_is_agreed_to_or_refused(shirts, make_payer, buy, change, in_threads, now):
    buyer = make_payer("buyer", 1_000_000_00)
    last = variant_of(shirts, "Biru", "M").public_id
    dearer = VariantChange(values=("Biru", "M"), price=Money(90_000_00))

    bought, _changed = in_threads(lambda: buy(buyer, shirts, variant=last), lambda: change(dearer))

    if isinstance(bought, api.CheckoutCompleted):
        assert OrderLine.objects.get().price_sen == 25_000_00
    else:
        assert bought == api.CheckoutTotalChanged(Money(25_000_00), Money(90_000_00), Money(90_000_00))
    assert Variant.objects.get(public_id=last).price_sen == 90_000_00
    assert all_is_well(now) == []
