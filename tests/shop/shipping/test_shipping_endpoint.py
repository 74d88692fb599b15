"""The ways in which a product can be sent, as clients are told."""

from __future__ import annotations

import pytest

from shop.actions.shipping import WrittenShipping, set_shipping
from superapp.core.money import Money
from tests.harness.socket_client import browser_on, log_in

CIKUTRA = "32.73.14.1002"


@pytest.fixture
def shop(make_shop):
    return make_shop()


@pytest.fixture
def ask(make_user):
    """Ask as somebody: ``ask(product, region="32.73")`` is the status and the answer."""
    browser = browser_on(log_in(make_user("ana")))

    def ask(product, **fields):
        answer = browser.get(f"/api/v1/products/{product.public_id}/shipping", {"region": CIKUTRA, **fields})
        return answer.status_code, answer.json()

    return ask


def test_options_come_cheapest_first_with_what_the_shop_pays(shop, make_product, ask, now):
    product = make_product(shop, weight_grams=700)
    terms = WrittenShipping(
        origin="33.72.01.1001", services=["jt-ez"], free_from=Money(50_000_00), free_up_to=Money(10_000_00),
        pickup_address="Jl. Kaliurang",
    )  # fmt: skip
    set_shipping(owner_id=shop.owner_id, written=terms, now=now)

    def told(quantity):
        status, answer = ask(product, quantity=quantity)
        assert status == 200
        return [(one["id"], one["price"], one["full_price"], one["days"]) for one in answer["options"]]

    def rupiah(amount):
        return {"amount_minor": amount * 100, "asset": "IDR"}

    assert told(1) == [
        ("jt-ez", rupiah(17_000), rupiah(17_000), [2, 4]),
        ("pickup", rupiah(0), rupiah(0), None),
    ]
    assert told(2)[0] == ("jt-ez", rupiah(24_000), rupiah(34_000), [2, 4])


def test_price_that_is_agreed_with_the_shop_is_null_and_not_zero(shop, make_product, ask):
    _status, answer = ask(make_product(shop))

    assert answer["options"] == [
        {"id": "agreed", "kind": "agreed", "label": "", "price": None, "full_price": None, "days": None}
    ]


@pytest.mark.parametrize("region", ["", "32", "32.7", "Bandung", "32.73.14.1002.1"])
def test_region_that_is_no_regency_nor_inside_one_is_refused(region, shop, make_product, ask):
    status, _answer = ask(make_product(shop), region=region)

    assert status == 422


def test_product_that_is_not_listed_does_not_exist_for_an_outsider(shop, make_product, ask):
    status, answer = ask(make_product(shop, listed=False))

    assert (status, answer["code"]) == (404, "shop.product_not_found")
