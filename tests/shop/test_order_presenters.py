"""Sentences on the page of an order, for either side of it."""

from __future__ import annotations

import re

import pytest

from shop import api
from tests.shop.html_clients import text
from tests.shop.test_checkout_pages import begin, purchase

pytestmark = pytest.mark.usefixtures("still_clock")


def test_order_page_says_that_shipping_is_paid_separately(as_ana, as_bo, order):
    of_buyer, of_shop = (text(browser.get(f"/pesanan/{order}/")) for browser in (as_ana, as_bo))

    assert "Ongkir tidak termasuk dalam total ini. Tanyakan ke toko berapa ongkirnya dan cara membayarnya." in of_buyer
    assert "Ongkir tidak termasuk dalam total ini. Sepakati dengan pembeli cara membayarnya." in of_shop


def test_delivered_order_explains_how_to_report_a_problem(as_ana, as_bo, bo, order, now):
    api.accept_order(user_id=bo.pk, order=order, now=now)
    api.ship_order(user_id=bo.pk, order=order, courier="JNE", resi="JT123", now=now)
    api.record_courier_delivery(courier="JNE", resi="JT123", evidence={}, now=now)

    of_buyer, of_shop = (text(browser.get(f"/pesanan/{order}/")) for browser in (as_ana, as_bo))

    assert re.search(r"Ada masalah\? Tulis ke toko sebelum .+? Setelah itu pesanan selesai sendiri", of_buyer)
    assert re.search(r"pesanan selesai sendiri pada .+? dan uangnya masuk ke tokomu", of_shop)


def test_receipt_is_called_saved_only_once_the_device_saved_it(as_ana, order):
    page = as_ana.get(f"/pesanan/{order}/")

    assert "tersimpan di perangkat ini" not in text(page)
    assert 'data-when-kept="Ditandatangani, tersimpan di perangkat ini"' in page.content.decode()


def test_new_order_mentions_the_shop_once(as_ana, product):
    bought = as_ana.post(begin(as_ana, product), purchase())

    said = text(as_ana.get(bought.url))

    assert "Terima kasih! Pembayaranmu berhasil." in said
    assert said.count("Pesananmu sudah masuk") == 1
