"""Of a stock, others are told no number above ten, by whatever door they ask."""

from __future__ import annotations

import re

import pytest

from shop import api
from shop.api import CheckoutRefused
from tests.shop.html_clients import browser_of, text
from tests.shop.test_checkout_pages import begin, purchase


@pytest.fixture
def many(shop, make_product):
    """Goods of which there are 495."""
    return make_product(shop, quantity=495)


def tells(answer, number) -> bool:
    """Return whether a response holds a number by itself, and not only within a longer one such as an id."""
    return re.search(rf"\b{number}\b", answer.content.decode()) is not None


def test_order_of_too_many_pieces_is_refused_without_the_stock(ana, many, buy):
    assert buy(ana, many, 900) == CheckoutRefused("shop.not_that_many", {})


def test_stock_up_to_ten_is_disclosed(ana, shop, make_product, buy):
    assert buy(ana, make_product(shop, quantity=10), 11) == api.CheckoutRefused("shop.sold_out", {"left": 10})


def test_quote_of_too_many_pieces_discloses_no_stock_above_ten(ana, many):
    answer = browser_of(ana, is_trusted=True).get(f"/api/v1/products/{many.public_id}/quote?quantity=900")

    told = answer.json()
    assert answer.status_code == 200
    assert told["why_not"]["code"] == "shop.not_that_many"
    assert told["product"]["stock"]["available"] == 10
    assert not tells(answer, 495)


@pytest.mark.parametrize("do", ["", "count"])
def test_page_for_too_many_pieces_discloses_no_stock_above_ten(ana, many, do):
    browser = browser_of(ana, is_trusted=True)
    address = begin(browser, many)

    answer = browser.post(address, purchase(25_000_00 * 900, quantity="900", do=do))
    again = browser.get(address)

    for page in (answer, again):
        assert "Stoknya tidak sebanyak itu" in text(page)
        assert not tells(page, 495)
        assert "12.375.000" not in text(page)  # What all of them cost.


def test_page_for_more_than_the_last_pieces_prices_what_is_left(ana, shop, make_product):
    few = make_product(shop, quantity=10)
    browser = browser_of(ana, is_trusted=True)

    answer = browser.post(begin(browser, few), purchase(quantity="900", do="count"))

    assert "Rp250.000" in text(answer)
    assert "tinggal 10" in text(answer)
