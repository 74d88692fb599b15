"""Of a stock, others are told no number above ten, by whatever door they ask."""

from __future__ import annotations

from shop import api, frames
from shop.api import Refused
from tests.shop.browsers import browser_of


def test_refusals_of_too_many_pieces_tell_no_number_above_ten(ana, bo, shop, make_product, buy):
    product = make_product(shop, quantity=495)
    order = buy(ana, product, 900)
    quote = frames.quote(api.quote(product=product.public_id, quantity=900, buyer_id=ana.pk), viewer_id=ana.pk)

    assert order == Refused("shop.not_that_many", {})
    assert "495" not in str(quote)
    assert quote.why_not is not None
    assert quote.why_not.code == "shop.not_that_many"


def test_last_ten_pieces_are_told(ana, shop, make_product, buy):
    assert buy(ana, make_product(shop, quantity=10), 11) == api.Refused("shop.sold_out", {"left": 10})


def test_page_for_too_many_pieces_prices_no_more_than_ten(ana, shop, make_product):
    product = make_product(shop, quantity=495)

    html = browser_of(ana).get(f"/beli/{product.public_id}/?jumlah=900").content.decode()

    assert "495" not in html
