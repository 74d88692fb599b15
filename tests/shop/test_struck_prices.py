"""Struck prices: the lowest of the thirty days before the present price, computed from what every price was."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shop import api
from shop.api import VariantChange
from shop.maintenance import integrity_checks
from shop.models import PriceChange, Variant
from shop.queries.struck_prices import find_struck_price
from superapp.core.money import Money
from tests.shop.storefronts import address_of, read


@pytest.fixture
def reprice(bo, product, now):
    """Change the price some days after the product was added: ``reprice(40, 20_000)``."""

    def change(days, rupiah):
        return api.change_product(
            owner_id=bo.pk, product=product.public_id, price=Money(rupiah * 100), now=now + timedelta(days=days)
        )

    return change


def struck(product, moment):
    found = find_struck_price(product.variants[0].public_id, now=moment)
    return found and found.amount_minor // 100


def test_first_price_strikes_nothing(product, now):
    assert struck(product, now) is None


def test_lower_price_strikes_the_one_before_for_thirty_days(product, reprice, now):
    reprice(40, 20_000)

    days = (40, 69, 70, 400)
    assert [struck(product, now + timedelta(days=day)) for day in days] == [25_000, 25_000, None, None]


def test_higher_price_strikes_nothing(product, reprice, now):
    reprice(40, 30_000)

    assert struck(product, now + timedelta(days=40)) is None


@pytest.mark.parametrize("hours", [0, 1, 24 * 29])
def test_price_that_was_raised_before_a_sale_is_not_the_struck_one(product, reprice, now, hours):
    reprice(40, 90_000)
    reprice(40 + hours / 24, 24_000)

    # It cost 25.000 within the thirty days before.
    assert struck(product, now + timedelta(days=40 + hours / 24)) == 25_000


def test_price_that_was_raised_and_lowered_again_strikes_nothing(product, reprice, now):
    reprice(40, 90_000)
    reprice(41, 25_000)

    assert struck(product, now + timedelta(days=41)) is None


def test_price_that_was_high_for_thirty_days_is_struck(product, reprice, now):
    reprice(10, 90_000)
    reprice(41, 50_000)

    assert struck(product, now + timedelta(days=41)) == 90_000


@settings(suppress_health_check=list(HealthCheck), deadline=None)
@given(
    prices=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), max_size=6),
    later=st.integers(0, 40),
)
def test_struck_price_equals_its_definition_day_by_day(prices, later, product, now):
    """The reckoning of an auditor: what it cost on every day of the thirty before the present price began."""
    variant = Variant.objects.get(public_id=product.variants[0].public_id)
    day, told = 0, []
    for wait, price in prices:
        day += wait
        told.append((day, price))
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM shop_pricechange")
        ((first,),) = cursor.fetchall()
    fresh = Variant.objects.create(product=variant.product, price_sen=100, value_1=f"x{first}", is_retired=True)
    PriceChange.objects.create(variant=fresh, price_sen=5_00, at=now)
    for when, price in told:
        PriceChange.objects.create(variant=fresh, price_sen=price * 100, at=now + timedelta(days=when))

    began, present = [(0, 5), *told][-1]
    costs = {}
    for when, price in [(0, 5), *told][:-1]:
        costs = {one: cost for one, cost in costs.items() if one < when} | dict.fromkeys(range(when, began + 1), price)
    seen = [price for when, price in [(0, 5), *told][:-1] if began - 30 < when] + [
        cost for one, cost in costs.items() if one == began - 30
    ]
    expected = min(seen) if later < 30 and seen and min(seen) > present else None
    assert find_struck_price(fresh.public_id, now=now + timedelta(days=began + later)) == (
        Money(expected * 100) if expected else None
    )


def test_each_variant_has_prices_of_its_own(shirts, change, now):
    red, blue = shirts.variants[0].public_id, shirts.variants[-1].public_id
    change(VariantChange(values=("Merah", "S"), price=Money(20_000_00)), now=now + timedelta(days=40))

    later = now + timedelta(days=41)
    assert (find_struck_price(red, now=later), find_struck_price(blue, now=later)) == (Money(25_000_00), None)


def test_price_that_does_not_change_is_no_change(product, reprice):
    reprice(1, 25_000)

    assert PriceChange.objects.count() == 1


def test_price_changed_by_a_clock_that_is_behind_is_in_order(product, reprice, now):
    reprice(2, 24_000)
    reprice(1, 23_000)

    assert list(PriceChange.objects.order_by("pk").values_list("price_sen", "at")) == [
        (25_000_00, now),
        (24_000_00, now + timedelta(days=2)),
        (23_000_00, now + timedelta(days=2)),
    ]
    assert integrity_checks.check_integrity(now=now) == []


def test_product_page_shows_the_struck_price(client, shop, product, bo, monkeypatch, now):
    from superapp.core import clock

    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=41))
    before = read(client, address_of(shop, product))
    api.change_product(owner_id=bo.pk, product=product.public_id, price=Money(19_000_00), now=now + timedelta(days=41))

    after = read(client, address_of(shop, product))

    assert "<s>" not in before
    assert "Rp25.000</s>" in after
    assert "lowest price of the 30 days before" in after
