"""The to-do list of a merchant, oldest first; orders that wait for others stand below, under their own heading."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest

from shop import api
from tests.shop.html_clients import browser_of, text

TODO, OTHERS, CALM = (
    "Perlu kamu kerjakan, yang terlama dulu",
    "Menunggu kurir atau pembeli",
    "Tidak ada yang perlu kamu kerjakan sekarang.",
)


pytestmark = pytest.mark.usefixtures("still_clock")


@pytest.fixture
def as_bo(bo, shop):
    return browser_of(bo)


@pytest.fixture
def order(ana, bo, product, buy, now):
    """Place an order some days ago, and move it on: ``fetch_order(3, "accept", "ship")``."""

    def place(days_ago: int, *verbs: str):
        at = now - timedelta(days=days_ago)
        public_id = buy(ana, product, now=at).order
        for verb in verbs:
            if verb == "accept":
                api.accept_order(user_id=bo.pk, order=public_id, now=at)
            else:
                api.ship_order(user_id=bo.pk, order=public_id, courier="JNE", resi=f"JT{public_id.hex}", now=at)
        return str(public_id)

    return place


def shown(page) -> list[str]:
    """Headings and orders of the list, from top to bottom."""
    rows = page.content.decode().split('data-part="rows"')[1].split("<template")[0]
    visible = re.sub(r"<(p|h3)[^>]*\bhidden\b[^>]*>.*?</\1>", "", rows)
    found = re.findall(
        r'data-key="([^"]+)"|<p[^>]*role="heading"[^>]*>([^<]+)</p>|class="order-calm"[^>]*>([^<]+)</p>', visible
    )
    return [key or heading or calm for key, heading, calm in found]


def test_todo_list_is_oldest_first_with_waiting_orders_below(as_bo, order):
    shipped = order(6, "accept", "ship")
    accepted, paid = order(4, "accept"), order(2)

    assert shown(as_bo.get("/tokoku/")) == [accepted, TODO, paid, shipped, OTHERS]


def test_empty_todo_list_says_so_despite_parcels_under_way(as_bo, order):
    shipped = order(3, "accept", "ship")

    assert shown(as_bo.get("/tokoku/")) == [shipped, CALM, OTHERS]


def test_todo_list_without_waiting_orders_has_one_heading(as_bo, order):
    paid = order(1)

    assert shown(as_bo.get("/tokoku/")) == [paid, TODO]


def test_javascript_gets_the_same_headings(as_bo, order):
    order(3, "accept", "ship")
    order(1)

    items = json.loads(as_bo.get("/tokoku/", headers={"accept": "application/json"}).content)["items"]

    assert [(item["section"], item["calm"]) for item in items] == [(TODO, ""), (OTHERS, "")]


def test_later_page_has_a_heading_and_is_not_called_empty(as_bo, order, monkeypatch):
    monkeypatch.setattr("shop.queries.order_pagination.PAGE_SIZE", 1)
    paid, shipped = order(1), order(3, "accept", "ship")

    first = as_bo.get("/tokoku/")
    after = re.search(r'href="(\?sesudah=[^"]+)"', first.content.decode())[1]

    assert shown(first) == [paid, TODO]
    assert shown(as_bo.get(f"/tokoku/{after}")) == [shipped, OTHERS]


def test_list_of_all_orders_has_no_todo_headings(as_bo, order):
    paid = order(1)

    assert shown(as_bo.get("/tokoku/pesanan/")) == [paid]


def test_order_is_titled_by_its_products_with_a_small_number(as_bo, ana, product, buy):
    order = buy(ana, product, 2).order

    page = as_bo.get(f"/pesanan/{order}/").content.decode()

    number = api.fetch_order(user_id=ana.pk, order=order).summary.number
    assert re.search(r'<h1 class="bar__title">([^<]+)</h1>', page)[1] == "Gelang manik ×\u00a02"
    assert re.search(r"<title>([^<]+)</title>", page)[1].startswith("Gelang manik ×\u00a02 · ")
    assert f"Nomor pesanan untuk bantuan: {number}" in text(as_bo.get(f"/pesanan/{order}/"))


def test_ship_link_goes_to_the_form(as_bo, bo, order, now):
    packed = order(1, "accept")
    api.pack_order(user_id=bo.pk, order=packed, now=now)

    assert f'href="/pesanan/{packed}/#kirim"' in as_bo.get("/tokoku/").content.decode()
    assert re.search(r'<details class="ask" id="kirim" open>', as_bo.get(f"/pesanan/{packed}/").content.decode())
