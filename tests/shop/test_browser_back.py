"""Going back to a page of a purchase, and whose word it is that an order has arrived."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from shop import api
from shop.models import Order
from superapp.core.money import Money
from tests.payments.purses import balance
from tests.shop.html_clients import browser_of, markup, text
from tests.shop.test_checkout_pages import begin, purchase

pytestmark = pytest.mark.usefixtures("still_clock")


@pytest.fixture
def as_ana(ana):
    return browser_of(ana)


@pytest.fixture
def as_bo(bo, shop):
    return browser_of(bo)


def test_browser_back_to_a_refused_page_leads_to_the_later_order(as_ana, ana, bo, product, now):
    first = begin(as_ana, product)
    api.change_product(owner_id=bo.pk, product=product.public_id, price=Money(30_000_00), now=now)
    refused = as_ana.post(first, purchase())
    second = re.search(r'action="(/beli/[^"]+)"', refused.content.decode())[1]
    bought = as_ana.post(second, purchase(30_000_00))  # Its answer is lost.

    again = [as_ana.post(first, purchase(total)) for total in (25_000_00, 30_000_00)]
    looked = as_ana.get(first)

    assert [answer.url for answer in (*again, looked)] == [bought.url] * 3
    assert Order.objects.count() == 1
    assert balance(ana, now) == 970_000_00
    assert "Kamu tidak membayar dua kali." in text(as_ana.get(bought.url))


def test_refused_checkout_page_gets_one_new_key_however_often_opened(as_ana, bo, product, now):
    first = begin(as_ana, product)
    api.change_product(owner_id=bo.pk, product=product.public_id, price=Money(30_000_00), now=now)
    refused = as_ana.post(first, purchase())

    pages = [refused, as_ana.get(first), as_ana.get(first)]

    followed = {re.search(r'action="(/beli/[^"]+)"', page.content.decode())[1] for page in pages}
    assert len(followed) == 1
    assert followed != {first}
    assert as_ana.get(followed.pop()).status_code == 200


def test_delivery_claimed_only_by_the_shop_is_shown_as_waiting(as_ana, as_bo, ana, bo, product, buy, now):
    order = buy(ana, product, 2).order
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="JT123", now=now)
    api.report_delivery(user_id=bo.pk, order=order, now=now)
    claimed, listed = as_ana.get(f"/pesanan/{order}/"), as_ana.get("/pesanan/")
    of_shop = as_bo.get("/tokoku/")
    api.record_courier_delivery(courier="JNE", resi="JT123", evidence={}, now=now)
    proven, proven_listed = as_ana.get(f"/pesanan/{order}/"), as_ana.get("/pesanan/")

    assert "Kata toko, pesananmu sudah sampai" in text(claimed)
    assert 'class="status" data-colour="waiting"' in claimed.content.decode()
    assert "Sudah sampai, kata toko" in text(listed)
    assert "Kamu tandai sudah sampai" in text(of_shop)
    assert 'data-colour="good"' not in markup(listed) + markup(of_shop)
    assert "Kata toko, pesananmu" not in text(proven)
    assert "Pesananmu sudah sampai" in text(proven)
    assert 'class="status" data-colour="good"' in proven.content.decode()
    assert 'data-colour="good"' in markup(proven_listed)
    assert "Sudah sampai, kata toko" not in text(proven_listed)


def test_checkout_of_a_just_bought_product_mentions_the_last_order(as_ana, product, now, monkeypatch):
    paid = as_ana.post(begin(as_ana, product), purchase())  # Its answer is lost.

    soon = as_ana.get(begin(as_ana, product))
    monkeypatch.setattr("superapp.core.clock.now", lambda: now + timedelta(minutes=11))
    later = as_ana.get(begin(as_ana, product))

    assert re.search(r"Kamu baru membayar barang ini pukul \d\d\.\d\d WIB\. Lihat pesanan", text(soon))
    assert f'href="{paid.url}"' in soon.content.decode()
    assert "Kamu baru membayar" not in text(later)
